"""The calendar feeds of trips."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Record


class CalendarFeed(Record, Base):
    """The secret address at which a member's calendar follows a trip; only its hash is kept."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (UniqueConstraint("trip_id", "user_id"),)

    trip_id: Mapped[UUID] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
