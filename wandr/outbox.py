"""Tasks that a transaction wants done once it has committed.

The row is the promise and a queue in Redis only the quick way: what was not sent, because Redis
was away or the process died, is sent later by `jobs.relay`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wandr.base import Base, Record
from wandr.extensions import db

NOW = func.clock_timestamp()  # now() stands still in a transaction
KEPT_FOR = timedelta(days=1)


class Outbox(Record, Base):
    """One task to be sent. `due_at` is when the relay may send it, should nobody have."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_unsent", "due_at", postgresql_where=text("sent_at IS NULL")),
        Index("ix_outbox_sent_at", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
    )

    task: Mapped[str] = mapped_column(Text)
    args: Mapped[list[Any]] = mapped_column(JSONB)
    job_id: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


def put_in_outbox(row: Outbox, *, due_in: timedelta) -> None:
    """Promise to send it, with the surrounding transaction."""
    row.due_at = db.session.scalars(select(NOW + due_in)).one()
    db.session.add(row)
    db.session.flush()


def take_due(limit: int) -> list[Outbox]:
    """Unsent rows whose time has come, locked; those that somebody else holds are left out."""
    statement = (
        select(Outbox)
        .where(Outbox.sent_at.is_(None), Outbox.due_at <= NOW)
        .order_by(Outbox.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    fresh = statement.execution_options(populate_existing=True)
    return list(db.session.scalars(fresh))


def mark_sent(row_id: UUID) -> None:
    """It is in the queue: the relay need not care."""
    sent = update(Outbox).where(Outbox.id == row_id).values(sent_at=NOW, updated_at=NOW)
    db.session.execute(sent.execution_options(synchronize_session=False))


def postpone(row_id: UUID, delay: timedelta) -> None:
    """It could not be sent: try again after a while."""
    later = update(Outbox).where(Outbox.id == row_id)
    later = later.values(due_at=NOW + delay, attempts=Outbox.attempts + 1, updated_at=NOW)
    db.session.execute(later.execution_options(synchronize_session=False))


def forget_sent() -> None:
    """Delete what was sent more than a day ago."""
    old = delete(Outbox).where(Outbox.sent_at < NOW - KEPT_FOR)
    db.session.execute(old.execution_options(synchronize_session=False))
