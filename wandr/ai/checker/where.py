"""Whether the places make sense: none twice, and no day that goes back and forth."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from math import floor
from typing import Final

from wandr.ai.checker.itinerary import Item, Itinerary, Spot, titles
from wandr.ai.planner.model import Finding
from wandr.ai.planner.route import LONGEST_DETOUR, route_metres, shortest_metres
from wandr.ai.planner.travel import metres_between

SAME_SPOT_METRES: Final = 30
A_BIT, A_BIT_EAST = 0.001, 0.01  # degrees: 111 m, and more than 38 m up to 88 degrees north
MOST_OTHERS: Final = 5_000  # pairs that are near each other and not the same
ALIKE: Final = 0.9  # of two names, by Ratcliff and Obershelp
COME_BACK_TO: Final = frozenset({"stay", "transport"})
MOST_POINTS: Final = 9  # of one day, whose shortest order is found exactly
WORTH_TELLING_METRES: Final = 500
Placed = tuple[Item, Spot]


def same_place_twice(plan: Itinerary) -> Iterator[Finding]:
    """A place once for the same people: by its id, or by its position and name."""
    placed = [
        (one, one.spot)
        for one in plan.items
        if one.kind not in COME_BACK_TO and one.spot and one.day
    ]
    others = 0
    for (first, there), (second, spot) in _near_each_other(placed):
        if first.people & second.people and _is_same(there, spot):
            yield Finding(
                "same_place_twice",
                "error",
                f"{titles([first, second])} are the same place.",
                {"days": [f"{first.day}", f"{second.day}"]},
                entity_ids=(first.id, second.id),
            )
        elif (others := others + 1) > MOST_OTHERS:
            return


def backtracking(plan: Itinerary) -> Iterator[Finding]:
    """The way of a day against the shortest way through the same places."""
    for day, items in plan.scheduled_days():
        placed = [item for item in items if item.kind != "transport" and item.spot]
        points = [item.spot.point for item in placed if item.spot]
        if not 3 <= len(points) <= MOST_POINTS or all(item.is_fixed for item in placed):
            continue
        metres = route_metres(points)
        best = shortest_metres(points)
        if metres > LONGEST_DETOUR * best and metres - best > WORTH_TELLING_METRES:
            yield Finding(
                "backtracking",
                "warning",
                f"{day} goes back and forth: {metres / 1000:.1f} km,"
                f" in the best order {best / 1000:.1f} km.",
                {"day": f"{day}", "metres": round(metres), "best_metres": round(best)},
                entity_ids=tuple(item.id for item in placed),
            )


def _near_each_other(placed: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """All pairs that may be of one place, in order: of one id, or of cells that touch."""
    by_id: dict[str, list[int]] = {}
    by_cell: dict[tuple[int, int], list[int]] = {}
    for number, (_, spot) in enumerate(placed):
        by_id.setdefault(spot.location_id, []).append(number)
        by_cell.setdefault(_cell(spot), []).append(number)
    for number, one in enumerate(placed):
        row, column = _cell(one[1])
        cells = [(row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        numbers = [by_id[one[1].location_id], *(by_cell.get(cell, ()) for cell in cells)]
        later = {other for found in numbers for other in found[bisect(found, number) :]}
        for other in sorted(later):
            yield one, placed[other]


def _cell(spot: Spot) -> tuple[int, int]:
    return floor(spot.latitude / A_BIT), floor(spot.longitude / A_BIT_EAST)


def _is_same(one: Spot, other: Spot) -> bool:
    if one.location_id == other.location_id:
        return True
    if metres_between(one.point, other.point) >= SAME_SPOT_METRES:
        return False
    names = one.name.casefold(), other.name.casefold()
    return SequenceMatcher(None, *names).ratio() >= ALIKE
