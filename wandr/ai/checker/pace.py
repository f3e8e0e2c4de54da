"""Whether people will like the days: what they hold, and when one eats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from wandr.ai.checker.itinerary import Item, Itinerary
from wandr.ai.checker.opening import clock, parts_of
from wandr.ai.planner.frames import PACES
from wandr.ai.planner.model import Finding
from wandr.ai.planner.options import meal_times
from wandr.locations.hours import Window

MEAL_MINUTES: Final = 45
BUSY: Final = frozenset({"activity", "food"})


def too_packed(plan: Itinerary) -> Iterator[Finding]:
    """No more minutes of visits, and no more visits, than the pace has room for."""
    rule = PACES[plan.terms.pace]
    for day, items in plan.scheduled_days():
        visits = [item for item in items if item.kind == "activity"]
        minutes = sum(item.minutes or 0 for item in visits)
        if minutes > rule.minutes or len(visits) > rule.visits:
            yield Finding(
                "too_packed",
                "warning",
                f"{day} has {len(visits)} visits of {minutes} min together: much for a"
                f" {plan.terms.pace} pace.",
                {"day": f"{day}", "visits": len(visits), "minutes": minutes,
                 "most_visits": rule.visits, "most_minutes": rule.minutes},
                entity_ids=tuple(item.id for item in visits),
            )  # fmt: skip


def meal_gaps(plan: Itinerary) -> Iterator[Finding]:
    """When people of the country eat, a meal is planned or three quarters of an hour are free."""
    for day, items in plan.scheduled_days():
        countries = [item.spot.country_code for item in items if item.spot]
        busy = list(_busy(day, items))
        if not countries or not busy:
            continue
        for meal, window in meal_times(countries[0]).items():
            if not _eats(day, items, window) and not _is_free(window, busy):
                low, high = clock(window[0]), clock(window[1])
                yield Finding(
                    f"no_{meal}",
                    "warning",
                    f"{day} leaves no time for {meal} between {low} and {high}.",
                    {"day": f"{day}", "from": low, "until": high},
                    entity_ids=tuple(item.id for item in items),
                )


def _busy(day: date, items: Sequence[Item]) -> Iterator[Window]:
    """From when to when something is on, in minutes after midnight."""
    for item in items:
        yield from (window for one, window in parts_of(item) if one == day)


def _eats(day: date, items: Sequence[Item], window: Window) -> bool:
    meals = _busy(day, [item for item in items if item.kind == "food"])
    return any(start <= window[1] and end >= window[0] for start, end in meals)


def _is_free(window: Window, busy: Sequence[Window]) -> bool:
    """Whether a meal can begin within the window."""
    begin = window[0]
    for start, end in sorted(busy):
        if start - begin >= MEAL_MINUTES:
            break
        begin = max(begin, end)
    return begin <= window[1]
