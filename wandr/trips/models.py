"""A trip, who is in it, and who may come in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Record, Versioned

STATUSES = ("planning", "active", "completed", "cancelled")
ROLES = ("organizer", "participant", "viewer")


class Trip(Record, Versioned, Base):
    """What a group plans. `seq` is the head of its change log; `notes` are typed in together."""

    __tablename__ = "trips"
    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("length(description) <= 1000", name="description_length"),
        CheckConstraint("length(notes) <= 10000", name="notes_length"),
        CheckConstraint("end_date >= start_date", name="dates_in_order"),
        CheckConstraint(f"status IN {STATUSES}", name="status_known"),
    )

    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    status: Mapped[str] = mapped_column(Text, default="planning")
    currency: Mapped[str | None] = mapped_column(Text)
    timezone: Mapped[str | None] = mapped_column(Text)
    trip_data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    content_rows: Mapped[int] = mapped_column(default=0)  # activities and the like, alive


class Member(Record, Versioned, Base):
    """A user in a trip. `permissions` override the defaults of the role."""

    __tablename__ = "trip_members"
    __table_args__ = (
        UniqueConstraint("trip_id", "user_id"),
        CheckConstraint(f"role IN {ROLES}", name="role_known"),
        Index("ix_trip_members_newest", "user_id", "trip_created_at", "trip_id"),
    )

    trip_id: Mapped[UUID] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    # A copy, so that the newest trips of a user are read off one index, however many there are.
    trip_created_at: Mapped[datetime]
    display_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    permissions: Mapped[dict[str, bool]] = mapped_column(JSONB, default=dict)


class Invite(Record, Base):
    """A pending membership. Only the hash of its token is kept."""

    __tablename__ = "trip_invites"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", name="role_known"),
        CheckConstraint("uses <= max_uses", name="not_overused"),
    )

    trip_id: Mapped[UUID] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"), index=True)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    email: Mapped[str | None] = mapped_column(Text, index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    role: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
    max_uses: Mapped[int] = mapped_column(default=1)
    uses: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
