"""`check`: every rule over one itinerary. Reading alone: nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from wandr.ai.checker import money, nights, opening, pace, when, where
from wandr.ai.checker.fixes import fixes_of
from wandr.ai.checker.itinerary import Itinerary
from wandr.ai.planner.model import Finding

Rule = Callable[[Itinerary], Iterator[Finding]]
RULES: Final[tuple[Rule, ...]] = (
    when.outside_dates,
    when.overlaps,
    when.too_far,
    when.arrives_too_early,
    when.long_days,
    opening.closed,
    where.same_place_twice,
    nights.nights,
    money.over_budget,
    where.backtracking,
    pace.meal_gaps,
    pace.too_packed,
    opening.after_dark,
    opening.hours_unknown,
    opening.holidays,
)
FINDING_CODES: Final = (
    *("outside_dates", "overlap", "contradicts_fixed", "no_time_to_travel"),
    *("arrives_before_departure", "day_too_long", "closed", "same_place_twice"),
    *("no_stay", "two_stays", "over_budget"),
    *("backtracking", "no_lunch", "no_dinner", "too_packed", "after_dark", "holiday"),
    *("hours_unknown", "cost_unknown", "stays_unknown"),
)
GRAVITY: Final = {"error": 0, "warning": 1, "info": 2}
MOST_OF_A_RULE: Final = 200  # findings: of a thousand at once half a million pairs are wrong
MOST_MENDED: Final = 10  # findings that get fixes: to try them takes time


def check(plan: Itinerary, *, with_fixes: bool = True) -> tuple[Finding, ...]:
    """What is wrong with a plan, the worst first; the first 200 of each rule. Same plan, same
    findings."""
    found = sorted(
        (finding for rule in RULES for finding in islice(rule(plan), MOST_OF_A_RULE)),
        key=lambda one: GRAVITY[one.severity],
    )
    mended = MOST_MENDED if with_fixes else 0
    return tuple(
        replace(one, fixes=fixes_of(plan, one)) if number < mended else one
        for number, one in enumerate(found)
    )
