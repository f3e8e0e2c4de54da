"""One day, solved exactly: which nodes to visit, in which order, and when.

A dynamic programme over (set of visited nodes, last position), for about a dozen nodes. Of the
orders of a set those are kept that no other beats in both time and distance, so that the answer is
the best set in its shortest feasible order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from wandr.ai.planner.days import (
    HERE,
    MIDNIGHT,
    VALUE_PER_METRE,
    DayProblem,
    DaySolution,
    Scheduled,
    earliest_start,
)

_Path = tuple[tuple[int, int], ...]
"""The visits so far, as (node, start)."""

_Label = tuple[int, float, int, _Path]
"""One way to have visited a set of nodes: finish, metres, the last position, the path.
Plain tuples, since some hundred thousand are made for a plan."""


class _Taken(NamedTuple):
    """What a set of nodes amounts to: kept beside it, so that adding a node is a matter of sums."""

    value: float
    load: int
    visits: int
    covered: frozenset[str]
    blocked: int


_Layer = dict[int, tuple[_Taken, dict[int, list[_Label]]]]
"""For each set of visited nodes (as bits) its sums, and the labels to keep by last position."""

_Rank = tuple[float, int, _Path, float]
"""Loss, finish, path, metres: the least is the best; two different days never tie."""


def solve_day(problem: DayProblem) -> DaySolution | None:
    """The best feasible day; None when the required nodes do not fit."""
    found = _Solver(problem).search()
    if found is None and problem.needs:
        found = _Solver(replace(problem, needs=frozenset())).search()
    if found is None:
        return None
    loss, _finish, path, metres = found
    schedule = tuple(Scheduled(problem.nodes[index], start) for index, start in path)
    return DaySolution(-loss, metres, schedule)


class _Solver:
    def __init__(self, problem: DayProblem) -> None:
        self.problem = problem
        self.nodes = problem.nodes
        self.ways = [[(leg.minutes, leg.metres) for leg in row] for row in problem.legs]
        self.bonuses = problem.bonuses
        self.latest = [node.latest for node in self.nodes]
        self.blocked = [self._conflicts(index) for index in range(len(self.nodes))]
        required = [index for index, node in enumerate(self.nodes) if node.required]
        self.required = sorted(required, key=lambda index: self.nodes[index].starts[0])
        self.must = sum(1 << index for index in required)
        self.needs = [self._need(slot) for slot in sorted(problem.needs)]

    def search(self) -> _Rank | None:
        """Go through the sets by growing size; the best that holds all that is required."""
        found: _Rank | None = None
        # What stands early is left for in time, also when visits begin later.
        due = (self.latest[index] - self.ways[HERE][index][0] for index in self.required)
        first = min([self.problem.start, *due])
        layer: _Layer = {0: (self._nothing(), {HERE: [(first, 0.0, HERE, ())]})}
        while layer:
            best = min(self._complete(layer), default=None)
            if best and (found is None or best < found):
                found = best
            layer = self._next_layer(layer)
        return found

    def _complete(self, layer: _Layer) -> Iterator[_Rank]:
        for mask, (taken, at) in layer.items():
            if mask & self.must == self.must and all(mask & bits for bits, _ in self.needs):
                value = taken.value
                for finish, metres, _last, path in chain.from_iterable(at.values()):
                    yield round(metres * VALUE_PER_METRE - value, 6), finish, path, metres

    def _next_layer(self, layer: _Layer) -> _Layer:
        following: _Layer = {}
        for mask, (taken, at) in layer.items():
            due = next((index for index in self.required if not mask >> index & 1), None)
            limit = min([self.problem.end, *([] if due is None else [self.latest[due]])])
            deadline = min((last for bits, last in self.needs if not mask & bits), default=MIDNIGHT)
            labels = [label for labels in at.values() for label in labels if label[0] <= deadline]
            for index in self._allowed(taken, due):
                visited = self._visits(labels, index, limit)
                bigger = mask | 1 << index
                if visited and bigger not in following:
                    following[bigger] = (self._with(taken, index), {})
                for after in visited:
                    _keep(following[bigger][1].setdefault(after[2], []), after)
        return following

    def _visits(self, labels: Iterable[_Label], index: int, limit: int) -> list[_Label]:
        """The labels after node `index`, but for those too late for it or over the limit."""
        node, latest = self.nodes[index], self.latest[index]
        minutes, moves = node.minutes, node.moves
        earliest = 0 if node.required else self.problem.start
        latest = latest if node.required else min(latest, limit - minutes)
        after = []
        for finish, metres, last, path in labels:
            arrival = finish
            if moves:
                leg_minutes, leg_metres = self.ways[last][index]
                arrival, metres, last = finish + leg_minutes, metres + leg_metres, index
            if arrival <= latest:
                start = earliest_start(node.starts, max(arrival, earliest))
                if start is not None and start <= latest:
                    after.append((start + minutes, metres, last, (*path, (index, start))))
        return after

    def _need(self, slot: str) -> tuple[int, int]:
        """The bits of the nodes that fill a slot, and when the last of them may begin."""
        filling = [index for index, node in enumerate(self.nodes) if slot in node.slots]
        last = max((self.latest[index] for index in filling), default=HERE)
        return sum(1 << index for index in filling), last

    def _nothing(self) -> _Taken:
        """Before any visit, with what is required set aside already."""
        required = [self.nodes[index] for index in self.required]
        load, visits = sum(n.load for n in required), sum(n.visits for n in required)
        return _Taken(0.0, load, visits, frozenset(), 0)

    def _with(self, taken: _Taken, index: int) -> _Taken:
        node = self.nodes[index]
        earned = sum(self.bonuses.get(wish, 0.0) for wish in node.covers - taken.covered)
        return _Taken(
            value=taken.value + node.value + earned,
            load=taken.load + (0 if node.required else node.load),
            visits=taken.visits + (0 if node.required else node.visits),
            covered=taken.covered | node.covers,
            blocked=taken.blocked | self.blocked[index],
        )

    def _conflicts(self, index: int) -> int:
        """The bits of the nodes that exclude this one; it excludes itself."""
        mine = self.nodes[index].slots
        others = (1 << i for i, node in enumerate(self.nodes) if node.slots & mine and i != index)
        return 1 << index | sum(others)

    def _allowed(self, taken: _Taken, due: int | None) -> list[int]:
        """The nodes that may come next."""
        load = self.problem.max_load - taken.load
        visits = self.problem.max_visits - taken.visits
        return [
            index
            for index, node in enumerate(self.nodes)
            if not taken.blocked >> index & 1
            and (index == due if node.required else node.load <= load and node.visits <= visits)
        ]


def _keep(labels: list[_Label], label: _Label) -> None:
    """Add the label unless another is as early and as short; drop those that it outdoes."""
    finish, metres, _, path = label
    for index, (other_finish, other_metres, _, other_path) in enumerate(labels):
        if other_finish <= finish and other_metres <= metres:
            if (other_finish, other_metres) == (finish, metres) and path < other_path:
                labels[index] = label
            return
    if labels:
        labels[:] = [other for other in labels if other[0] < finish or other[1] < metres]
    labels.append(label)
