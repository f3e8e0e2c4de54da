"""What code enforces, whatever an assistant says: real places, activities only, nothing fixed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from wandr.ai.findings import as_json
from wandr.ai.planner.model import Finding
from wandr.changes.ops import Op, read_ops
from wandr.errors import Invalid
from wandr.extensions import db
from wandr.http.json import UNSAFE_TEXT
from wandr.itinerary.models import Activity

ALLOWED: Final = frozenset({"create", "update", "move", "delete"})
FIXED_STATUSES: Final = frozenset({"booked", "done"})
PLACES: Final = ("location_id", "end_location_id")
MOST_OPS: Final = 20
Fault = dict[str, Any]


def faults_of(trip_id: UUID, raw_ops: Sequence[Any], seen: Collection[str]) -> list[Fault]:
    """Why an item can never be applied; empty when it can. `seen` are the locations looked up."""
    if not 1 <= len(raw_ops) <= MOST_OPS:
        return [_fault("not_allowed", f"An item has 1 to {MOST_OPS} ops.")]
    try:
        ops = read_ops(raw_ops)
    except Invalid as problem:
        return [_fault("unreadable", problem.detail)]
    return [fault for op in ops for fault in _faults_of_op(trip_id, op, seen)]


def storable(value: Any) -> Any:
    """The same JSON, without characters that Postgres or a JSON reader cannot hold."""
    if isinstance(value, str):
        return UNSAFE_TEXT.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(str(key)): storable(one) for key, one in value.items()}
    return [storable(one) for one in value] if isinstance(value, list) else value


def is_fixed(activity: Activity) -> bool:
    """Whether people settled it: no proposal touches what is locked, booked or done."""
    return activity.locked or activity.status in FIXED_STATUSES


def activity_of(trip_id: UUID, op: Op) -> Activity | None:
    """The live activity that an op is about, as it is now."""
    statement = select(Activity).where(
        Activity.id == op.id, Activity.trip_id == trip_id, Activity.deleted_seq.is_(None)
    )
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _faults_of_op(trip_id: UUID, op: Op, seen: Collection[str]) -> Iterator[Fault]:
    if op.entity is None or op.entity.name != "activity" or op.kind not in ALLOWED:
        yield _fault("not_allowed", "Proposals create, change, move and delete activities only.")
        return
    if op.problem is not None:
        yield _fault("unreadable", op.problem.detail)
        return
    for name in PLACES:
        location_id = op.fields.get(name)
        if location_id is not None and str(location_id) not in seen:
            yield _fault("unknown_place", "This place was not looked up.", {name: str(location_id)})
    if op.kind != "create":
        yield from _faults_of_target(activity_of(trip_id, op))


def _faults_of_target(activity: Activity | None) -> Iterator[Fault]:
    if activity is None:
        yield _fault("unknown_activity", "There is no such activity in this trip.")
    elif is_fixed(activity):
        yield _fault("fixed", "Locked, booked and done activities are left as they are.")


def _fault(code: str, message: str, values: dict[str, Any] | None = None) -> Fault:
    return as_json(Finding(code, "error", message, values or {}))
