"""The day solver against an oracle that tries everything."""

from __future__ import annotations

from itertools import combinations, permutations
from random import Random

import pytest

from wandr.ai.planner.days import VALUE_PER_METRE, DayProblem, DaySolution, Node
from wandr.ai.planner.solver import solve_day
from wandr.ai.planner.travel import leg_between


def node(key: str, **changes: object) -> Node:
    at = changes.pop("at", (35.0, 135.75))
    fields = {"minutes": 60, "starts": ((540, 960),), "value": 10.0, "load": 60}
    return Node(key=key, arrive_at=at, leave_from=at, **{**fields, **changes})


def day(*nodes: Node, **changes: object) -> DayProblem:
    return DayProblem(**{"nodes": nodes, "start": 540, "end": 1320, **changes})


def keys(solution: DaySolution | None) -> list[str]:
    return [scheduled.node.key for scheduled in solution.schedule] if solution else []


def random_day(seed: int) -> DayProblem:
    """Up to seven nodes: sights with one or two openings, meals that exclude each other, fixed ones."""
    rng = Random(seed)
    nodes = [random_sight(rng, index) for index in range(rng.randint(1, 4))]
    for index in range(rng.randint(0, 2)):
        starts = ((720, 840),)
        nodes.append(
            node(f"lunch-{index}", starts=starts, slots=frozenset(["lunch"]), at=somewhere(rng))
        )
    nodes.append(
        node(
            "lunch-free",
            starts=((690, 810),),
            slots=frozenset(["lunch"]),
            moves=False,
            visits=0,
            load=0,
        )
    )
    if rng.random() < 0.5:
        start = rng.randrange(400, 1300)
        nodes.append(
            node("fixed", starts=((start, start),), required=True, value=0.0, at=somewhere(rng))
        )
    rng.shuffle(nodes)
    return day(
        *nodes,
        end=rng.choice([900, 1100, 1320]),
        base=rng.choice([None, somewhere(rng)]),
        max_load=rng.choice([120, 240, 600]),
        max_visits=rng.choice([2, 4, 9]),
        bonuses={"rare": rng.uniform(0, 9)},
        needs=frozenset(["lunch"] if rng.random() < 0.6 else []),
    )


def random_sight(rng: Random, index: int) -> Node:
    opens = rng.randrange(480, 780)
    starts = ((opens, opens + rng.randrange(0, 240)),)
    if rng.random() < 0.3:
        starts = (*starts, (starts[0][1] + 60, starts[0][1] + 200))
    minutes = rng.choice([30, 60, 95, 180])
    value = rng.uniform(0, 12)
    covers = frozenset(["rare"] if rng.random() < 0.4 else [])
    return node(
        f"sight-{index}",
        covers=covers,
        starts=starts,
        minutes=minutes,
        load=minutes,
        value=value,
        at=somewhere(rng),
    )


def somewhere(rng: Random) -> tuple[float, float]:
    return 35.0 + rng.uniform(-0.04, 0.04), 135.75 + rng.uniform(-0.04, 0.04)


def best_by_trying_everything(problem: DayProblem) -> float | None:
    """The objective of the best feasible order of any subset, by simulation alone."""
    found = [
        (all_needs_met(problem, chosen), objective)
        for count in range(len(problem.nodes) + 1)
        for chosen in combinations(problem.nodes, count)
        if may_stand_together(problem, chosen)
        for order in permutations(chosen)
        if (objective := simulate(problem, order)) is not None
    ]
    return max(found)[1] if found else None


def all_needs_met(problem: DayProblem, chosen: tuple[Node, ...]) -> bool:
    return all(any(need in node.slots for node in chosen) for need in problem.needs)


def may_stand_together(problem: DayProblem, chosen: tuple[Node, ...]) -> bool:
    slots = [slot for node in chosen for slot in node.slots]
    optional = [node for node in chosen if not node.required]
    required = [node for node in problem.nodes if node.required]
    load = sum(node.load for node in [*optional, *required])
    visits = sum(node.visits for node in [*optional, *required])
    fits = not optional or load <= problem.max_load
    counted = not optional or visits <= problem.max_visits
    free_only = all(node.load == 0 and node.visits == 0 for node in optional)
    return (
        len(slots) == len(set(slots))
        and all(node in chosen for node in required)
        and (free_only or (fits and counted))
    )


