"""The answer to `check`: what is wrong with a trip, in words, and the fixes as a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from wandr.ai.assistant import Desk, Suggestion
from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Itinerary, read_itinerary
from wandr.ai.findings import known_of
from wandr.ai.planner.model import Finding, Ops

NOTHING: Final = "I find nothing wrong with it"
UNKNOWN: Final = frozenset({"hours_unknown", "stays_unknown", "cost_unknown"})
MOST_TOLD: Final = 20


def give_verdict(snapshot: dict[str, Any], desk: Desk) -> None:
    """Say what the checker finds, and propose the first fix of each finding that has one."""
    known = known_of(desk.tools.places)
    plan = read_itinerary(snapshot, terms=desk.draft.terms, known=known)
    found = check(plan)
    for line in _lines(plan, found):
        desk.say(line)
    desk.draft.suggestions = list(_suggestions(found))


def _lines(plan: Itinerary, found: Sequence[Finding]) -> Iterator[str]:
    wrong = [finding for finding in found if finding.code not in UNKNOWN]
    items = f"{len(plan.items)} planned " + ("activity" if len(plan.items) == 1 else "activities")
    if not wrong:
        unknown = ", as far as I know" if found else ""
        yield f"I checked {items}. {NOTHING}{unknown}.\n"
    else:
        errors = sum(finding.severity == "error" for finding in wrong)
        yield f"I checked {items}: {errors} faults, {len(wrong) - errors} remarks.\n"
    for finding in found[:MOST_TOLD]:
        yield f"{finding.message}{' I propose a fix.' if _fix_of(finding) else ''}\n"
    if len(found) > MOST_TOLD:
        yield f"And {len(found) - MOST_TOLD} more.\n"


def _suggestions(found: Sequence[Finding]) -> Iterator[Suggestion]:
    """Each activity is mended once: two fixes of it were not tried together."""
    touched: set[object] = set()
    for number, finding in enumerate(found, 1):
        if (ops := _fix_of(finding)) and not touched & {op["id"] for op in ops}:
            touched |= {op["id"] for op in ops}
            yield Suggestion(
                key=f"{finding.code}-{number}",
                ops=[dict(op) for op in ops],
                reason=finding.message,
                evidence=[{"source": "checker", "source_id": finding.code, "field": "finding",
                           "as_of": None}],
            )  # fmt: skip


def _fix_of(finding: Finding) -> Ops:
    """The first fix that changes activities alone: what else a trip is, people decide."""
    for ops in finding.fixes:
        if all(op["entity"] == "activity" for op in ops):
            return ops
    return ()
