"""Logins: opened, rotated, listed and ended. Each is one family of refresh tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, select, update

from wandr.auth.models import AuthSession
from wandr.base import new_id, utc_now
from wandr.config import current_settings
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.http.pages import Keyset, PageArgs
from wandr.users.models import User

RACE = timedelta(seconds=10)  # a client may send one refresh twice; a thief comes later
KEPT_FOR = timedelta(days=30)
# By time, for the ids are UUIDs of version 7.
NEWEST_FIRST = Keyset("sessions", (AuthSession.id,), descending=True)

log = structlog.get_logger()


class Ending(StrEnum):
    """Why a session ended."""

    LOGOUT = "logout"
    REMOVED = "removed"  # by its owner, from another session
    REUSED = "reused"  # a spent refresh token came again: somebody has a copy
    PASSWORD = "password"  # changed or reset


class Refusal(StrEnum):
    """Why a refresh token was not taken."""

    SUPERSEDED = "superseded"  # spent a moment ago: a raced duplicate, harmless
    REUSED = "reused"  # spent long ago: the session has been ended
    ENDED = "ended"


@dataclass(frozen=True)
class Device:
    """Where somebody logs in from."""

    user_agent: str = ""
    address: str = ""


@dataclass(frozen=True)
class Grant:
    """A session and the only refresh token id that it will take next."""

    user_id: UUID
    session_id: UUID
    refresh_id: str


def open_session(user_id: UUID, device: Device) -> Grant:
    """A new login."""
    grant = Grant(user_id, new_id(), uuid4().hex)
    session = AuthSession(
        id=grant.session_id,
        user_id=user_id,
        refresh_hash=_digest(grant.refresh_id),
        expires_at=utc_now() + _lifetime(),
        user_agent=device.user_agent[:300],
        address=device.address[:64],
    )
    db.session.add(session)
    db.session.flush()
    return grant


def rotate_session(user_id: UUID, session_id: UUID, refresh_id: str) -> Grant | Refusal:
    """Spend a refresh token for the next one; of many at once, one does.

    A Refusal is an answer and no exception: the end of a session must be committed.
    """
    grant = Grant(user_id, session_id, uuid4().hex)
    active = select(User.id).where(User.id == user_id, User.is_active).exists()
    spend = (
        update(AuthSession)
        .where(
            AuthSession.id == session_id,
            AuthSession.user_id == user_id,
            AuthSession.refresh_hash == _digest(refresh_id),
            AuthSession.ended_at.is_(None),
            AuthSession.expires_at > func.now(),
            active,
        )
        .values(
            refresh_hash=_digest(grant.refresh_id),
            previous_hash=AuthSession.refresh_hash,
            generation=AuthSession.generation + 1,
            rotated_at=func.clock_timestamp(),
            last_used_at=func.clock_timestamp(),
            expires_at=utc_now() + _lifetime(),
        )
        .returning(AuthSession.id)
        .execution_options(synchronize_session=False)
    )
    if db.session.execute(spend).scalar() is not None:
        return grant
    return _refuse(user_id, session_id, refresh_id)


def list_sessions(user_id: UUID, page: PageArgs) -> tuple[list[AuthSession], str | None]:
    """One page of somebody's live logins, newest first, and the next cursor."""
    return NEWEST_FIRST.page(select(AuthSession).where(*_live_of(user_id)), page)


def end_session(user_id: UUID, session_id: UUID, reason: Ending) -> None:
    """End one of somebody's live logins. NotFound when it is none."""
    if not _end(reason, *_live_of(user_id), AuthSession.id == session_id):
        raise NotFound()


def end_sessions(user_id: UUID, reason: Ending, *, except_for: UUID | None = None) -> None:
    """End all of somebody's logins, but for one perhaps."""
    others = [] if except_for is None else [AuthSession.id != except_for]
    _end(reason, AuthSession.user_id == user_id, AuthSession.ended_at.is_(None), *others)


def forget_sessions(user_id: UUID) -> None:
    """Delete all of somebody's logins, and with them from where they logged in."""
    statement = delete(AuthSession).where(AuthSession.user_id == user_id)
    db.session.execute(statement.execution_options(synchronize_session=False))


def live_session_ids(session_ids: Collection[UUID]) -> set[UUID]:
    """Which of these logins still hold, of users who are still active; one statement."""
    statement = (
        select(AuthSession.id)
        .join(User, User.id == AuthSession.user_id)
        .where(AuthSession.id.in_(session_ids), *_live(), User.is_active)
    )
    return set(db.session.scalars(statement))


def forget_old_sessions() -> int:
    """Delete what ended or expired a month ago; the number deleted."""
    old = utc_now() - KEPT_FOR
    statement = delete(AuthSession).where(
        or_(AuthSession.ended_at < old, AuthSession.expires_at < old)
    )
    result = db.session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _refuse(user_id: UUID, session_id: UUID, refresh_id: str) -> Refusal:
    raced = func.coalesce(AuthSession.rotated_at > func.clock_timestamp() - RACE, False)
    statement = (
        select(AuthSession.refresh_hash, AuthSession.previous_hash, raced.label("raced"))
        .where(*_live_of(user_id), AuthSession.id == session_id)
        .with_for_update()
    )
    row = db.session.execute(statement).one_or_none()
    if row is None or row.refresh_hash == _digest(refresh_id):
        return Refusal.ENDED
    if row.previous_hash == _digest(refresh_id) and row.raced:
        return Refusal.SUPERSEDED
    _end(Ending.REUSED, AuthSession.id == session_id)
    log.warning("refresh_token_reused", user_id=str(user_id), session_id=str(session_id))
    return Refusal.REUSED


def _live() -> tuple[ColumnElement[bool], ...]:
    return AuthSession.ended_at.is_(None), AuthSession.expires_at > func.now()


def _live_of(user_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return AuthSession.user_id == user_id, *_live()


def _end(reason: Ending, *which: ColumnElement[bool]) -> bool:
    statement = (
        update(AuthSession)
        .where(*which)
        .values(ended_at=utc_now(), ended_reason=reason.value)
        .returning(AuthSession.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalars(statement).first() is not None


def _lifetime() -> timedelta:
    return timedelta(days=current_settings().refresh_token_days)


def _digest(refresh_id: str) -> bytes:
    return hashlib.sha256(refresh_id.encode()).digest()
