"""How long the checker takes for a big trip: `python -m tests.bench.checking`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from tests.ai.checker.trips import activity, place, snapshot
from tests.bench.figures import Figure, at_most, write_figures
from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Terms, read_itinerary

DAYS, ACTIVITIES, ROUNDS = 14, 100, 30
FIRST = date(2027, 5, 3)
CALM, WILD = (70,), (0, 10, 70, -10)  # minutes between two visits


def run(_: Path | None = None) -> Iterator[Figure]:
    """A trip of two weeks with a hundred activities, and the same in disorder."""
    for name, gaps, goal in (("in order", CALM, at_most(50)), ("full of faults", WILD, None)):
        shot = _trip(gaps)
        found = check(read_itinerary(shot, terms=Terms()))
        took = median(_milliseconds(shot) for _ in range(ROUNDS))
        yield Figure(f"check of {ACTIVITIES} activities, {name}", took, "ms", goal=goal)
        yield Figure("findings", len(found), "found")


def _milliseconds(shot: dict[str, Any]) -> float:
    begun = time.perf_counter()
    check(read_itinerary(shot, terms=Terms()))
    return (time.perf_counter() - begun) * 1000


def _trip(gaps: tuple[int, ...]) -> dict[str, Any]:
    dice = Random(1)
    rows: list[dict[str, Any]] = []
    minute = 0
    for number in range(ACTIVITIES):
        day, nth = divmod(number, -(-ACTIVITIES // DAYS))
        minute = 9 * 60 if nth == 0 else min(22 * 60, minute + 30 + dice.choice(gaps))
        at = (38.70 + dice.random() / 20, -9.2 + dice.random() / 20)
        start, end = (f"{one // 60:02}:{one % 60:02}" for one in (minute, minute + 30))
        spot = place(at, f"Place {number}", hours="Mo-Su 09:00-22:00; PH off")
        rows.append(
            activity(f"Visit {number}", f"{FIRST + timedelta(day)}", start, end, location=spot)
        )
    return snapshot(*rows, start_date=f"{FIRST}", end_date=f"{FIRST + timedelta(DAYS - 1)}")


if __name__ == "__main__":
    write_figures(run())