def simulate(problem: DayProblem, order: tuple[Node, ...]) -> float | None:
    def from_base(visit: Node) -> int:
        return leg_between(problem.base, visit.arrive_at).minutes if problem.base else 0

    fixed = [visit.starts[0][0] - from_base(visit) for visit in order if visit.required]
    now, where, metres = min([problem.start, *fixed]), None, 0.0
    for visit in order:
        if visit.moves:
            if where is not None:
                way = leg_between(where, visit.arrive_at)
                now, metres = now + way.minutes, metres + way.metres
            else:
                now += from_base(visit)
            where = visit.leave_from
        if not visit.required:
            now = max(now, problem.start)
        start = next(
            (
                s
                for low, high in visit.starts
                if (s := low if now <= low else -(-now // 5) * 5) <= high
            ),
            None,
        )
        if start is None:
            return None
        now = start + visit.minutes
        if now > problem.end and not visit.required:
            return None
    covered = {wish for visit in order for wish in visit.covers}
    earned = sum(bonus for wish, bonus in problem.bonuses.items() if wish in covered)
    return sum(visit.value for visit in order) + earned - metres * VALUE_PER_METRE


@pytest.mark.parametrize("seed", range(60))
def test_the_solver_is_as_good_as_trying_everything(seed):
    problem = random_day(seed)
    solution, best = solve_day(problem), best_by_trying_everything(problem)
    if best is None:
        assert solution is None
    else:
        assert solution is not None
        assert solution.objective == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_the_nodes_makes_no_difference(seed):
    problem = random_day(seed)
    backwards = day(
        *reversed(problem.nodes),
        **{
            k: getattr(problem, k)
            for k in ("start", "end", "base", "max_load", "max_visits", "bonuses", "needs")
        },
    )
    one, other = solve_day(problem), solve_day(backwards)
    assert (one and one.objective) == (other and other.objective)


def test_a_day_without_nodes_is_empty():
    assert keys(solve_day(day())) == []


def test_what_is_worth_less_than_its_way_is_left_out():
    near, far = node("near", value=20.0), node("far", at=(35.3, 135.75), value=1.0)
    assert keys(solve_day(day(near, far))) == ["near"]
    worth_it = node("far", at=(35.3, 135.75), value=50.0)
    assert set(keys(solve_day(day(near, worth_it)))) == {"near", "far"}


def test_nothing_begins_after_its_last_start():
    closing = node("closing", starts=((540, 550),))
    late = day(closing, start=551)
    assert keys(solve_day(late)) == []
    assert keys(solve_day(day(closing, start=550))) == ["closing"]


def test_nothing_ends_after_the_day():
    assert keys(solve_day(day(node("a"), end=600))) == ["a"]
    assert keys(solve_day(day(node("a"), end=599))) == []


def test_nodes_of_one_slot_exclude_each_other():
    noon = {"starts": ((720, 840),), "slots": frozenset(["lunch"])}
    assert keys(solve_day(day(node("a", **noon), node("b", value=11.0, **noon)))) == ["b"]


def test_the_load_is_not_exceeded():
    assert len(keys(solve_day(day(node("a"), node("b"), node("c"), max_load=120)))) == 2


def test_what_is_required_takes_its_share_of_the_load_first():
    fixed = node("fixed", starts=((900, 900),), required=True, value=0.0)
    assert keys(solve_day(day(fixed, node("a"), node("b"), max_load=120))) in (
        ["a", "fixed"],
        ["b", "fixed"],
    )


def test_required_nodes_that_cannot_both_be_reached_have_no_solution():
    first = node("first", starts=((600, 600),), required=True)
    second = node("second", starts=((630, 630),), required=True)
    assert solve_day(day(first, second)) is None


def test_the_bounds_of_the_day_hold_on_both_sides_of_what_is_required():
    night = node("night", starts=((200, 200),), required=True, value=0.0)
    late = node("late", starts=((1200, 1200),), required=True, value=0.0)
    any_time = {"starts": ((0, 1300),)}
    nodes = [night, late, *(node(name, **any_time) for name in "abc")]
    solution = solve_day(day(*nodes, start=540, end=700))
    assert solution is not None
    times = {s.node.key: s.start for s in solution.schedule if not s.node.required}
    assert sorted(times.values()) == [540, 600]


def test_what_stands_early_is_left_for_in_time_where_visits_begin_late():
    breakfast = node("breakfast", starts=((600, 600),), required=True, at=(35.02, 135.75))
    sight = node("sight", starts=((540, 1000),), at=(35.02, 135.75))
    problem = day(breakfast, sight, start=885, end=1000, base=(35.0, 135.75))
    assert keys(solve_day(problem)) == ["breakfast", "sight"]


def test_the_first_answer_to_a_wish_earns_its_bonus():
    wished, other = node("wished", value=1.0, covers=frozenset(["art"])), node("other", value=5.0)
    assert keys(solve_day(day(wished, other, max_load=60))) == ["other"]
    assert keys(solve_day(day(wished, other, max_load=60, bonuses={"art": 5.0}))) == ["wished"]


def test_a_need_comes_before_any_value():
    lunch = node("lunch", starts=((720, 720),), slots=frozenset(["lunch"]), value=0.0)
    concert = node("concert", starts=((690, 690),), minutes=120, value=99.0)
    assert keys(solve_day(day(lunch, concert))) == ["concert"]
    assert keys(solve_day(day(lunch, concert, needs=frozenset(["lunch"])))) == ["lunch"]


def test_a_need_that_cannot_be_met_is_given_up():
    concert = node("concert", starts=((690, 690),), required=True)
    lunch = node("lunch", starts=((720, 740),), slots=frozenset(["lunch"]))
    assert keys(solve_day(day(lunch, concert, needs=frozenset(["lunch"])))) == ["concert"]
