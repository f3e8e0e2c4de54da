"""Invites: pending memberships, by e-mail or link. Nobody joins but by accepting one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from wandr.auth.principal import Principal
from wandr.base import utc_now
from wandr.changes.ops import Op
from wandr.changes.performing import write
from wandr.changes.service import begin_change, finish_change
from wandr.errors import Conflict, Invalid, NotFound
from wandr.extensions import db
from wandr.http.pages import Keyset
from wandr.mail.letters import Letter
from wandr.mail.mailing import send_letter
from wandr.permissions import Permission
from wandr.trips.access import trip_for
from wandr.trips.content import MEMBER
from wandr.trips.members import refuse_to_grant
from wandr.trips.models import Invite, Member, Trip

NEWEST_FIRST = Keyset("invites", (Invite.created_at, Invite.id), descending=True)


# Called with an invite by e-mail and its trip, in the transaction in which it is made.
on_invited: list[Callable[[Invite, Trip], None]] = []


@dataclass(frozen=True)
class Invitee:
    """Who answers an invite. `verified_email` is None while the address is unproved."""

    user_id: UUID
    display_name: str
    verified_email: str | None

    @classmethod
    def of(cls, principal: Principal) -> Invitee:
        """The person logged in."""
        verified = principal.email if principal.email_verified else None
        return cls(principal.user_id, principal.display_name, verified)


def create_invite(trip_id: UUID, actor: UUID, wanted: Mapping[str, Any]) -> tuple[Invite, str]:
    """An invite and its token, which is told this once. Forbidden for a role above one's own."""
    change = begin_change(
        trip_id, actor, source="rest"
    )  # a removal meanwhile ends it, or comes first
    member = change.require(Permission.INVITE)
    if change.trip.deleted_seq is not None:
        raise NotFound()
    refuse_to_grant(member, wanted["role"])
    email = wanted.get("email")
    if (email is None) == (not wanted.get("link")):
        raise Invalid("Give an email, or link: true.", errors={"json": {"email": ["Or a link."]}})
    token = secrets.token_urlsafe(24)
    invite = Invite(
        trip_id=trip_id,
        invited_by=actor,
        email=email,
        token_hash=_hash(token),
        role=wanted["role"],
        expires_at=utc_now() + timedelta(hours=wanted["expires_in_hours"]),
        max_uses=1 if email else wanted["max_uses"],
    )
    db.session.add(invite)
    db.session.flush()
    if email:
        _mail(email, change.trip, member, token)
        for hook in on_invited:
            hook(invite, change.trip)
    return invite, token


def pending_invites(trip_id: UUID, actor: UUID) -> Select[Any]:
    """The open invites of a trip, for who may invite."""
    trip_for(actor, trip_id, needs=Permission.INVITE)
    return pending_invites_of([trip_id])


def pending_invites_of(trip_ids: Collection[UUID]) -> Select[Any]:
    """The open invites of trips. Checks nobody's rights."""
    return select(Invite).where(Invite.trip_id.in_(trip_ids), *_open())


def invites_for(invitee: Invitee) -> Select[Any]:
    """The open invites that name the verified address of a user; none for an unverified one."""
    return (
        select(Invite)
        .join(Trip, Trip.id == Invite.trip_id)
        .where(Invite.email == invitee.verified_email, Trip.deleted_seq.is_(None), *_open())
    )


def end_invite(trip_id: UUID, actor: UUID, invite_id: UUID) -> None:
    """Take an invite back. NotFound when it is not one of the trip, or over already."""
    trip_for(actor, trip_id, needs=Permission.INVITE)
    invite = db.session.get(Invite, invite_id)
    if invite is None or invite.trip_id != trip_id or invite.ended_at is not None:
        raise NotFound()
    invite.ended_at = utc_now()


def preview_invite(token: str) -> dict[str, Any]:
    """What the holder of a token may know: title, inviter, role. NotFound when it is over."""
    statement = (
        select(Trip.title, Member.display_name, Invite.role, Invite.expires_at)
        .join(Trip, Trip.id == Invite.trip_id)
        .outerjoin(
            Member,
            (Member.trip_id == Invite.trip_id) & (Member.user_id == Invite.invited_by),
        )
        .where(Invite.token_hash == _hash(token), Trip.deleted_seq.is_(None), *_open())
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    title, inviter, role, expires_at = row
    return {"title": title, "inviter": inviter or "", "role": role, "expires_at": expires_at}


def accept_invite(key: str, invitee: Invitee) -> UUID:
    """Join the trip of an invite; the trip's id. `key` is its token, or its id for whom it names.

    Raises NotFound when it is over or not theirs, Conflict for who is a member already.
    """
    trip_id = _find(key, invitee).trip_id
    change = begin_change(trip_id, invitee.user_id, source="rest")
    invite = _find(key, invitee, locked=True)  # again, now that nobody else can use it up
    if change.trip.deleted_seq is not None:
        raise NotFound()
    if change.member is not None:
        raise Conflict("You are in this trip already.", code="already_member")
    membership = {"role": invite.role, "display_name": invitee.display_name}
    write(change, Op("create", MEMBER, invitee.user_id, membership))
    invite.uses += 1
    if invite.uses == invite.max_uses:
        invite.ended_at = change.at
    finish_change(change)
    return trip_id


def refuse_invite(key: str, invitee: Invitee) -> None:
    """Say no. It ends an invite that was for one person; a link stays good for others."""
    invite = _find(key, invitee)
    if invite.email is not None:
        invite.ended_at = utc_now()


def _find(key: str, invitee: Invitee, *, locked: bool = False) -> Invite:
    """An open invite; locked against being taken back, after its trip and never before it."""
    by_id = func.text(Invite.id) == key
    named = Invite.email.is_not(None) & (Invite.email == invitee.verified_email) & by_id
    statement = select(Invite).where((Invite.token_hash == _hash(key)) | named, *_open())
    statement = statement.with_for_update() if locked else statement
    invite = db.session.scalar(statement.execution_options(populate_existing=True))
    if invite is None:
        raise NotFound()
    return invite


def _open() -> list[ColumnElement[bool]]:
    return [
        Invite.ended_at.is_(None),
        Invite.uses < Invite.max_uses,
        Invite.expires_at > func.clock_timestamp(),
    ]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _mail(email: str, trip: Trip, inviter: Member, token: str) -> None:
    text = (
        f"{inviter.display_name} invites you to plan “{trip.title}” together.\n\n"
        f"Accept with this token: {token}\n"
    )
    send_letter(Letter(email, f"Join the trip “{trip.title}”", text))
