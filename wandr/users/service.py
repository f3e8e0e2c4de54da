"""What can be done with profiles. Domains above register what they add, once, at import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from wandr.base import utc_now
from wandr.errors import NotFound, Stale
from wandr.extensions import db
from wandr.users.models import User, no_preferences

CLOSED_NAME = "Deleted user"

# Whether two people know each other: (asker, other) → yes or no.
Acquaintance = Callable[[UUID, UUID], bool]
acquaintances: list[Acquaintance] = []
# Called with (user_id, display_name), in the transaction in which the name changes.
on_profile_changed: list[Callable[[UUID, str], None]] = []
# Called with the user_id, in the transaction in which the account is closed.
on_account_closed: list[Callable[[UUID], None]] = []
# What a domain holds about a person, by name: user_id → JSON-ready value.
holdings: dict[str, Callable[[UUID], Any]] = {}


def create_user(email: str, password_hash: str, display_name: str) -> User | None:
    """A new account, or None when the address has one already."""
    row = insert(User).values(email=email, password_hash=password_hash, display_name=display_name)
    return db.session.scalars(row.on_conflict_do_nothing().returning(User)).one_or_none()


def find_by_email(email: str) -> User | None:
    """The account of a normalised address, active or not."""
    return db.session.scalars(select(User).where(User.email == email)).one_or_none()


def profile_of(user_id: UUID) -> User:
    """The whole profile, for its owner. NotFound when there is none."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


def public_profile(asker_id: UUID, user_id: UUID) -> User:
    """What an acquaintance may see. NotFound for strangers, as for people who do not exist."""
    if asker_id != user_id and not any(knows(asker_id, user_id) for knows in acquaintances):
        raise NotFound()
    return profile_of(user_id)


def update_profile(
    user_id: UUID, fields: Mapping[str, Any], *, expected_version: int | None = None
) -> User:
    """Set some fields; of `preferences`, those given. Stale when `expected_version` is past."""
    user = lock_user(user_id)
    if expected_version not in (None, user.version):
        raise Stale("This profile has changed since you read it.")
    renamed = fields.get("display_name", user.display_name) != user.display_name
    for name, value in fields.items():
        setattr(user, name, {**user.preferences, **value} if name == "preferences" else value)
    _touch(user)
    if renamed:
        _tell_new_name(user)
    return user


def move_home(user_id: UUID, place_id: UUID, elsewhere: UUID | None) -> None:
    """Let somebody whose account is locked be at home elsewhere, if it was at a place that goes."""
    user = db.session.get_one(User, user_id)
    if user.home_location_id == place_id:
        user.home_location_id = elsewhere
        _touch(user)


def close_account(user_id: UUID) -> None:
    """Deactivate and anonymise: what the person wrote in shared trips stays, without them."""
    user = lock_user(user_id)
    user.is_active = False
    user.email = f"closed-{user.id}@wandr.invalid"
    user.email_verified_at = None
    user.password_hash = ""
    user.display_name, user.bio = CLOSED_NAME, ""
    user.home_location_id = user.timezone = user.locale = user.currency = None
    user.preferences = no_preferences()
    _touch(user)
    _tell_new_name(user)
    for hook in on_account_closed:
        hook(user_id)


def held_about(user_id: UUID) -> dict[str, Any]:
    """Everything that each domain holds about a person, by the domain's name."""
    return {name: find(user_id) for name, find in sorted(holdings.items())}


def lock_user(user_id: UUID) -> User:
    """An active account, locked against other writers. NotFound when there is none."""
    statement = (
        select(User)
        .where(User.id == user_id, User.is_active)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    user = db.session.scalars(statement).one_or_none()
    if user is None:
        raise NotFound()
    return user


def _touch(user: User) -> None:
    user.version += 1
    user.updated_at = utc_now()
    db.session.flush()


def _tell_new_name(user: User) -> None:
    for hook in on_profile_changed:
        hook(user.id, user.display_name)
