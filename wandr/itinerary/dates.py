"""What new trip dates do to activities: nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from wandr.changes.entity import Row
from wandr.extensions import db
from wandr.http.fields import LATEST
from wandr.itinerary.models import Activity

Dates = tuple[date | None, date | None]  # the first and the last day


def reschedule(
    trip: Row, was: Dates, now: Dates, mode: str
) -> list[tuple[Activity, dict[str, Any]]]:
    """Each activity that new dates touch, with its new days.

    `shift` moves all of them along with the first day; what then lies outside is unscheduled.
    """
    shift = timedelta()
    if mode == "shift" and was[0] and now[0]:
        shift = now[0] - was[0]
    found = ((activity, _new_days(activity, shift, now)) for activity in _scheduled(trip))
    return [(activity, days) for activity, days in found if days]


def preview_dates(trip: Row, now: Dates, mode: str) -> dict[str, list[dict[str, Any]]]:
    """What `reschedule` would do: `{"unscheduled": […], "moved": […]}`, ids, titles and days."""
    touched = reschedule(trip, (trip.start_date, trip.end_date), now, mode)
    told = [(days["day"], _told(activity, days)) for activity, days in touched]
    return {
        "unscheduled": [one for day, one in told if day is None],
        "moved": [one for day, one in told if day is not None],
    }


def _new_days(activity: Activity, shift: timedelta, dates: Dates) -> dict[str, date | None]:
    assert activity.day is not None  # only scheduled ones are asked about
    start, end = dates
    day, end_day = activity.day + shift, activity.end_day and activity.end_day + shift
    outside = start is not None and end is not None and not start <= day <= end
    if outside or (end_day or day) > LATEST:
        return {"day": None, "end_day": None}
    return {"day": day, "end_day": end_day} if shift else {}


def _scheduled(trip: Row) -> Sequence[Activity]:
    statement = (
        select(Activity)
        .where(Activity.trip_id == trip.id, Activity.day.is_not(None))
        .where(Activity.deleted_seq.is_(None))
        .order_by(Activity.day, Activity.position)
    )
    return db.session.scalars(statement).all()


def _told(activity: Activity, days: Mapping[str, date | None]) -> dict[str, Any]:
    day = days["day"]
    return {
        "id": activity.id,
        "title": activity.title,
        "day": activity.day,
        "new_day": day,
    }
