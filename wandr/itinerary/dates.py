"""What new trip dates do to activities: nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from wandr.extensions import db
from wandr.http.fields import EARLIEST, LATEST
from wandr.itinerary.models import Activity
from wandr.trips.dates import Dates, refuse_wrong_dates, shifted_dates

Days = dict[str, date | None]
Touched = tuple[Row[Any], Days]  # an activity as it is (id, title, day, …), and its new days
NOT_SCHEDULED: Days = {"day": None, "end_day": None}


@dataclass(frozen=True)
class Move:
    """From which dates to which a trip goes, and how far its activities move along."""

    was: Dates
    now: Dates
    by: timedelta

    def days_of(self, activity: Row[Any]) -> Days:
        """The new days of a scheduled activity; nothing when it stays as it is."""
        day, end_day = activity.day + self.by, activity.end_day and activity.end_day + self.by
        days = [one for one in (day, end_day) if one]
        beyond = min(days) < EARLIEST or max(days) > LATEST
        if activity.deleted_seq is None and (beyond or self._puts_out(activity.day, day)):
            return NOT_SCHEDULED
        return {} if beyond or not self.by else {"day": day, "end_day": end_day}

    def _puts_out(self, old: date, new: date) -> bool:
        """What moves along may have been outside before, and goes on so."""
        return _is_outside(new, self.now) and not (self.by and _is_outside(old, self.was))


def reschedule(trip: Any, was: Dates, now: Dates, mode: str) -> list[Touched]:
    """Each activity that new dates touch, with its new days, in the order of the plan.

    `keep` unschedules what is outside. `shift` moves all along with the first day, deleted ones
    too, so that they can come back; of those that were inside, it unschedules what is outside.
    """
    by = timedelta()
    if mode == "shift" and was[0] and now[0]:
        by = now[0] - was[0]
    move = Move(was, now, by)
    found = ((one, move.days_of(one)) for one in _scheduled(trip, with_deleted=bool(by)))
    return [(activity, days) for activity, days in found if days]


def preview_wanted(trip: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What `DatesPreviewSchema` asks for: see `preview_dates`. Raises Invalid."""
    if "shift_days" in wanted:
        return preview_dates(trip, shifted_dates(trip, wanted["shift_days"]), "shift")
    now = wanted["start_date"], wanted["end_date"]
    refuse_wrong_dates(*now)
    return preview_dates(trip, now, wanted.get("mode", "keep"))


def preview_dates(trip: Any, now: Dates, mode: str) -> dict[str, Any]:
    """What `reschedule` would do: the new dates, and `unscheduled` and `moved` activities."""
    told = list(_told(reschedule(trip, (trip.start_date, trip.end_date), now, mode)))
    return {
        "start_date": now[0],
        "end_date": now[1],
        "unscheduled": [one for one in told if one["new_day"] is None],
        "moved": [one for one in told if one["new_day"] is not None],
    }


def _is_outside(day: date, dates: Dates) -> bool:
    start, end = dates
    return start is not None and end is not None and not start <= day <= end


def _scheduled(trip: Any, *, with_deleted: bool) -> Sequence[Any]:
    columns = (Activity.id, Activity.title, Activity.day, Activity.end_day, Activity.deleted_seq)
    statement = (
        select(*columns)
        .where(Activity.trip_id == trip.id, Activity.day.is_not(None))
        .order_by(Activity.day, Activity.position, Activity.id)
    )
    if not with_deleted:
        statement = statement.where(Activity.deleted_seq.is_(None))
    return db.session.execute(statement).all()


def _told(touched: Sequence[Touched]) -> Iterator[dict[str, Any]]:
    for activity, days in touched:
        if activity.deleted_seq is None:
            old = {"id": activity.id, "title": activity.title, "day": activity.day}
            yield {**old, "new_day": days["day"]}
