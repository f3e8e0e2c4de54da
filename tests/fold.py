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
    elif op["op"] == "text":
        row = rows[op["id"]]
        text = spliced(row[op["field"]], **op["splice"])
        rows[op["id"]] = {**row, op["field"]: text, **op["fields"]}
    else:
        rows[op["id"]] = {**rows[op["id"]], **op["fields"]}


def spliced(text: str, *, at: int, delete: int, insert: str) -> str:
    """A text after a splice, whose places count UTF-16 code units."""
    units = text.encode("utf-16-le")
    kept = units[: 2 * at], insert.encode("utf-16-le"), units[2 * (at + delete) :]
    return b"".join(kept).decode("utf-16-le")
