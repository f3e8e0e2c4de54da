"""Three hundred "change X" requests on planned trips: what was not asked about stays byte for byte;
and days of up to ten stops, held against trying every order: `python -m tests.bench.edits`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from datetime import time as clock
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any, Final

from tests.bench.figures import Figure, Goal, at_most, write_figures
from tests.journeys.judge import Case, Visit, judge
from tests.journeys.made_up import Made, make_up
from tests.journeys.planning import SIGHTS, place_in, planned
from wandr.ai.planner.days import VALUE_PER_METRE, DayProblem, Node
from wandr.ai.planner.model import Stop, Wishes
from wandr.ai.planner.solver import solve_day
from wandr.ai.planner.travel import leg_between
from wandr.ai.repair.mishaps import Mishap
from wandr.ai.repair.model import Trip
from wandr.ai.repair.repair import repair
from wandr.ai.repairs import as_suggestions

EDITS, DAYS, STOPS = 300, 100, 10
CAUSES: Final = ("rain", "closed", "late")
HARD: Final = frozenset({"closed", "overlap", "no_time_for_the_way", "twice", "ungrounded"})
NONE, ALL = Goal(0), Goal(100, at_least=True)
Row = dict[str, Any]


def run(_: Path | None = None) -> Iterator[Figure]:
    """How much is preserved, how much is mended, how far from the best order a day is."""
    kept = untouched = mended = spoiled = worse = 0
    took = []
    for seed in range(EDITS):
        edit = _edit(seed)
        begun = time.perf_counter()
        after = edit.applied()
        took.append(time.perf_counter() - begun)
        bystanders = edit.rows.keys() - edit.spoiled
        untouched += len(bystanders)
        kept += sum(_bytes(edit.rows[one]) == _bytes(after.get(one)) for one in bystanders)
        spoiled += len(edit.spoiled)
        mended += sum(_bytes(edit.rows[one]) != _bytes(after.get(one)) for one in edit.spoiled)
        wrong = edit.new_violations(after)
        worse += len(wrong)
        for one in wrong:
            sys.stdout.write(f"  seed {seed}, {edit.made.city}: {one}\n")
    yield Figure("requests to change something", EDITS, "edits")
    yield Figure("activities nobody asked about", untouched, "rows")
    yield Figure("of these identical afterwards", 100 * kept / untouched, "%", goal=ALL)
    yield Figure("activities that were spoiled", spoiled, "rows")
    yield Figure("of these changed", 100 * mended / spoiled, "%", goal=ALL)
    yield Figure("violations that an edit brings", worse, "found", goal=NONE)
    yield Figure("an edit, p95", quantiles(took, n=20)[-1], "s", goal=at_most(2))
    yield from _gaps()


class _Edit:
    """A planned trip, and a mishap in it. `spoiled` is told here, by the catalogue alone."""

    def __init__(self, made: Made, case: Case, mishap: Mishap, spoiled: set[str]) -> None:
        self.made, self.case, self.mishap, self.spoiled = made, case, mishap, spoiled
        self.rows = {f"{n}": _row(n, one) for n, one in enumerate(_all(case))}

    def applied(self) -> dict[str, Row]:
        """The rows after the ops of the repair's proposal."""
        places = {one.id: place_in(self.made, one) for one in self.made.sights.values()}
        stops = tuple(_stop(row, self.case) for row in self.rows.values())
        wishes = Wishes(days=(), avoid=self.made.journey.avoid)
        trip = Trip(self.made.journey.days, stops, places, wishes, self.made.seed)
        rows = {key: dict(row) for key, row in self.rows.items()}
        for suggestion in as_suggestions(repair(trip, [self.mishap]), places):
            for op in suggestion.ops:
                key = op["id"] or suggestion.key
                rows[key] = {**rows.get(key, {}), **op["fields"]}
        return rows

    def new_violations(self, after: dict[str, Row]) -> list[str]:
        """What the judge finds that it had not found before, nor would find with the spoiled gone
        (what is then next to each other stood so before)."""
        left = [_visit(row) for key, row in self.rows.items() if key not in self.spoiled]
        rest = replace(self.case, visits=tuple(one for one in left if one.place_id))
        before = {f"{one}" for one in [*judge(self.case), *judge(rest)]}
        rows = [row for row in after.values() if row.get("day") and row.get("start_time")]
        visits = tuple(_visit(row) for row in rows if not row.get("locked"))
        found = judge(replace(self.case, visits=visits))
        return [f"{one}" for one in found if one.code in HARD and f"{one}" not in before]


