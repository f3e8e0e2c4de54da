"""Better days by exchange: places are moved and swapped between days as long as that helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from wandr.ai.planner.days import DayProblem, DaySolution, Node
from wandr.ai.planner.frames import Frame
from wandr.ai.planner.groups import MOST_TABLES, Groups, Menu, is_full, same_pool
from wandr.ai.planner.model import Place
from wandr.ai.planner.options import SIGHT, place_slot
from wandr.ai.planner.route import goes_back_and_forth
from wandr.ai.planner.solver import solve_day

TRIES: Final = 9
TRIES_PER_DAY: Final = 3
LEAST_GAIN: Final = 1e-6
IDLE_COST: Final = 0.1


@dataclass
class Workbench:
    """The days of a plan with all that can be done on them. Solved days are remembered."""

    frames: Sequence[Frame]
    menus: Sequence[Menu]
    gaps: Sequence[Sequence[Node]]
    places: Mapping[str, Place]
    bonuses: Mapping[str, float]
    _solved: dict[tuple[int, frozenset[str]], DaySolution | None] = field(default_factory=dict)

    def solve(self, day: int, group: frozenset[str]) -> DaySolution | None:
        """The best day with some of these places; None where not even the fixed blocks fit."""
        key = (day, group)
        if key not in self._solved:
            self._solved[key] = self._exact(day, self._nodes(day, group))
        return self._solved[key]

    def straightened(self, day: int, group: frozenset[str]) -> DaySolution | None:
        """The best day that does not go back and forth: without what costs least to lose."""
        solution = self.solve(day, group)
        while solution and goes_back_and_forth(solution):
            kept = [scheduled.node for scheduled in solution.schedule]
            losable = [node for node in kept if node.moves and not node.required]
            tries = [self._exact(day, self._without(day, kept, node)) for node in losable]
            solved = [attempt for attempt in tries if attempt]
            if not solved:
                break
            solution = max(solved, key=lambda s: (not goes_back_and_forth(s), s.objective))
        return solution

    def _without(self, day: int, kept: Sequence[Node], lost: Node) -> list[Node]:
        """The nodes but one; a meal that goes may be replaced by a free hour."""
        free = [gap for gap in self.gaps[day] if gap not in kept]
        return [*free, *(node for node in kept if node is not lost)]

    def objective(self, day: int, group: frozenset[str]) -> float:
        """What the day is worth, less what idle hours cost: the more of them, the more each."""
        solution = self.solve(day, group)
        if solution is None:
            return 0.0
        load = sum(scheduled.node.load for scheduled in solution.schedule)
        idle_hours = max(0, self.frames[day].max_load - load) / 60
        return solution.objective - IDLE_COST * idle_hours**2

    def replaceable(self, day: int, group: frozenset[str], place: Place) -> list[str]:
        """The places of the group that this one can stand in for, best those not visited anyway."""
        alike = [i for i in sorted(group) if same_pool(self.places[i], place)]
        solution = self.solve(day, group)
        used = {slot for s in solution.schedule for slot in s.node.slots} if solution else set()
        return [i for i in alike if place_slot(i) not in used] or alike

    def _nodes(self, day: int, group: frozenset[str]) -> list[Node]:
        options = [option for id in sorted(group) for option in self.menus[day].get(id, ())]
        meals = {option.role for option in options} - {SIGHT}
        crowded = [
            sorted((o.node for o in options if o.role == meal), key=_best_first) for meal in meals
        ]
        dropped = {node.key for nodes in crowded for node in nodes[MOST_TABLES:]}
        kept = [option.node for option in options if option.node.key not in dropped]
        return [*self.frames[day].fixed, *self.gaps[day], *kept]

    def _exact(self, day: int, nodes: Sequence[Node]) -> DaySolution | None:
        frame = self.frames[day]
        return solve_day(
            DayProblem(
                nodes=tuple(nodes),
                start=frame.start,
                end=frame.end,
                base=frame.base,
                max_load=frame.max_load,
                max_visits=frame.max_visits,
                longest_walk=frame.longest_walk,
                bonuses=self.bonuses,
                needs=frozenset(slot for gap in self.gaps[day] for slot in gap.slots),
            )
        )


def _best_first(node: Node) -> tuple[float, str]:
    return -node.value, node.key


def improve(bench: Workbench, groups: Groups, rng: Random) -> Iterator[int]:
    """Change the groups for the better, place by place. Yields before each try: one may stop."""
    everything = sorted(bench.places)
    for step in range(TRIES + TRIES_PER_DAY * len(groups) if everything else 0):
        yield step
        place = bench.places[rng.choice(everything)]
        target = rng.randrange(len(groups))
        changed = _exchange(bench, groups, place, target=target, rng=rng)
        if changed and _gain(bench, groups, changed) > LEAST_GAIN:
            for day, group in changed.items():
                groups[day] = group


def _exchange(
    bench: Workbench, groups: Groups, place: Place, *, target: int, rng: Random
) -> dict[int, frozenset[str]]:
    """The groups as they would be with the place on the target day; empty when it cannot be there.
    Where the target is full, another place makes room and goes where this one came from."""
    if place.id not in bench.menus[target] or place.id in groups[target]:
        return {}
    source = next((day for day, group in enumerate(groups) if place.id in group), None)
    after = {target: groups[target] | {place.id}}
    if source is not None:
        after[source] = groups[source] - {place.id}
    if is_full(groups[target], place, bench.places):
        leaving = rng.choice(bench.replaceable(target, groups[target], place))
        after[target] -= {leaving}
        if source is not None and leaving in bench.menus[source]:
            after[source] |= {leaving}
    return after


def _gain(bench: Workbench, groups: Groups, changed: Mapping[int, frozenset[str]]) -> float:
    after = sum(bench.objective(day, group) for day, group in changed.items())
    return after - sum(bench.objective(day, groups[day]) for day in changed)
