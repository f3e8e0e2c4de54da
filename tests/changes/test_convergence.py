"""Whatever happens to the clients of a trip, in the end all hold what the log says, and it is right.

`python -m tests.convergence` tries thousands of runs; these are few.
"""

from __future__ import annotations

from collections import Counter

from tests.convergence.machine import BEGINNING, TROUBLES, run

RUNS, LOTS = 15, 6
STATUSES = ("applied", "noop", "skipped", "conflict", "rejected deleted", "rejected forbidden")
EVENTS = ("GET", "trip:catchup", "trip:changes", "trip:head", "trip:reset", "trip:revoked")


def test_all_clients_converge(crowd):
    """Until everything that can happen has happened. Hypothesis draws from what else is loaded,
    so the runs are the same only when the tests around them are."""
    told: Counter[str] = Counter()
    for lot in range(LOTS):
        told += run(*crowd, RUNS, begin_at=BEGINNING + lot)
        missing = [what for what in (*STATUSES, *EVENTS, *TROUBLES) if not told[what]]
        if not missing:
            break
    assert told["runs"] >= RUNS
    assert missing == [], told