def _edit(seed: int) -> _Edit:
    dice = Random(seed)
    cause = CAUSES[seed % len(CAUSES)]
    made = make_up(seed)
    while True:
        case = planned(made)
        rows = [(f"{n}", one) for n, one in enumerate(_all(case)) if not one.is_anchor]
        days = sorted({one.day for _, one in rows})
        if days:
            day = dice.choice(days)
            today = [(key, one) for key, one in rows if one.day == day]
            found = _mishap(cause, today, dice)
            if found[1]:
                return _Edit(made, case, *found)
        made = make_up(made.seed + EDITS)


def _mishap(cause: str, today: list[tuple[str, Visit]], dice: Random) -> tuple[Mishap, set[str]]:
    day = today[0][1].day
    if cause == "rain":
        wet = {key for key, one in today if not SIGHTS[one.place_id].indoor}
        return Mishap("rain", day), wet
    if cause == "closed":
        key, _ = dice.choice(today)
        return Mishap("closed", day, frozenset([key])), {key}
    at = min(one.span[0] for _, one in today) + dice.choice([60, 120, 180])
    return Mishap("late", day, arrive_at=at), {key for key, one in today if one.span[0] < at}


def _all(case: Case) -> list[Visit]:
    return [*case.visits, *case.journey.anchors]


def _row(number: int, visit: Visit) -> Row:
    return {
        "id": f"{number}", "title": visit.title, "day": f"{visit.day}",
        "start_time": f"{visit.start:%H:%M}", "end_time": f"{visit.end:%H:%M}",
        "location_id": visit.place_id or None, "locked": visit.is_anchor, "status": "planned",
    }  # fmt: skip


def _stop(row: Row, case: Case) -> Stop:
    visit = _visit(row)
    latitude, longitude = case.point(visit) or (None, None)
    return Stop(
        id=row["id"], day=visit.day, start=visit.start, end=visit.end,
        place_id=row["location_id"], latitude=latitude, longitude=longitude, kind="activity",
        title=row["title"], locked=row["locked"], status=row["status"],
    )  # fmt: skip


def _visit(row: Row) -> Visit:
    start, end = (clock.fromisoformat(row[name]) for name in ("start_time", "end_time"))
    day = date.fromisoformat(row["day"])
    return Visit(row["location_id"] or "", row["title"], day, start, end)


def _bytes(row: Row | None) -> str:
    return json.dumps(row, sort_keys=True)


def _gaps() -> Iterator[Figure]:
    """How much better the best order of any choice of stops is, in percent of its worth."""
    gaps = []
    for seed in range(DAYS):
        problem = _day(Random(seed))
        solution, best = solve_day(problem), _best(problem)
        assert solution is not None
        gaps.append(100 * (best - solution.objective) / best if best else 0.0)
    yield Figure(f"days of {STOPS} stops", DAYS, "days")
    yield Figure("gap to the best order, median", median(gaps), "%", goal=NONE)
    yield Figure("gap to the best order, p95", quantiles(gaps, n=20)[-1], "%", goal=at_most(3))


def _day(dice: Random) -> DayProblem:
    return DayProblem(tuple(_node(dice, n) for n in range(STOPS)), start=540, end=1080)


def _node(dice: Random, number: int) -> Node:
    opens, minutes = dice.randrange(480, 840), dice.choice([45, 60, 90, 120])
    at = 35.0 + dice.uniform(-0.05, 0.05), 135.75 + dice.uniform(-0.05, 0.05)
    return Node(
        key=f"{number}", minutes=minutes, starts=((opens, opens + dice.randrange(60, 360)),),
        value=dice.uniform(2, 15), arrive_at=at, leave_from=at, load=minutes,
    )  # fmt: skip


def _best(problem: DayProblem) -> float:
    """The best of all orders of all choices that are feasible, by trying each."""

    def worth(now: int, where: Node | None, left: Sequence[Node]) -> float:
        found = 0.0
        for node in left:
            leg = leg_between(where.leave_from, node.arrive_at) if where else None
            arrival = now + (leg.minutes if leg else 0)
            (low, high), way = node.starts[0], leg.metres if leg else 0.0
            start = low if arrival <= low else -(-arrival // 5) * 5
            if start <= high and start + node.minutes <= problem.end:
                rest = [one for one in left if one is not node]
                further = worth(start + node.minutes, node, rest)
                found = max(found, node.value - way * VALUE_PER_METRE + further)
        return found

    return worth(problem.start, None, problem.nodes)


if __name__ == "__main__":
    write_figures(run())
