"""Whatever happens to the clients of a trip, in the end all hold what the log says, and it is right.

`python -m tests.convergence` tries thousands of runs; these are few, and the same each time.
"""

from __future__ import annotations

from tests.convergence.machine import TROUBLES, run

RUNS = 20
STATUSES = ("applied", "noop", "skipped", "conflict", "rejected deleted", "rejected forbidden")
EVENTS = ("GET", "trip:catchup", "trip:changes", "trip:head", "trip:reset", "trip:revoked")


def test_all_clients_converge(crowd):
    told = run(*crowd, RUNS, begin_at=0)
    assert told["runs"] >= RUNS
    assert [what for what in (*STATUSES, *EVENTS, *TROUBLES) if not told[what]] == [], told
