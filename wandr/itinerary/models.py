"""An activity of a trip."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Content, Ordered

KINDS = ("activity", "food", "stay", "transport", "note")
STATUSES = ("idea", "planned", "booked", "done", "cancelled")
# Over the date line, a journey lands on the calendar day before; whether it can, the rule knows.
DAYS_IN_ORDER = """end_day >= day OR (end_day = day - 1
    AND start_time IS NOT NULL AND end_time IS NOT NULL
    AND timezone IS NOT NULL AND end_timezone IS NOT NULL AND timezone <> end_timezone)"""


class Activity(Content, Ordered, Base):
    """Something to do. `day` and the times are local to `timezone`; a journey ends in its own."""

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("length(notes) <= 10000", name="notes_length"),
        CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        CheckConstraint(f"status IN {STATUSES}", name="status_known"),
        CheckConstraint(DAYS_IN_ORDER, name="days_in_order"),
        CheckConstraint("cost_minor >= 0", name="cost_not_negative"),
        CheckConstraint("cost_minor IS NULL OR currency IS NOT NULL", name="cost_has_currency"),
        Index("ix_activities_lane", "trip_id", "day", "position"),
    )

    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    day: Mapped[date | None]
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    timezone: Mapped[str | None] = mapped_column(Text)
    end_day: Mapped[date | None]
    end_timezone: Mapped[str | None] = mapped_column(Text)
    location_id: Mapped[UUID | None]
    location: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    end_location_id: Mapped[UUID | None]
    end_location: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    notes: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    booking_ref: Mapped[str | None] = mapped_column(Text)
    cost_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(Text)
    participants: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    locked: Mapped[bool]
