"""Clients that lose, repeat, quit and return converge: two thousand runs over the real write path."""

from __future__ import annotations

from tests.convergence.__main__ import RUNS, run_on_every_core
from tests.prove.report import Report


def prove() -> Report:
    """Run the convergence machine. Its own failure shows the steps that led to it."""
    report = Report(f"Convergence: {RUNS:,} runs of a state machine over apply on Postgres")
    told = run_on_every_core(RUNS)
    report.at_least("runs", told.pop("runs"), RUNS)
    for what, number in sorted(told.items()):
        report.figure(what, number)
    return report
