"""Whether everybody has a bed each night, and only one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from wandr.ai.checker.itinerary import Item, Itinerary, titles
from wandr.ai.planner.model import Finding

ONE = timedelta(days=1)


def nights(plan: Itinerary) -> Iterator[Finding]:
    """Each night of the trip, from one day to the next, has a stay for everybody, or a journey
    through it. As long as no stay is planned at all, that is a remark and no fault."""
    if plan.first is None or plan.last is None or plan.first == plan.last:
        return
    stays = [item for item in plan.items if item.kind == "stay" and item.day]
    if not stays:
        yield Finding("stays_unknown", "info", "No stay is planned yet.")
        return
    journeys = [item for item in plan.items if item.kind == "transport" and item.day]
    dates = [plan.first + ONE * n for n in range((plan.last - plan.first).days)]
    yield from _without(plan, dates, [*stays, *journeys])
    yield from _twice(dates, stays)


def _without(plan: Itinerary, dates: Sequence[date], beds: Sequence[Item]) -> Iterator[Finding]:
    homeless = [
        day
        for day in dates
        if plan.people - {person for one in beds if _covers(one, day) for person in one.people}
    ]
    for first, last in _runs(homeless):
        told = f"the night of {first}" if first == last else f"the nights of {first} to {last}"
        yield Finding(
            "no_stay",
            "error",
            f"There is no stay for everybody for {told}.",
            {"first_night": f"{first}", "last_night": f"{last}"},
        )


def _twice(dates: Sequence[date], stays: Sequence[Item]) -> Iterator[Finding]:
    """Of each pair of stays, the nights on which somebody would have both."""
    for index, one in enumerate(stays):
        for other in stays[index + 1 :]:
            both = [day for day in dates if _covers(one, day) and _covers(other, day)]
            if both and one.people & other.people:
                yield Finding(
                    "two_stays",
                    "error",
                    f"{titles([one, other])} are for the same night.",
                    {"first_night": f"{both[0]}", "last_night": f"{both[-1]}"},
                    entity_ids=(one.id, other.id),
                )


def _covers(item: Item, night: date) -> bool:
    """Whether the night from that day to the next is spent there. A stay without an end is one."""
    if item.day is None:
        return False
    end = item.end_day or (item.day + ONE if item.kind == "stay" else item.day)
    return item.day <= night < max(end, item.day + ONE if item.kind == "stay" else end)


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days in a row, each time the first and the last of them."""
    start = 0
    for index, day in enumerate(days):
        if index + 1 == len(days) or days[index + 1] != day + ONE:
            yield days[start], day
            start = index + 1
