"""The days as they are before planning: what stands in them already, and what room that leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Final

from wandr.ai.planner.days import Node
from wandr.ai.planner.model import Pace, Point, Stop, Wishes
from wandr.ai.planner.travel import leg_between
from wandr.locations.hours import Window

LONGEST_SPAN: Final = 16 * 60
USUAL_END: Final = 22 * 60
USUAL_STOP_MINUTES: Final = 60
MIDNIGHT: Final = 24 * 60
STAY_KINDS: Final = frozenset(["stay", "lodging", "hotel", "accommodation"])
MEAL_KINDS: Final = frozenset(["food", "meal", "restaurant"])
GONE: Final = frozenset(["cancelled", "rejected"])


@dataclass(frozen=True)
class PaceRule:
    """Minutes of visits a day, how many visits at most, and when the day begins (in minutes)."""

    minutes: int
    visits: int
    start: int


PACES: Final[dict[Pace, PaceRule]] = {
    "relaxed": PaceRule(300, visits=5, start=9 * 60 + 30),
    "normal": PaceRule(420, visits=7, start=9 * 60),
    "full": PaceRule(540, visits=9, start=8 * 60 + 30),
}


@dataclass(frozen=True)
class Frame:
    """A day to be planned: its bounds in minutes, its fixed blocks, and what load it can take."""

    day: date
    start: int
    end: int
    fixed: tuple[Node, ...]
    titles: dict[str, str]
    meals: tuple[Window, ...]
    base: Point | None
    anchors: tuple[Point, ...]
    max_load: int
    max_visits: int
    longest_walk: int


def days_to_plan(wishes: Wishes, stops: Sequence[Stop]) -> tuple[date, ...]:
    """As many days as asked for; where a day is taken and another is free, the free one."""
    taken = {stop.day for stop in _active(stops) if stop.kind not in STAY_KINDS}
    every = sorted({*wishes.days, *wishes.spare_days})
    by_freedom = sorted(every, key=lambda day: (day in taken, day))
    return tuple(sorted(by_freedom[: len(set(wishes.days))]))


def frame_day(day: date, wishes: Wishes, stops: Sequence[Stop], base: Point | None) -> Frame:
    """What the trip already holds on that day, as bounds for the planner."""
    today = sorted((s for s in _active(stops) if s.day == day), key=lambda stop: stop.id)
    stays = [stop.point for stop in today if stop.kind in STAY_KINDS and stop.point]
    busy = [stop for stop in today if stop.kind not in STAY_KINDS]
    timed = [stop for stop in busy if stop.start or stop.end]
    untimed = len(busy) - len(timed)
    blocks = _blocks(timed)
    start, end = _bounds(wishes, blocks, wishes.arrivals.get(day))
    pace = PACES[wishes.pace]
    return Frame(
        day=day,
        start=start,
        end=end,
        fixed=blocks,
        titles={stop.id: stop.title for stop in timed},
        meals=tuple(times_of(stop) for stop in timed if stop.kind in MEAL_KINDS),
        base=stays[0] if stays else base,
        anchors=tuple(stop.point for stop in busy if stop.point) or tuple(stays),
        max_load=max(0, pace.minutes - untimed * USUAL_STOP_MINUTES),
        max_visits=max(0, pace.visits - untimed),
        longest_walk=wishes.longest_walk,
    )


def _active(stops: Iterable[Stop]) -> list[Stop]:
    return [stop for stop in stops if stop.status not in GONE]


def _bounds(wishes: Wishes, blocks: Sequence[Node], arrival: time | None) -> Window:
    """When visits may begin and end, so that with the fixed blocks no day spans over 16 hours."""
    start = minute_of(wishes.day_start) if wishes.day_start else PACES[wishes.pace].start
    start = max(start, minute_of(arrival)) if arrival else start
    end = minute_of(wishes.day_end) if wishes.day_end else USUAL_END
    if blocks:
        start = max(start, min(MIDNIGHT, _end(blocks[-1])) - LONGEST_SPAN)
        end = min(end, blocks[0].starts[0][0] + LONGEST_SPAN)
    return start, min(end, start + LONGEST_SPAN)


def _blocks(stops: Iterable[Stop]) -> tuple[Node, ...]:
    """The timed stops in order. Those that overlap, or lie too close in time, become one block:
    that is for the travellers to settle, and nothing is planned in between."""
    blocks: list[Node] = []
    for node in sorted((_fixed(stop) for stop in stops), key=lambda node: (node.starts, node.key)):
        if blocks and _too_close(blocks[-1], node):
            blocks[-1] = _joined(blocks[-1], node)
        else:
            blocks.append(node)
    return tuple(blocks)


def _fixed(stop: Stop) -> Node:
    start, end = times_of(stop)
    return Node(
        key=stop.id,
        minutes=end - start,
        starts=((start, start),),
        arrive_at=stop.point,
        leave_from=stop.point,
        required=True,
        load=end - start,
    )


def times_of(stop: Stop) -> Window:
    """When it takes place, in minutes of its day; an hour where only one end is known."""
    if stop.start is None:
        end = minute_of(stop.end or time(0))
        return max(0, end - USUAL_STOP_MINUTES), end
    start = minute_of(stop.start)
    end = minute_of(stop.end) if stop.end else min(MIDNIGHT, start + USUAL_STOP_MINUTES)
    return start, end if end > start else MIDNIGHT


def _too_close(first: Node, second: Node) -> bool:
    way = leg_between(first.leave_from, second.arrive_at)
    return _end(first) + way.minutes > second.starts[0][0]


def _joined(first: Node, second: Node) -> Node:
    later = second if _end(second) >= _end(first) else first
    minutes = _end(later) - first.starts[0][0]
    return replace(
        first,
        key=first.key,
        minutes=minutes,
        load=minutes,
        leave_from=later.leave_from,
        visits=first.visits + second.visits,
    )


def _end(node: Node) -> int:
    return node.starts[0][0] + node.minutes


def minute_of(clock: time) -> int:
    """The minute of the day."""
    return clock.hour * 60 + clock.minute
