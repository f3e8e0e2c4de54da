"""The judge sees what is wrong; and a part of the five hundred trips, of which `make bench` has all."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import cache
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from tests.journeys import judge as judging
from tests.journeys.judge import CHECKS, Case, Visit, judge
from tests.journeys.made_up import make_up
from tests.journeys.planning import errors_of, planned

Plant = Callable[[Case], Case]
GOOD = (0, 3, 4, 13)  # seeds of trips of several days, with room for another wish
LAST_MINUTE = 23 * 60 + 59


def at(minute: int) -> time:
    return time(*divmod(min(max(minute, 0), LAST_MINUTE), 60))


def instead(case: Case, index: int, **changes: object) -> Case:
    visits = list(case.visits)
    visits[index] = replace(visits[index], **changes)  # type: ignore[arg-type]
    return replace(case, visits=tuple(visits))


def moved(case: Case, index: int, start: int, minutes: int | None = None) -> Case:
    span = case.visits[index].span
    end = start + (span[1] - span[0] if minutes is None else minutes)
    return instead(case, index, start=at(start), end=at(end))


def neighbours(case: Case) -> tuple[int, int]:
    """Two visits of one day, one after the other, as far apart as any."""
    pairs = [
        (index, index + 1)
        for index, (a, b) in enumerate(zip(case.visits, case.visits[1:], strict=False))
        if a.day == b.day
    ]

    def way(pair: tuple[int, int]) -> float:
        return judging.kilometres(*(case.point(case.visits[one]) for one in pair))  # type: ignore[arg-type]

    return max(pairs, key=way)


def invented(case: Case) -> Case:
    return instead(case, 0, place_id="made-up")


def another_day(case: Case) -> Case:
    return instead(case, 0, day=max(case.journey.days) + timedelta(days=1))


def a_glance(case: Case) -> Case:
    return moved(case, 0, case.visits[0].span[0], 4)


def at_once(case: Case) -> Case:
    first, second = neighbours(case)
    return moved(case, second, case.visits[first].span[1] - 10)


def rushed(case: Case) -> Case:
    first, second = neighbours(case)
    return moved(case, second, case.visits[first].span[1])


def by_night(case: Case) -> Case:
    with_hours = [n for n, one in enumerate(case.visits) if _closes(case, one)]
    return moved(case, with_hours[0], 3 * 60)


def _closes(case: Case, visit: Visit) -> bool:
    return case.known[visit.place_id].hours not in ("", "24/7")


def shut_down(case: Case) -> Case:
    closures = {case.visits[0].place_id: frozenset([case.visits[0].day])}
    return replace(case, journey=replace(case.journey, closures=closures))


def again(case: Case) -> Case:
    twin = replace(case.visits[0], day=case.visits[-1].day, start=at(1300), end=at(1380))
    return replace(case, visits=(*case.visits, twin))


def from_dawn_to_night(case: Case) -> Case:
    day = case.visits[0].day
    early = Visit("", "Run", day, at(5 * 60), at(5 * 60 + 30), is_anchor=True)
    late = Visit("", "Show", day, at(22 * 60), at(23 * 60), is_anchor=True)
    return replace(case, journey=replace(case.journey, anchors=(early, late)))


def against_a_ban(case: Case) -> Case:
    kind = case.known[case.visits[0].place_id].kind
    return replace(case, journey=replace(case.journey, avoid=frozenset([kind])))


def in_another_city(case: Case) -> Case:
    far = (case.journey.city[0] + 2, case.journey.city[1])
    return replace(case, journey=replace(case.journey, city=far))


def zigzag(case: Case) -> Case:
    """From one side of the city to the other, and once more, to the places beside."""
    row = sorted(case.known.values(), key=lambda one: one.longitude)
    visits = tuple(
        Visit(one.id, one.name, case.journey.days[0], at(480 + n * 180), at(540 + n * 180))
        for n, one in enumerate((row[0], row[-1], row[1], row[-2]))
    )
    return Case(replace(case.journey, anchors=()), case.known, visits)


def crammed(case: Case) -> Case:
    day = case.journey.days[0]
    visits = tuple(
        Visit(one.id, one.name, day, at(480 + n * 60), at(540 + n * 60))
        for n, one in enumerate(list(case.known.values())[:10])
    )
    return replace(case, visits=visits)


def no_break(case: Case) -> Case:
    sight = next(one for one in case.known.values() if one.kind not in ("food", "market"))
    whole_day = Visit(sight.id, sight.name, case.journey.days[0], at(9 * 60), at(17 * 60))
    return Case(replace(case.journey, anchors=()), case.known, (whole_day,))


def overlooked(case: Case) -> Case:
    left_out, *rest = case.visits
    must = frozenset([left_out.place_id])
    return Case(replace(case.journey, must=must), case.known, tuple(rest))


PLANTS: dict[Plant, str] = {
    invented: "ungrounded",
    another_day: "outside_dates",
    a_glance: "too_short",
    at_once: "overlap",
    rushed: "no_time_for_the_way",
    by_night: "closed",
    shut_down: "closed",
    again: "twice",
    from_dawn_to_night: "long_day",
    against_a_ban: "banned",
    in_another_city: "too_far",
    zigzag: "back_and_forth",
    crammed: "too_packed",
    no_break: "no_lunch",
    overlooked: "wish_left_out",
}


@cache
def good(seed: int) -> Case:
    case = planned(make_up(seed))
    assert judge(case) == []
    return case


@pytest.mark.parametrize("seed", GOOD)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_what_is_planted_is_found(plant: Plant, seed: int) -> None:
    """Sixty violations, in plans that are good without them."""
    case = good(seed)
    assert PLANTS[plant] in {one.code for one in judge(plant(case))}


def test_every_check_is_tried() -> None:
    assert set(PLANTS.values()) == set(CHECKS)


def test_the_judge_knows_nothing_of_what_it_judges() -> None:
    tree = ast.parse(Path(judging.__file__).read_text(encoding="utf-8"))
    names = [
        name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([one.name for one in node.names] + [getattr(node, "module", "") or ""])
    ]
    assert [name for name in names if name.split(".")[0] in ("wandr", "tests")] == []


@pytest.mark.parametrize("seed", range(100, 125))
def test_a_plan_keeps_what_it_promises(seed: int) -> None:
    made = make_up(seed)
    case = planned(made)
    assert judge(case) == []
    assert case.visits
    assert planned(made) == case  # same seed, same plan
    assert errors_of(case) == []  # planner and checker are of one mind


def test_the_way_is_the_shortest_of_all_orders() -> None:
    points = [(0.0, 0.0), (0.0, 0.3), (0.1, 0.1), (0.2, 0.3), (0.3, 0.0)]
    every = permutations(points)
    lengths = [sum(judging.kilometres(a, b) for a, b in pairwise(order)) for order in every]
    assert judging.shortest(points) == pytest.approx(min(lengths))


def test_trips_differ_and_repeat() -> None:
    assert make_up(1) == make_up(1)
    assert len({make_up(seed).city for seed in range(60)}) > 10
    assert any(date(2026, 12, 25) in make_up(seed).journey.days for seed in range(500))
