"""Whether the places make sense: none twice, and no day that goes back and forth."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final

from wandr.ai.checker.itinerary import Itinerary, Spot, titles
from wandr.ai.planner.model import Finding
from wandr.ai.planner.route import LONGEST_DETOUR, route_metres, shortest_metres
from wandr.ai.planner.travel import metres_between

SAME_SPOT_METRES: Final = 30
A_BIT: Final = 0.001  # degrees of latitude: 111 m
ALIKE: Final = 0.9  # of two names, by Ratcliff and Obershelp
COME_BACK_TO: Final = frozenset({"stay", "transport"})
MOST_POINTS: Final = 9  # of one day, whose shortest order is found exactly
WORTH_TELLING_METRES: Final = 500


def same_place_twice(plan: Itinerary) -> Iterator[Finding]:
    """A place once for the same people: by its id, or by its position and name."""
    placed = [
        (one, one.spot)
        for one in plan.items
        if one.kind not in COME_BACK_TO and one.spot and one.day
    ]
    for (first, there), (second, spot) in combinations(placed, 2):
        if _is_same(there, spot) and first.people & second.people:
            yield Finding(
                "same_place_twice",
                "error",
                f"{titles([first, second])} are the same place.",
                {"days": [f"{first.day}", f"{second.day}"]},
                entity_ids=(first.id, second.id),
            )


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


def _is_same(one: Spot, other: Spot) -> bool:
    if one.location_id == other.location_id:
        return True
    if abs(one.latitude - other.latitude) > A_BIT:  # most are far apart: cheap to tell
        return False
    if metres_between(one.point, other.point) >= SAME_SPOT_METRES:
        return False
    names = one.name.casefold(), other.name.casefold()
    return SequenceMatcher(None, *names).ratio() >= ALIKE
