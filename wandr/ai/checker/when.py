"""Whether it can be done in time: dates, overlaps, ways, journeys, and the length of a day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from wandr.ai.checker.itinerary import Item, Itinerary, minutes_between, titles
from wandr.ai.planner.frames import LONGEST_SPAN
from wandr.ai.planner.model import Finding
from wandr.ai.planner.travel import Leg, leg_between


def outside_dates(plan: Itinerary) -> Iterator[Finding]:
    """Every day within those of the trip."""
    if plan.first is None or plan.last is None:
        return
    for item in plan.items:
        if item.day is None or item.last_day is None:
            continue
        if item.day < plan.first or item.last_day > plan.last:
            yield Finding(
                "outside_dates",
                "error",
                f"{titles([item])} is outside the dates of the trip.",
                {"day": f"{item.day}", "first": f"{plan.first}", "last": f"{plan.last}"},
                entity_ids=(item.id,),
            )


def overlaps(plan: Itinerary) -> Iterator[Finding]:
    """No two at once for the same people; to touch is allowed. What has no end is a moment."""
    seen = set()
    for schedule in plan.schedules:
        for index, first in enumerate(schedule):
            for second in schedule[index + 1 :]:
                if first.end is None or (second.start and second.start >= first.end):
                    break  # and so are the rest, in order of their starts
                minutes = _shared_minutes(first, second)
                if minutes is not None and (first.id, second.id) not in seen:
                    seen.add((first.id, second.id))
                    yield _overlap(first, second, minutes)


def too_far(plan: Itinerary) -> Iterator[Finding]:
    """Between one thing and the next, time for the way between them, as estimated."""
    seen = set()
    for schedule in plan.schedules:
        for first, second in pairwise(schedule):
            if (first.id, second.id) in seen or _shared_minutes(first, second) is not None:
                continue
            seen.add((first.id, second.id))
            if (way := way_between(first, second)) is None or not first.end or not second.start:
                continue
            there = minutes_between(first.end, second.start)
            if way.minutes > there:
                yield Finding(
                    "no_time_to_travel",
                    "error",
                    f"From {titles([first])} to {titles([second])} it takes {way.minutes} min"
                    f" ({way.mode}, estimate); there are {there}.",
                    {"needed_minutes": way.minutes, "minutes": there, "mode": way.mode},
                    entity_ids=(first.id, second.id),
                )


def arrives_too_early(plan: Itinerary) -> Iterator[Finding]:
    """A journey ends after it begins, in UTC."""
    for item in plan.items:
        if item.kind == "transport" and item.minutes is not None and item.minutes <= 0:
            yield Finding(
                "arrives_before_departure",
                "error",
                f"{titles([item])} arrives before it leaves, its time zones considered.",
                {"minutes": item.minutes},
                entity_ids=(item.id,),
            )


def long_days(plan: Itinerary) -> Iterator[Finding]:
    """From the first thing of a day to its last, at most 16 hours. In a night train one sleeps."""
    for day, items in plan.scheduled_days():
        awake = [one for one in items if not (one.kind == "transport" and one.last_day != one.day)]
        ends = [one.end or one.start for one in awake]
        if not awake or awake[0].start is None:
            continue
        span = max(minutes_between(awake[0].start, end) for end in ends if end)
        if span > LONGEST_SPAN:
            yield Finding(
                "day_too_long",
                "error",
                f"{day} lasts {span // 60} h {span % 60:02} min from first to last.",
                {"day": f"{day}", "minutes": span, "most": LONGEST_SPAN},
                entity_ids=tuple(item.id for item in awake),
            )


def way_between(first: Item, second: Item) -> Leg | None:
    """The way from one thing to the next; None when it is not known where they are."""
    if first.leaves_from is None or second.arrives_at is None:
        return None
    return leg_between(first.leaves_from, second.arrives_at)


def _shared_minutes(first: Item, second: Item) -> int | None:
    """How long both go on at once, `first` beginning no later; None when they never do."""
    if first.start is None or second.start is None or first.end is None:
        return None
    if second.end is None:
        return 0 if first.start < second.start < first.end else None
    shared = minutes_between(second.start, min(first.end, second.end))
    return shared if shared > 0 else None


def _overlap(first: Item, second: Item, minutes: int) -> Finding:
    """Between what is settled and what is not, it is the latter that contradicts."""
    code = "overlap" if first.is_fixed == second.is_fixed else "contradicts_fixed"
    told = f"at once for {minutes} min" if minutes else "at once"
    return Finding(
        code,
        "error",
        f"{titles([first, second])} are {told}.",
        {"minutes": minutes},
        entity_ids=(first.id, second.id),
    )
