"""One day as a problem: what may take place in it and when, and what a solution of it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from wandr.ai.planner.model import LONGEST_WALK_MINUTES, Point
from wandr.ai.planner.travel import Leg, leg_between
from wandr.locations.hours import Window

VALUE_PER_METRE: Final = 0.4 / 1000
"""What a metre on the way costs: for two kilometres less a day goes without 0.8 points."""

ROUND_TO_MINUTES: Final = 5
HERE: Final = -1
MIDNIGHT: Final = 24 * 60


@dataclass(frozen=True)
class Node:
    """Something that may take place. `starts` are the ranges in which it may begin. Nodes that
    share a slot exclude each other. One that does not move (a free lunch) happens where one is.
    `covers` are the wishes it answers: the first answer to a wish earns the day's bonus for it."""

    key: str
    minutes: int
    starts: tuple[Window, ...]
    value: float = 0.0
    arrive_at: Point | None = None
    leave_from: Point | None = None
    moves: bool = True
    slots: frozenset[str] = frozenset()
    covers: frozenset[str] = frozenset()
    required: bool = False
    load: int = 0
    visits: int = 1

    @property
    def latest(self) -> int:
        """The last minute at which it may begin."""
        return max(last for _, last in self.starts)


@dataclass(frozen=True)
class DayProblem:
    """Nodes of one day, and its bounds. Required nodes take place, in the order of their starts and
    whatever the bounds; what they load and count is set aside from the limits first. Where a day
    with all the slots in `needs` is feasible (its meals), only such days come into question."""

    nodes: tuple[Node, ...]
    start: int
    end: int
    base: Point | None = None
    max_load: int = 24 * 60
    max_visits: int = 99
    bonuses: Mapping[str, float] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    longest_walk: int = LONGEST_WALK_MINUTES

    @cached_property
    def legs(self) -> tuple[tuple[Leg, ...], ...]:
        """From each node, and last from the base (index HERE), to each node."""
        origins = [node.leave_from for node in self.nodes]
        rows = [[self._leg(a, node) for node in self.nodes] for a in origins]
        home = [self._leg_from_base(node) for node in self.nodes]
        return tuple(tuple(row) for row in [*rows, home])

    def _leg_from_base(self, node: Node) -> Leg:
        # The way from the base takes time, but does not count as route: no order avoids it.
        return Leg(self._leg(self.base, node).minutes if self.base else 0, 0.0, "")

    def _leg(self, origin: Point | None, node: Node) -> Leg:
        return leg_between(origin, node.arrive_at, self.longest_walk)


class Scheduled(NamedTuple):
    node: Node
    start: int


@dataclass(frozen=True)
class DaySolution:
    """What takes place, in order. `metres` is the way from the first place to the last."""

    objective: float
    metres: float
    schedule: tuple[Scheduled, ...]


def earliest_start(starts: tuple[Window, ...], arrival: int) -> int | None:
    """When one can begin who arrives then: in one of the ranges, on a full five minutes."""
    on_arrival = -(-arrival // ROUND_TO_MINUTES) * ROUND_TO_MINUTES
    for first, last in starts:
        start = first if arrival <= first else on_arrival
        if start <= last:
            return start
    return None
