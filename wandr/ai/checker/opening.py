"""Whether it is open, and light: hours, closed days, holidays, dusk. Unknown is never a pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from wandr.ai.checker.itinerary import Item, Itinerary, Spot, titles
from wandr.ai.planner.model import Finding
from wandr.ai.planner.options import GOOD_IN_THE_DARK
from wandr.locations.holidays import holidays_on
from wandr.locations.hours import Window, daylight, open_windows

VISITS: Final = frozenset({"activity", "food"})
MIDNIGHT: Final = 24 * 60
Part = tuple[date, Window]


def closed(plan: Itinerary) -> Iterator[Finding]:
    """All of a visit lies within one opening of its place; an untimed one on a day that has one."""
    for item, spot, day in _visits(plan):
        hours = [(one, open_windows(spot, one)) for one, _ in parts_of(item) or [(day, (0, 0))]]
        if any(windows is None for _, windows in hours) or is_open(item, spot):
            continue
        told = "; ".join(f"{one}: {_told(windows or ())}" for one, windows in hours)
        yield Finding(
            "closed",
            "error",
            f"{titles([item])} is not open then: {told}.",
            {"day": f"{day}", "open": [_told(windows or ()) for _, windows in hours]},
            entity_ids=(item.id,),
        )


def hours_unknown(plan: Itinerary) -> Iterator[Finding]:
    """A place of which nobody knows when it is open."""
    for item, spot, day in _visits(plan):
        if open_windows(spot, day) is None:
            yield Finding(
                "hours_unknown",
                "warning",
                f"When {titles([item])} is open on {day} is not known.",
                {"day": f"{day}"},
                entity_ids=(item.id,),
            )


def holidays(plan: Itinerary) -> Iterator[Finding]:
    """Visits on a public holiday: hours are often others then than usual."""
    for day, items in plan.days.items():
        visits = [one for one in items if one.kind in VISITS and one.spot]
        for country in sorted({one.spot.country_code for one in visits if one.spot}):
            if names := holidays_on(country, day):
                there = [one for one in visits if one.spot and one.spot.country_code == country]
                yield Finding(
                    "holiday",
                    "warning",
                    f"{day} is a public holiday in {country} ({', '.join(names)}):"
                    " hours may be others than usual.",
                    {"day": f"{day}", "country_code": country, "names": list(names)},
                    entity_ids=tuple(one.id for one in there),
                )


def after_dark(plan: Itinerary) -> Iterator[Finding]:
    """Outdoors before sunrise or after sunset, where there is nothing to see then."""
    for item, spot, day in _visits(plan):
        if spot.indoor is not False or spot.kind in GOOD_IN_THE_DARK:
            continue
        for one, (start, end) in parts_of(item):
            rise, set_ = daylight(spot, one)
            if start < rise or end > set_:
                yield Finding(
                    "after_dark",
                    "warning",
                    f"{titles([item])} is outdoors and partly in the dark.",
                    {"day": f"{day}", "sunrise": clock(rise), "sunset": clock(set_)},
                    entity_ids=(item.id,),
                )
                break


def is_open(item: Item, spot: Spot) -> bool:
    """Whether what is known of the hours allows the visit: one opening around all of each day."""
    parts = parts_of(item)
    if not parts:
        return item.day is None or bool(open_windows(spot, item.day))
    windows_of = [(open_windows(spot, day) or (), part) for day, part in parts]
    return all(any(_holds(window, part) for window in windows) for windows, part in windows_of)


def parts_of(item: Item) -> Sequence[Part]:
    """The days of a visit, each with its minutes after midnight there; none without a start."""
    if item.start is None or item.spot is None:
        return ()
    end = item.end or item.start
    here = item.start.tzinfo
    first, last = item.start, end.astimezone(here)
    parts = []
    day = first.date()
    while day <= last.date():
        low = _minute(first) if day == first.date() else 0
        high = _minute(last) if day == last.date() else MIDNIGHT
        if (low, high) != (0, 0) or first == last:  # one that ends at midnight is not of that day
            parts.append((day, (low, high)))
        day += timedelta(days=1)
    return parts


def clock(minute: int) -> str:
    """Minutes after midnight as people write them, also those of the next day."""
    minute -= MIDNIGHT if minute > MIDNIGHT else 0
    return f"{minute // 60:02}:{minute % 60:02}"


def _visits(plan: Itinerary) -> Iterator[tuple[Item, Spot, date]]:
    for item in plan.items:
        if item.kind in VISITS and item.spot is not None and item.day is not None:
            yield item, item.spot, item.day


def _holds(window: Window, part: Window) -> bool:
    return window[0] <= part[0] and part[1] <= window[1]


def _told(windows: Sequence[Window]) -> str:
    return ", ".join(f"{clock(low)}–{clock(high)}" for low, high in windows) or "closed"


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
