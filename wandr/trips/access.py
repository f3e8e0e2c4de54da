"""The one way to a trip: through a membership. Nothing else loads one for reading."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from wandr.errors import Forbidden, NotFound
from wandr.extensions import db
from wandr.permissions import Permission, allows, effective
from wandr.trips.models import Member, Trip


@dataclass(frozen=True)
class Access:
    """A trip and the membership through which it was reached."""

    trip: Trip
    member: Member

    @property
    def permissions(self) -> dict[str, bool]:
        """Every permission by name, as this member has it."""
        return effective(self.member.role, self.member.permissions)


def trip_for(
    user_id: UUID, trip_id: UUID, *, needs: Permission = Permission.VIEW, in_trash: bool = False
) -> Access:
    """The trip for this user. NotFound for outsiders and the missing, Forbidden without the right.

    A trip in the trash is found only when `in_trash` says so.
    """
    statement = (
        select(Trip, Member)
        .join(Member, Member.trip_id == Trip.id)
        .where(Trip.id == trip_id, Member.user_id == user_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None or (row[0].deleted_seq is not None) != in_trash:
        raise NotFound()
    require(row[1], needs)
    return Access(*row)


def require(member: Member, needed: Permission) -> None:
    """Raise Forbidden when the member lacks the right."""
    if not allows(member.role, member.permissions, needed):
        raise Forbidden(f"You need the permission '{needed.value}' in this trip.")
