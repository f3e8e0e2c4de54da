"""Five hundred made-up trips, planned by the built-in planner and judged by a judge of its own:
`python -m tests.bench.journeys`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from tests.bench.figures import Figure, Goal, at_most, write_figures
from tests.journeys.infeasible import impossible, possible
from tests.journeys.judge import Case, judge
from tests.journeys.made_up import Made, make_up
from tests.journeys.planning import errors_of, planned
from tests.journeys.wide import violations_of, wide

TRIPS, WISHES, WIDE = 500, 100, 100
SOFT = frozenset({"no_lunch"})  # one may want another plan, and can do this one
A_WEEK = 7
NONE, ALL = Goal(0), Goal(100, at_least=True)


def run(_: Path | None = None) -> Iterator[Figure]:
    """Grounding, hours, ways and times of all plans; every violation is shown."""
    took: list[tuple[int, float]] = []
    found: list[str] = []
    errors: list[str] = []
    visits = 0
    for made in map(make_up, range(TRIPS)):
        case, seconds = _timed(made)
        took.append((len(made.journey.days), seconds))
        visits += len(case.visits)
        errors += errors_of(case)
        for violation in judge(case):
            found.append(violation.code)
            sys.stdout.write(f"  seed {made.seed}, {made.city}: {violation}\n")
    hard = sum(code not in SOFT for code in found)
    weeks = [seconds for days, seconds in took if days == A_WEEK]
    yield Figure("trips planned", TRIPS, "trips")
    yield Figure("visits", visits, "visits")
    yield Figure(
        "visits of places that are not known", _share(found, "ungrounded", visits), "%", goal=NONE
    )
    yield Figure("visits when it is closed", _share(found, "closed", visits), "%", goal=NONE)
    yield Figure("days over 1.25 of the best way", found.count("back_and_forth"), "days", goal=NONE)
    yield Figure("violations of any other kind", hard, "found", goal=NONE)
    yield Figure("errors by our own checker", len(errors), "found", goal=NONE)
    yield Figure("days without time for lunch", found.count("no_lunch"), "days")
    yield from _wide()
    yield from _conflicts()
    yield Figure("a plan for seven days, p95", quantiles(weeks, n=20)[-1], "s", goal=at_most(2))


def _wide() -> Iterator[Figure]:
    """Trips through two or three cities, within a budget."""
    took, found = [], 0
    for seed in range(WIDE):
        begun = time.perf_counter()
        trip = wide(seed)
        took.append(time.perf_counter() - begun)
        for violation in violations_of(trip):
            found += 1
            sys.stdout.write(f"  seed {seed}, {', '.join(trip.names)}: {violation}\n")
    yield Figure("trips through several cities, with a budget", WIDE, "trips")
    yield Figure("violations in them, of any kind", found, "found", goal=NONE)
    yield Figure("a plan for several cities, p95", quantiles(took, n=20)[-1], "s", goal=at_most(2))


def _conflicts() -> Iterator[Figure]:
    """Wishes that cannot be met: found, irreducible; and none found where they can."""
    cases = [impossible(seed) for seed in range(WISHES)]
    conflicts = [(case, case.conflict()) for case in cases]
    found = [(case, conflict) for case, conflict in conflicts if conflict]
    proven = sum(case.is_irreducible(conflict) for case, conflict in found)
    wrong = sum(possible(seed).conflict() is not None for seed in range(WISHES))
    yield Figure("impossible wishes that are found", 100 * len(found) / WISHES, "%", goal=ALL)
    yield Figure("conflicts that are irreducible", 100 * proven / WISHES, "%", goal=ALL)
    yield Figure("possible wishes that are called impossible", wrong, "found", goal=NONE)


def _timed(made: Made) -> tuple[Case, float]:
    begun = time.perf_counter()
    case = planned(made)
    return case, time.perf_counter() - begun


def _share(found: list[str], code: str, of: int) -> float:
    return 100 * found.count(code) / of


if __name__ == "__main__":
    write_figures(run())
