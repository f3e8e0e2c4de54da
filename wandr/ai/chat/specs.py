"""The tools as a model is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from wandr.ai.providers.provider import ToolSpec


def _object(required: Sequence[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT: Final = {"type": "string"}
NUMBER: Final = {"type": "number"}
OPS: Final = {
    "type": "array",
    "description": "Ops as clients send them: create, update, move or delete of an activity, e.g. "
    '{"op": "create", "entity": "activity", "fields": {"title", "day", "start_time", "end_time", '
    '"location_id", …}} or {"op": "update", "entity": "activity", "id": …, "fields": {…}}.',
    "items": {"type": "object"},
}
SPECS: Final = (
    ToolSpec(
        "find_locations",
        "Find places by name; typing errors are forgiven.",
        _object(["text"], text=TEXT, kind=TEXT, limit=NUMBER),
    ),
    ToolSpec(
        "sights_near",
        "Sights around a place that was found.",
        _object(["location_id"], location_id=TEXT, radius_km=NUMBER, limit=NUMBER),
    ),
    ToolSpec("trip_snapshot", "The trip as it is now.", _object([])),
    ToolSpec(
        "travel_time",
        "Estimated minutes from one found place to another.",
        _object(["from_id", "to_id"], from_id=TEXT, to_id=TEXT),
    ),
    ToolSpec(
        "hours",
        "When a found place is usually open on a date.",
        _object(["location_id", "date"], location_id=TEXT, date=TEXT),
    ),
    ToolSpec(
        "calendar",
        "The weekday of a date, and whether it is a public holiday.",
        _object(["country_code", "date"], country_code=TEXT, date=TEXT),
    ),
    ToolSpec("check", "What cannot work in the trip as it is.", _object([])),
    ToolSpec(
        "plan",
        "Let the planner make a plan around what is there; it knows hours, ways and orders. Its "
        "items are not proposed until you do so.",
        _object(
            [],
            kind={"type": "string", "enum": ["plan_trip", "plan_day", "suggest"]},
            prompt=TEXT,
            wishes={"type": "object"},
        ),
    ),
    ToolSpec(
        "propose",
        "Propose items of the planner by their keys, or items of your own.",
        _object(
            [],
            planned={"type": "array", "items": TEXT},
            items={
                "type": "array",
                "items": _object(["ops", "reason"], key=TEXT, ops=OPS, reason=TEXT),
            },
        ),
    ),
)
