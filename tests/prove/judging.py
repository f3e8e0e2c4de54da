"""What must be true of a trip and its clients, whatever happened to the network or the servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.fold import comparable, fold
from tests.prove.load import Load
from tests.prove.report import Report
from tests.prove.world import World
from tests.realtime.conftest import Group
from tests.reference.folding import state_of

Outcomes = dict[str, list[dict[str, Any]]]


def judge(report: Report, place: World, group: Group, load: Load, *, first: dict[str, Any]) -> None:
    """Claim that nothing was lost, doubled or out of order; `first` is the snapshot before."""
    rows, last = place.log(group.trip_id), place.snapshot(group)
    report.claim(
        "the log has no gaps", len(rows), goal="seq 1…head",
        met=[row.seq for row in rows] == list(range(1, last["seq"] + 1)),
    )  # fmt: skip
    since = [change for change in _changes(place, group) if change["seq"] > first["seq"]]
    whole = fold(first, since) == comparable(last)
    report.claim("snapshot = first snapshot + log", whole, goal="True", met=whole)
    report.none("clients that differ from the snapshot", _differing(load, last))
    outcomes = outcomes_of(load)
    report.none("acknowledged edits not in the log as told", _lost(rows, outcomes))
    report.none("edits in the log twice", _doubled(rows))
    report.none("edits in the log that nobody was told of", _unacknowledged(rows, outcomes))
    faults = [fault for one in load.travellers for fault in one.faults]
    report.none("changes out of order, doubled or missing", faults)


def tell_counts(report: Report, load: Load, *names: str) -> Counter[str]:
    """What happened to all clients together."""
    counts = sum((one.counts for one in load.travellers), Counter())
    counts["resends"] = sum(one.resends for one in load.travellers)
    counts["acknowledged"] = len(outcomes_of(load))
    for name in names:
        report.figure(name, counts[name])
    for name in sorted(one for one in counts if one.startswith(("rejected", "conflict"))):
        report.figure(name, counts[name])
    return counts


def outcomes_of(load: Load) -> Outcomes:
    """Of every acknowledged mutation, by its id."""
    return {
        mutation: results
        for one in (*load.travellers, *load.rest)
        for mutation, results in one.outcomes.items()
    }


def _changes(place: World, group: Group) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        since = found[-1]["seq"] if found else 0
        path = f"/trips/{group.trip_id}/changes?since={since}&limit=500"
        page = place.send(group.organizer, "GET", path).json()
        found += page["changes"]
        if not page["more"]:
            return found


def _differing(load: Load, last: dict[str, Any]) -> list[str]:
    there = state_of(last)
    return [
        f"{one.person.display_name} at {one.trip.state and one.trip.state['seq']}"
        for one in load.travellers
        if one.trip.state != there
    ]


def _lost(rows: Sequence[Any], outcomes: Outcomes) -> list[str]:
    """Outcomes that the log does not bear out: applied and not there, or there and not applied."""
    seq_of = {str(row.mutation_id): row.seq for row in rows}
    found = []
    for mutation, results in outcomes.items():
        told = {result["seq"] for result in results if result["status"] == "applied"}
        if told != ({seq_of[mutation]} if mutation in seq_of else set()):
            found.append(f"{mutation} {told} {seq_of.get(mutation)}")
    return found


def _doubled(rows: Sequence[Any]) -> list[str]:
    counted = Counter(row.mutation_id for row in rows if row.mutation_id is not None)
    return [str(mutation) for mutation, count in counted.items() if count > 1]


def _unacknowledged(rows: Sequence[Any], outcomes: Outcomes) -> list[str]:
    return [
        f"{row.seq} {row.mutation_id}"
        for row in rows
        if row.mutation_id is not None and str(row.mutation_id) not in outcomes
    ]
