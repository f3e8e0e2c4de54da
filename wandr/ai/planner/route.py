"""Whether a day goes back and forth: its way against the shortest way through the same points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from wandr.ai.planner.days import DaySolution, Node
from wandr.ai.planner.model import Point
from wandr.ai.planner.travel import metres_between

LONGEST_DETOUR: Final = 1.25
A_FEW_STEPS: Final = 400.0  # metres more, where the fixed stops go back and forth anyway


def route_metres(points: Sequence[Point]) -> float:
    """The length of the straight lines from point to point, in metres."""
    return sum(metres_between(a, b) for a, b in pairwise(points))


def shortest_metres(points: Sequence[Point]) -> float:
    """The shortest open way through all points, exactly (Held and Karp 1962); for a day's dozen."""
    count = len(points)
    if count < 3:
        return route_metres(points)
    legs = [[metres_between(a, b) for b in points] for a in points]
    best = {(1 << last, last): 0.0 for last in range(count)}
    for mask in range(1, 1 << count):
        for last in range(count):
            so_far = best.get((mask, last))
            if so_far is None:
                continue
            for following in range(count):
                if not mask >> following & 1:
                    key = (mask | 1 << following, following)
                    length = so_far + legs[last][following]
                    best[key] = min(best.get(key, length), length)
    return min(best[(1 << count) - 1, last] for last in range(count))


def goes_back_and_forth(solution: DaySolution) -> bool:
    """Over 1.25 times the best order, and the planned visits, not the fixed stops, are to blame."""
    nodes = [scheduled.node for scheduled in solution.schedule if scheduled.node.moves]
    excess = _excess(nodes)
    fixed = _excess([node for node in nodes if node.required])
    return excess > (fixed + A_FEW_STEPS if fixed else 0.0)


def _excess(nodes: Sequence[Node]) -> float:
    """Metres beyond the allowed detour."""
    points = [node.arrive_at for node in nodes if node.arrive_at is not None]
    length = route_metres(points)
    if length <= LONGEST_DETOUR * _spanning_metres(points):
        return 0.0
    return max(0.0, length - LONGEST_DETOUR * shortest_metres(points))


def _spanning_metres(points: Sequence[Point]) -> float:
    """The minimum spanning tree (Prim): no way through all points is shorter, and it is cheap."""
    if not points:
        return 0.0
    near = {i: metres_between(points[0], points[i]) for i in range(1, len(points))}
    total = 0.0
    while near:
        nearest = min(near, key=near.__getitem__)
        total += near.pop(nearest)
        for i in near:
            near[i] = min(near[i], metres_between(points[nearest], points[i]))
    return total
