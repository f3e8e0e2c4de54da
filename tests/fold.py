"""What a client that knows nothing of the domain does with the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

KEYS = {"member": "user_id"}


def fold(snapshot: dict[str, Any], changes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A snapshot with the changes after it applied, in the shape that `comparable` gives."""
    state = comparable(snapshot)
    for change in changes:
        assert change["seq"] == state["seq"] + 1, "a change is missing or out of order"
        state["seq"] = change["seq"]
        for op in change["ops"]:
            _apply(state["rows"].setdefault(op["entity"], {}), op)
    return state


def comparable(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A snapshot with its rows by entity and id, so that order does not matter."""
    rows = {"trip": {snapshot["trip"]["id"]: dict(snapshot["trip"])}}
    rows["member"] = {one["user_id"]: dict(one) for one in snapshot["members"]}
    for name, entities in snapshot["entities"].items():
        rows[name] = {one["id"]: dict(one) for one in entities}
    return {"seq": snapshot["seq"], "rows": rows}


def _apply(rows: dict[str, Any], op: dict[str, Any]) -> None:
    if op["op"] in ("create", "restore"):
        rows[op["id"]] = dict(op["value"])
    elif op["op"] == "delete":
        del rows[op["id"]]
    else:
        rows[op["id"]] = {**rows[op["id"]], **op["fields"]}
