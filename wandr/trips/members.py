"""Who is in a trip: roles, rights, leaving. Every change of it is in the trip's log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.changes.change import Change
from wandr.changes.ops import Op
from wandr.changes.overwrites import Seen
from wandr.changes.performing import write
from wandr.changes.service import begin_change, finish_change
from wandr.errors import Conflict, Forbidden, NotFound
from wandr.extensions import db
from wandr.http.pages import Keyset
from wandr.permissions import Permission, effective
from wandr.trips.content import MEMBER
from wandr.trips.models import Invite, Member

BY_JOINING = Keyset("members", (Member.created_at, Member.id))


def change_member(
    trip_id: UUID,
    actor: UUID,
    user_id: UUID,
    fields: Mapping[str, Any],
    *,
    expect_version: int | None = None,
) -> Member:
    """Give a member another role or other rights.

    Raises Forbidden for who lacks the right, or would give or take what they do not have
    themselves; Conflict (`last_organizer`) when nobody would be left to organize.
    """
    change = _begin_in_living_trip(trip_id, actor)
    own = change.require(Permission.MANAGE_MEMBERS)
    member = _member(change, user_id)
    _refuse_above(own, effective(member.role, member.permissions))
    role, rights = fields.get("role", member.role), fields.get("permissions", member.permissions)
    _refuse_above(own, effective(role, rights))
    if not organizes(role, rights):
        _refuse_last_organizer(change, member)
    seen = Seen(expect_version=expect_version)
    write(change, Op("update", MEMBER, user_id, fields), seen)
    end_invites(change, user_id, effective(role, rights))
    finish_change(change)
    return member


def remove_member(trip_id: UUID, actor: UUID, user_id: UUID) -> None:
    """Take somebody out of a trip, or leave it. Raises as `change_member` does."""
    change = _begin_in_living_trip(trip_id, actor)
    own = change.require(Permission.VIEW if user_id == actor else Permission.MANAGE_MEMBERS)
    member = _member(change, user_id)
    _refuse_above(own, effective(member.role, member.permissions))
    _refuse_last_organizer(change, member)
    write(change, Op("delete", MEMBER, user_id))
    end_invites(change, user_id, {})
    finish_change(change)


def organizes(role: str, overrides: Mapping[str, bool]) -> bool:
    """Whether a member of this role with these overrides has every right in the trip."""
    return role == "organizer" and all(effective(role, overrides).values())


def end_invites(change: Change, inviter: UUID, rights: Mapping[str, bool]) -> None:
    """End the invites of a member that hold more than the rights that are left to them.

    Who was removed would otherwise come back by a link that they made before.
    """
    theirs = select(Invite).where(
        Invite.trip_id == change.trip.id, Invite.invited_by == inviter, Invite.ended_at.is_(None)
    )
    for invite in db.session.scalars(theirs):
        needed = {**effective(invite.role, {}), Permission.INVITE.value: True}
        if any(is_needed and not rights.get(name) for name, is_needed in needed.items()):
            invite.ended_at = change.at


def refuse_to_grant(own: Member, role: str) -> None:
    """Raise Forbidden when the defaults of a role hold more than the member has."""
    _refuse_above(own, effective(role, {}))


def _begin_in_living_trip(trip_id: UUID, actor: UUID) -> Change:
    change = begin_change(trip_id, actor, source="rest")
    if change.trip.deleted_seq is not None:
        raise NotFound()
    return change


def _member(change: Change, user_id: UUID) -> Member:
    statement = select(Member).where(Member.trip_id == change.trip.id, Member.user_id == user_id)
    member = db.session.scalar(statement)
    if member is None:
        raise NotFound("There is no such member in this trip.")
    return member


def _refuse_above(own: Member, rights: Mapping[str, bool]) -> None:
    mine = effective(own.role, own.permissions)
    beyond = sorted(name for name, has in rights.items() if has and not mine[name])
    if beyond:
        raise Forbidden(f"You do not have this yourself: {', '.join(beyond)}.", code="above_you")


def _refuse_last_organizer(change: Change, member: Member) -> None:
    """Raise Conflict for the last member with every right: with fewer, nobody could give them."""
    if not organizes(member.role, member.permissions):
        return
    others = select(Member).where(
        Member.trip_id == change.trip.id,
        Member.user_id != member.user_id,
        Member.role == "organizer",
    )
    if not any(organizes(one.role, one.permissions) for one in db.session.scalars(others)):
        raise Conflict("A trip needs an organizer.", code="last_organizer")
