"""Which places are considered on which day: near each other, around what stands there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

from wandr.ai.planner.days import VALUE_PER_METRE
from wandr.ai.planner.frames import Frame
from wandr.ai.planner.model import Place, Point
from wandr.ai.planner.options import Option
from wandr.ai.planner.travel import metres_between

MOST_SIGHTS: Final = 6
MOST_TABLES: Final = 2
FAR_ENOUGH_METRES: Final = 4_000
ROUNDS: Final = 4

Menu = Mapping[str, Sequence[Option]]
"""What can be done on one day, by place id; places that cannot be visited then are missing."""

Groups = list[frozenset[str]]
"""The ids of the places considered, a set for each day; no place is in two of them."""


def room_for(place: Place) -> int:
    """How many places like this one a day considers: the exact solver takes about a dozen."""
    return MOST_TABLES if place.kind == "food" else MOST_SIGHTS


def is_full(group: frozenset[str], place: Place, places: Mapping[str, Place]) -> bool:
    return sum(same_pool(places[id], place) for id in group) >= room_for(place)


def same_pool(a: Place, b: Place) -> bool:
    """Restaurants are counted apart from everything else."""
    return (a.kind == "food") == (b.kind == "food")


def group_by_day(
    frames: Sequence[Frame],
    menus: Sequence[Menu],
    places: Sequence[Place],
    worth: Mapping[str, float],
) -> Groups:
    """Assign places, best first, each to the nearest day with room: capacitated k-medoids."""
    by_id = {place.id: place for place in places}
    ranked = sorted(places, key=lambda place: (-worth[place.id], place.id))
    centres = _first_centres(frames, ranked, worth)
    groups: Groups = []
    for _ in range(ROUNDS):
        near = [c for c in centres if c]
        assigned = _assign(
            sorted(ranked, key=lambda p: -_worth_going(p, worth, near)), menus, centres
        )
        if assigned == groups:
            break
        groups = assigned
        members = [[by_id[id] for id in sorted(group)] for group in groups]
        centres = [
            _mean(frame.anchors) or _medoid(group) or centre
            for frame, group, centre in zip(frames, members, centres, strict=True)
        ]
    return groups


def _first_centres(
    frames: Sequence[Frame], ranked: Sequence[Place], worth: Mapping[str, float]
) -> list[Point | None]:
    """What is fixed in a day, or a good place away from the other days' centres."""
    centres = [_mean(frame.anchors) for frame in frames]
    sights = [place for place in ranked if place.kind != "food"] or list(ranked)
    for index, centre in enumerate(centres):
        if centre is None and sights:
            taken = [c for c in centres if c]
            centres[index] = max(sights, key=lambda p: worth[p.id] * _apart(p.point, taken)).point
    return centres


def _apart(point: Point, others: Sequence[Point]) -> float:
    """The distance to the nearest of the others; beyond a walk it makes no difference."""
    return min([FAR_ENOUGH_METRES, *(metres_between(point, other) for other in others)])


def _worth_going(place: Place, worth: Mapping[str, float], centres: Sequence[Point]) -> float:
    """The worth less the way there and back from the nearest centre."""
    away = min((metres_between(place.point, centre) for centre in centres), default=0.0)
    return worth[place.id] - 2 * away * VALUE_PER_METRE


def _assign(
    ranked: Sequence[Place], menus: Sequence[Menu], centres: Sequence[Point | None]
) -> Groups:
    by_id = {place.id: place for place in ranked}
    groups: Groups = [frozenset() for _ in menus]
    sights = sum(place.kind != "food" for place in ranked)
    fair_share = ceil(sights / len(menus)) + 1
    for place in ranked:
        open_days = [
            day
            for day, menu in enumerate(menus)
            if place.id in menu
            and not is_full(groups[day], place, by_id)
            and (place.kind == "food" or len(groups[day]) < fair_share + MOST_TABLES)
        ]
        if open_days:
            day = min(open_days, key=lambda day: (_away(place, centres[day]), day))
            groups[day] |= {place.id}
    return groups


def _away(place: Place, centre: Point | None) -> float:
    return metres_between(place.point, centre) if centre else 0.0


def _mean(points: Sequence[Point]) -> Point | None:
    if not points:
        return None
    return (sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points))


def _medoid(group: Sequence[Place]) -> Point | None:
    sights = [place for place in group if place.kind != "food"] or list(group)
    if not sights:
        return None
    return min(sights, key=lambda p: sum(metres_between(p.point, q.point) for q in sights)).point
