"""The dates of a trip: which there may be, and what a shift makes of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from marshmallow import ValidationError

from wandr.errors import wrong_field
from wandr.http.fields import EARLIEST, LATEST, Whole

LONGEST_TRIP = 366  # days
LONGEST_SHIFT = 36_500  # days

Dates = tuple[date | None, date | None]  # the first and the last day


class ShiftDays(Whole):
    """By how many days to move the dates of a trip, and its activities with them."""

    def __init__(self, **more: Any) -> None:
        told = "Moves the dates, and activities along, from where they are: two shifts add up."
        super().__init__(
            -LONGEST_SHIFT, LONGEST_SHIFT, metadata={"description": told, "example": 7}, **more
        )

    def _validated(self, value: Any) -> int:
        days = super()._validated(value)
        if days == 0:
            raise ValidationError("Must not be 0.")
        return days


def refuse_wrong_dates(start: date | None, end: date | None) -> None:
    """Raise Invalid unless there are both dates or none, in order, at most a year apart."""
    if start is None and end is None:
        return
    if start is None or end is None:
        missing = "start_date" if start is None else "end_date"
        raise wrong_field(missing, "A trip has both dates or none.")
    if end < start:
        raise wrong_field("end_date", "Must not be before start_date.")
    if (end - start).days >= LONGEST_TRIP:
        raise wrong_field("end_date", f"A trip lasts at most {LONGEST_TRIP} days.")


def shifted_dates(trip: Any, days: int) -> Dates:
    """The dates of a trip, some days later or earlier. Invalid without dates, or out of range."""
    if trip.start_date is None or trip.end_date is None:
        raise wrong_field("shift_days", "The trip has no dates to shift.")
    start, end = (day + timedelta(days) for day in (trip.start_date, trip.end_date))
    if start < EARLIEST or end > LATEST:
        raise wrong_field("shift_days", f"Leads out of {EARLIEST:%Y} to {LATEST:%Y}.")
    return start, end
