"""What the people may want to do: every step is one op, about a few rows that all of them touch."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

DAYS = (None, "2027-04-01", "2027-04-02")
PLACES = ("end", "top", 0, 1, 2)  # or behind the row of this number
ROWS = range(3)  # that are there from the beginning; others may be made
# (kind, row, fields, place); a value of `...` becomes another one each time
Step = tuple[str, int, dict[str, Any], Any]

STEPS: tuple[Step, ...] = (
    *(("create", row, {"day": day}, place) for row in (3, 4, 5) for day in DAYS[:2] for place in PLACES[:3]),
    *(("update", row, {name: ...}, None) for row in ROWS for name in ("title", "notes") for _ in range(4)),
    *(("update", row, {"start_time": "09:00", "end_time": "10:30"}, None) for row in ROWS),
    # refused by a rule, after it was written: 11 to 9 on one day
    *(("update", row, {"start_time": "11:00", "end_time": "09:00"}, None) for row in ROWS for _ in range(2)),
    *(("update", row, {"day": day}, None) for row in ROWS for day in DAYS),
    *(("move", row, {}, place) for row in ROWS for place in PLACES),
    *(("move", row, {"day": day}, place) for row in ROWS for day in DAYS for place in PLACES[1:3]),
    *((kind, row, {}, None) for row in ROWS for kind in ("delete", "restore") for _ in range(3)),
    *(("rename", 0, {"title": ...}, None) for _ in range(6)),
    *(("dates", 0, {"start_date": f"2027-04-0{day}", "end_date": "2027-04-05"}, mode)
      for day in (1, 2) for mode in ("keep", "shift")),
    ("trash", 0, {}, None),
)  # fmt: skip


def op_of(step: Step, trip_id: UUID, number: int) -> dict[str, Any]:
    """The op of a step; `number` makes its values unlike all others."""
    kind, row, given, place = step
    fields = {name: f"{number}" if value is ... else value for name, value in given.items()}
    if kind in ("rename", "dates", "trash"):
        whole = {"entity": "trip", "id": str(trip_id)}
        if kind == "trash":
            return {"op": "delete", **whole}
        mode = {"dates_mode": place} if kind == "dates" else {}
        return {"op": "update", **whole, "fields": fields, **mode}
    op: dict[str, Any] = {"op": kind, "entity": "activity", "id": row_id(trip_id, row)}
    if kind == "create":
        fields["title"] = f"{number}"
    if fields:
        op["fields"] = fields
    if kind in ("create", "move") and place != "end":
        op["after"] = None if place == "top" else row_id(trip_id, place)
    return op


def row_id(trip_id: UUID, number: int) -> str:
    return str(uuid5(trip_id, str(number)))
