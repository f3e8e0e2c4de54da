"""The table of deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Record

STATES = ("waiting", "held", "sent", "failed")
UNSENT = ("waiting", "held")


class Delivery(Record, Base):
    """One thing to be delivered. Those of a lane go out one after the other, by `number`.

    `due_at` is when it may be tried; while it is being tried, when its try counts as lost. What
    is `held` is tried when its lane is let go. `attempts` only grows: it tells tries apart.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state_known"),
        Index(
            "ix_deliveries_waiting", "lane", "number", postgresql_where=text("state = 'waiting'")
        ),
        Index("ix_deliveries_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_deliveries_lane", "lane", "number"),
        Index("ix_deliveries_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    lane: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    gives_up_at: Mapped[datetime]  # a try that fails later is the last one
    woken_at: Mapped[datetime | None]  # when a worker was last asked to look
    ended_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)  # what became of the last try
