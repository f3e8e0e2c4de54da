"""A trip as a client holds it: `{"seq", "rows": {entity: {id: row}}}`, and how a change alters it.

It knows nothing of the domain: a kind of content that did not exist when it was written is folded
like any other. `fold` goes from the log to what is confirmed, `guess` from an own edit to what is
shown until its change comes back; both end in `apply_op`, for two would disagree one day.
"""

from __future__ import annotations

from typing import Any

State = dict[str, Any]
Rows = dict[str, dict[str, dict[str, Any]]]
Op = dict[str, Any]


def state_of(snapshot: dict[str, Any]) -> State:
    """A snapshot with its rows by entity and id, so that their order does not matter."""
    rows: Rows = {"trip": {snapshot["trip"]["id"]: snapshot["trip"]}}
    rows["member"] = {one["user_id"]: one for one in snapshot["members"]}
    for entity, found in snapshot["entities"].items():
        rows[entity] = {one["id"]: one for one in found}
    return {"seq": snapshot["seq"], "rows": rows}


def fold(state: State, change: dict[str, Any]) -> None:
    """Apply the next change of the log. `ops` is empty when it is not for this viewer: it counts."""
    if change["seq"] != state["seq"] + 1:
        raise ValueError(f"{change['seq']} does not follow {state['seq']}.")
    for op in change["ops"]:
        apply_op(state["rows"], op)
    state["seq"] = change["seq"]


def apply_op(rows: Rows, op: Op) -> None:
    """Apply a resolved op. Rows are replaced, never altered: whoever holds one may keep it."""
    table = rows.setdefault(op["entity"], {})
    if op["op"] in ("create", "restore"):
        table[op["id"]] = op["value"]
    elif op["op"] == "delete":
        del table[op["id"]]
    else:
        row = dict(table[op["id"]])
        if op["op"] == "text":
            row[op["field"]] = spliced(row[op["field"]], **op["splice"])
        table[op["id"]] = {**row, **op["fields"]}


def spliced(text: str, *, at: int, delete: int, insert: str) -> str:
    """A text with a stretch replaced. `at` and `delete` count UTF-16 units, as JavaScript does."""
    units = text.encode("utf-16-le")
    kept = units[: 2 * at], insert.encode("utf-16-le"), units[2 * (at + delete) :]
    return b"".join(kept).decode("utf-16-le")


def guess(rows: Rows, op: Op) -> None:
    """Apply an op as it was asked for: what the server will probably make of it."""
    table = rows.setdefault(op["entity"], {})
    fields = dict(op.get("fields", {}))
    if op["op"] in ("create", "move"):
        fields["position"] = _place(table, op)
    if op["op"] == "create" and op["id"] not in table:
        apply_op(rows, {**op, "value": {"id": op["id"], **fields}})
    elif op["op"] in ("update", "move", "delete") and op["id"] in table:
        apply_op(rows, {**op, "fields": fields})


def _place(table: dict[str, dict[str, Any]], op: Op) -> str:
    """A position to show until the server has made one: right behind the neighbour's."""
    if "after" not in op:
        return "~"  # the end, for keys are letters and digits
    neighbour = table.get(op["after"], {})
    return f"{neighbour['position']} " if "position" in neighbour else ""
