"""Findings as they leave: in proposals, in answers, from `GET /trips/{id}/check`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Terms, read_itinerary
from wandr.ai.planner.model import Finding
from wandr.changes.feed import snapshot_of
from wandr.changes.ops import Op
from wandr.extensions import db
from wandr.locations.models import Location

Row = dict[str, Any]
Places = Mapping[str, Mapping[str, Any]]
BLANK: Final[Mapping[str, Any]] = {
    **dict.fromkeys(["day", "start_time", "end_time", "timezone", "end_day", "end_timezone"]),
    **dict.fromkeys(["location_id", "location", "end_location_id", "end_location"]),
    **dict.fromkeys(["cost_minor", "currency"]),
    **{"kind": "activity", "status": "planned", "participants": [], "locked": False},
}


def check_trip(user_id: UUID, trip_id: UUID, terms: Terms) -> dict[str, Any]:
    """What is wrong with a trip as this member sees it: `{seq, findings}`. NotFound, outside."""
    snapshot = snapshot_of(trip_id, user_id)
    return checks_of({str(trip_id): snapshot}, terms)[str(trip_id)]


def checks_of(
    snapshots: Mapping[str, Mapping[str, Any]], terms: Terms
) -> dict[str, dict[str, Any]]:
    """What is wrong with each of several trips, by id: one statement for all."""
    known = attributes_of({key for one in snapshots.values() for key in locations_in(one)})
    return {
        trip_id: {
            "seq": snapshot["seq"],
            "findings": [
                as_json(one) for one in check(read_itinerary(snapshot, terms=terms, known=known))
            ],
        }
        for trip_id, snapshot in snapshots.items()
    }


def as_json(finding: Finding) -> Row:
    """A finding as clients see it."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "entity_ids": list(finding.entity_ids),
        "message": finding.message,
        "values": dict(finding.values),
        "fixes": [list(ops) for ops in finding.fixes],
    }


def findings_of_ops(
    snapshot: Mapping[str, Any] | None,
    items: Mapping[str, Sequence[Op]],
    places: Places,
    terms: Terms,
) -> dict[str, list[Row]]:
    """What each item, by its key, would add to what is wrong, all of them applied together.

    `places` are the locations that the ops name, as the tools show them. Nothing is known of a trip
    that was not looked at: None.
    """
    if snapshot is None:
        return dict.fromkeys(items, [])
    known = known_of(places)
    before = check(read_itinerary(snapshot, terms=terms, known=known), with_fixes=False)
    wrong = {(one.code, frozenset(one.entity_ids)) for one in before}
    changed = _after(snapshot, [op for ops in items.values() for op in ops], places)
    after = check(read_itinerary(changed, terms=terms, known=known), with_fixes=False)
    new = [one for one in after if (one.code, frozenset(one.entity_ids)) not in wrong]
    return {
        key: [as_json(one) for one in new if {str(op.id) for op in ops} & set(one.entity_ids)]
        for key, ops in items.items()
    }


def known_of(places: Places) -> dict[str, Mapping[str, Any]]:
    """What the checker wants to know of places, by id."""
    return {key: place.get("attributes") or {} for key, place in places.items()}


def attributes_of(location_ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """What is known of places beyond the copy that an activity keeps, by id."""
    if not location_ids:
        return {}
    rows = select(Location.id, Location.attributes).where(Location.id.in_(location_ids))
    return {str(row.id): row.attributes or {} for row in db.session.execute(rows)}


def locations_in(snapshot: Mapping[str, Any]) -> dict[str, Row]:
    """The copies of locations that the activities of a trip keep, by id."""
    copies = [
        activity[name]
        for activity in snapshot["entities"]["activity"]
        for name in ("location", "end_location")
    ]
    return {copy["id"]: copy for copy in copies if copy is not None}


def _after(snapshot: Mapping[str, Any], ops: Sequence[Op], places: Places) -> dict[str, Any]:
    """The snapshot with ops of activities performed, as far as the checker looks."""
    rows = {one["id"]: one for one in snapshot["entities"]["activity"]}
    for op in ops:
        row = rows.get(str(op.id), BLANK if op.kind == "create" else None)
        if op.kind == "delete":
            rows.pop(str(op.id), None)
        elif row is not None:
            rows[str(op.id)] = {**row, **dict(_written(op, places)), "id": str(op.id)}
    return {**snapshot, "entities": {"activity": list(rows.values())}}


def _written(op: Op, places: Places) -> Iterator[tuple[str, Any]]:
    for name, value in op.fields.items():
        yield name, _as_text(value)
        if name in ("location_id", "end_location_id"):
            yield name.removesuffix("_id"), places.get(str(value))


def _as_text(value: Any) -> Any:
    """A value as it stands in a snapshot."""
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return str(value) if isinstance(value, (date, time, UUID)) else value
