"""The webhooks of trips. What they send are deliveries, whose rows are its log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Record


class Webhook(Record, Base):
    """Where to send what changes in a trip, as its maker sees it, and up to where it was sent."""

    __tablename__ = "webhooks"
    __table_args__ = (CheckConstraint("length(url) <= 2000", name="url_length"),)

    trip_id: Mapped[UUID] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(BigInteger)
    paused_at: Mapped[datetime | None]  # by its maker, or because its maker may no longer see it
