"""What people were told, how they want to be told, and up to where each trip has been told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Record


class Notification(Record, Base):
    """One thing that one person was told. `key` names what it is about: nobody is told it twice.

    `in_app` is False for what goes out by mail alone; `mail_due` for what waits for a digest.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_notifications_created_at", "created_at"),
        Index("ix_notifications_newest", "user_id", "created_at", "id"),
        Index(
            "ix_notifications_unread",
            "user_id",
            postgresql_where=text("read_at IS NULL AND in_app"),
        ),
        Index("ix_notifications_mail_due", "user_id", postgresql_where=text("mail_due")),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    trip_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("trips.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    in_app: Mapped[bool] = mapped_column(default=True)
    mail_due: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime | None]


class NotificationPreference(Base):
    """How somebody wants to be told, by kind, where it is not the default; and of their digest."""

    __tablename__ = "notification_preferences"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    kinds: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    digest_on: Mapped[date | None]  # the day, in their zone, of the last digest


class NotificationCursor(Base):
    """Up to where the log of a trip has been told, and since when more waits."""

    __tablename__ = "notification_cursors"
    __table_args__ = (
        Index("ix_notification_cursors_behind", "last_at", postgresql_where=text("head > seq")),
    )

    trip_id: Mapped[UUID] = mapped_column(
        ForeignKey("trips.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[int] = mapped_column(BigInteger)
    first_at: Mapped[datetime]  # of what waits
    last_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when a worker was last asked to tell it


class NotificationWatermark(Base):
    """Up to when the logs of all trips have been looked at; one row."""

    __tablename__ = "notification_watermark"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    at: Mapped[datetime]
    answers_asked_at: Mapped[datetime | None]
    times_asked_at: Mapped[datetime | None]
