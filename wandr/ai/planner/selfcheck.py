"""The last look at a plan, from the visits alone: what is wrong does not leave the planner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from wandr.ai.planner.frames import LONGEST_SPAN, Frame, minute_of
from wandr.ai.planner.model import Place, PlannedVisit, Point
from wandr.ai.planner.travel import leg_between
from wandr.locations.hours import open_windows

_Busy = tuple[int, int, Point | None, Point | None, str | None]
"""Start, end, where it begins, where it ends, and the key of the visit (None: fixed)."""


def faults(
    visits: Sequence[PlannedVisit], frames: Iterable[Frame], places: Mapping[str, Place]
) -> dict[str, str]:
    """What is wrong with which visit, by key: empty when the plan keeps all that it promises."""
    found: dict[str, str] = dict(_repeated(visits))
    for frame in frames:
        today = [visit for visit in visits if visit.day == frame.day]
        found |= {visit.key: "closed then" for visit in today if _closed(visit, places)}
        found |= dict(_collisions(frame, today, places))
    return found


def _repeated(visits: Iterable[PlannedVisit]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for visit in visits:
        if visit.place_id in seen:
            yield visit.key, "planned twice"
        seen.add(visit.place_id)


def _closed(visit: PlannedVisit, places: Mapping[str, Place]) -> bool:
    windows = open_windows(places[visit.place_id], visit.day)
    start, end = minute_of(visit.start), minute_of(visit.end)
    return windows is not None and not any(low <= start and end <= high for low, high in windows)


def _collisions(
    frame: Frame, visits: Iterable[PlannedVisit], places: Mapping[str, Place]
) -> Iterator[tuple[str, str]]:
    """Overlaps and ways that do not fit in time, between neighbours; and a day that is too long."""
    busy: list[_Busy] = [
        (node.starts[0][0], node.starts[0][0] + node.minutes, node.arrive_at, node.leave_from, None)
        for node in frame.fixed
    ]
    for visit in visits:
        point = places[visit.place_id].point
        busy.append((minute_of(visit.start), minute_of(visit.end), point, point, visit.key))
    busy.sort(key=lambda entry: entry[:2])
    for before, after in pairwise(busy):
        key = after[4] or before[4]
        if key and after[0] - before[1] < leg_between(before[3], after[2]).minutes:
            yield key, "no time for the way"
    if busy and max(entry[1] for entry in busy) - busy[0][0] > LONGEST_SPAN:
        key = busy[-1][4] or busy[0][4]
        if key:
            yield key, "day too long"
