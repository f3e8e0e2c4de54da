"""Notices what there is to tell, and asks workers to tell it.

A door of its own: housekeeping calls `step` every two seconds. What was asked for and not done,
because a worker died, is asked for again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from wandr.ai.models import AiRequest
from wandr.changes.models import TripChange
from wandr.extensions import db
from wandr.jobs.queue import send_later
from wandr.notifications.models import NotificationCursor, NotificationWatermark
from wandr.transaction import atomic

LOCK: Final = 0x57_61_6E_64_03  # one noticer at a time, in all processes
NOW: Final = func.clock_timestamp()
OVERLAP: Final = timedelta(seconds=60)  # what takes longer to commit than this is told later
QUIET: Final = timedelta(seconds=20)  # after the last change; edits come in bursts
LONGEST: Final = timedelta(minutes=5)  # after the first
ASKS_AGAIN: Final = timedelta(seconds=60)
TIMES: Final = timedelta(minutes=5)  # between two looks at reminders and digests


class Noticer:
    """Of those in all processes one works at a time. `quiet` is how long a trip must rest."""

    def __init__(self, quiet: timedelta = QUIET) -> None:
        self.quiet = quiet

    def step(self) -> int:
        """Look at the logs, the answers and the clock; how many tasks workers were given."""
        with atomic():
            if not db.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                return 0
            watermark = _watermark()
            _note_changes(watermark)
            return self._ask_for_trips() + _ask_for_answers(watermark) + _ask_for_times(watermark)

    def _ask_for_trips(self) -> int:
        cursor = NotificationCursor
        rested = or_(cursor.last_at <= NOW - self.quiet, cursor.first_at <= NOW - LONGEST)
        due = (
            update(cursor)
            .where(cursor.head > cursor.seq, rested, _not_asked(cursor.asked_at))
            .values(asked_at=NOW)
            .returning(cursor.trip_id)
            .execution_options(synchronize_session=False)
        )
        trips = list(db.session.scalars(due))
        for trip_id in trips:
            send_later("tell_trip", str(trip_id))
        return len(trips)


def _watermark() -> NotificationWatermark:
    row = insert(NotificationWatermark).values(id=1, at=NOW).on_conflict_do_nothing()
    db.session.execute(row)
    found = db.session.get_one(NotificationWatermark, 1, populate_existing=True)
    return found


def _note_changes(watermark: NotificationWatermark) -> None:
    """Move the heads of the cursors to where the logs are now."""
    log, cursor = TripChange, NotificationCursor
    changed = (
        select(log.trip_id, func.min(log.seq) - 1, func.max(log.seq), NOW, func.max(log.at))
        .where(log.at > watermark.at - OVERLAP)
        .group_by(log.trip_id)
    )
    rows = insert(cursor).from_select(["trip_id", "seq", "head", "first_at", "last_at"], changed)
    new = rows.excluded
    noted = rows.on_conflict_do_update(
        index_elements=["trip_id"],
        set_={
            "head": func.greatest(cursor.head, new.head),
            "last_at": new.last_at,
            "first_at": case((cursor.head > cursor.seq, cursor.first_at), else_=NOW),
        },
        where=new.head > cursor.head,
    )
    db.session.execute(noted)
    watermark.at = db.session.scalars(select(NOW)).one()


def _ask_for_answers(watermark: NotificationWatermark) -> int:
    untold = select(AiRequest.id).where(
        AiRequest.finished_at.is_not(None), AiRequest.told_at.is_(None)
    )
    if db.session.scalar(untold.limit(1)) is None:
        return 0
    return _ask(watermark, "answers_asked_at", "tell_answers", QUIET)


def _ask_for_times(watermark: NotificationWatermark) -> int:
    return _ask(watermark, "times_asked_at", "tell_times", TIMES)


def _ask(watermark: NotificationWatermark, mark: str, task: str, every: timedelta) -> int:
    asked, now = getattr(watermark, mark), watermark.at
    if asked is not None and asked > now - every:
        return 0
    setattr(watermark, mark, now)
    send_later(task)
    return 1


def _not_asked(asked_at: Any) -> ColumnElement[bool]:
    return or_(asked_at.is_(None), asked_at < NOW - ASKS_AGAIN)
