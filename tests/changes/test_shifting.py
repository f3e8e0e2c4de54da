"""Where activities stand after a shift: in their order, deleted ones too, never two in one place."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from tests.changes.following import on, op


def test_the_order_of_each_day_stays_and_so_do_its_keys(log, plan, titles):
    a, b, c = (plan(title, day=on(0)) for title in "ABC")
    d = plan("D", day=on(1))
    log.send(op("move", c, after=None))
    before = log.check()
    log.shift(1)
    after = log.check()
    assert titles() == {"04-02": ["C", "A", "B"], "04-03": ["D"]}
    keys = {row["id"]: (before[row["id"]]["position"], row["position"]) for row in after.values()}
    assert all(old == new for old, new in keys.values())
    assert after[d["id"]]["position"] == after[a["id"]]["position"]  # each on its own day


def test_a_deleted_one_moves_along_and_comes_back_between_its_neighbours(log, plan, titles):
    a, b, c = (plan(title, day=on(0)) for title in "ABC")
    other = plan("X", day=on(1))
    log.send(op("delete", b), op("delete", other))
    log.shift(1)
    log.check()
    log.send(op("restore", b), op("restore", other))
    log.check()
    assert titles() == {"04-02": ["A", "B", "C"], "04-03": ["X"]}


def test_a_deleted_one_is_no_op_of_the_log(log, plan):
    kept, gone = plan("Kept", day=on(0)), plan("Gone", day=on(0))
    log.send(op("delete", gone))
    log.check()
    log.shift(1)
    (change,) = log.person.get(f"{log.path}/changes?since={log.last['seq']}")["changes"]
    assert [one["id"] for one in change["ops"]] == [log.last["trip"]["id"], kept["id"]]


def test_what_the_new_dates_put_out_comes_after_the_ideas_in_its_order(log, plan, titles):
    plan("Idea")
    for title, day in (("D", 4), ("A", 3), ("B", 3), ("In", 0)):
        plan(title, day=on(day))
    gone = plan("Gone idea")
    log.send(op("delete", gone))
    log.set_dates(1, 3, "shift")
    log.check()
    assert titles() == {"04-02": ["In"], None: ["Idea", "A", "B", "D"]}
    log.send(op("restore", gone))
    log.check()
    assert titles()[None] == ["Idea", "Gone idea", "A", "B", "D"]


def test_a_day_that_is_not_left_by_all_takes_others_at_its_end(log, plan, titles):
    """Beyond the calendar a deleted one stays where it is, and keeps its place."""
    plan("A", day=on(0))
    stays = plan("Stays", day=on(1), end_day="2200-12-31")
    log.send(op("delete", stays))
    log.shift(1)
    log.check()
    log.send(op("restore", stays))
    log.check()
    assert titles() == {"04-02": ["Stays", "A"]}


def test_a_batch_goes_on_with_what_was_shifted_in_it(log, plan, titles):
    rows = [plan(title, day=on(0)) for title in "AB"]
    trip = {"op": "update", "entity": "trip", "id": log.last["trip"]["id"], "fields": {}}
    made = {"op": "create", "entity": "activity", "id": str(uuid4())}
    log.send(
        op("update", rows[0], fields={"title": "A, renamed"}),
        {**trip, "shift_days": 1},
        op("move", rows[1], fields={"day": on(1)}, after=None),
        {**made, "fields": {"title": "C", "day": on(1)}, "after": rows[1]["id"]},
        op("delete", rows[0]),
        {**trip, "shift_days": 1},
        op("restore", rows[0]),
    )
    log.check()
    assert titles() == {"04-03": ["B", "C", "A, renamed"]}


@pytest.mark.parametrize("number", range(6))
def test_the_law_holds_whatever_is_shifted_deleted_and_restored(log, plan, number):
    dice = Random(number)
    rows = [plan(str(n), **_some_days(dice)) for n in range(12)]
    steps: list[Callable[[], Any]] = [
        lambda: log.shift(dice.choice([-3, -2, -1, 1, 2, 3])),
        lambda: log.shift(dice.choice([-1, 1])),
        lambda: log.set_dates(start := dice.randrange(5), start + dice.randrange(5), "shift"),
        lambda: log.set_dates(start := dice.randrange(5), start + dice.randrange(5), "keep"),
        lambda: log.send(*_edits(dice, rows), mode="offline"),
        lambda: log.send(*_edits(dice, rows), mode="offline"),
    ]
    for _ in range(30):
        dice.choice(steps)()
        log.check()
    everything = [op("restore", row) for row in rows]
    log.send(*everything, mode="offline")
    assert log.check().keys() == {row["id"] for row in rows}


def _some_days(dice: Random) -> dict[str, str]:
    if dice.random() < 0.2:
        return {}
    day = dice.randrange(5)
    return {"day": on(day)} | ({"end_day": on(day + 2)} if dice.random() < 0.3 else {})


def _edits(dice: Random, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    edits = []
    for row in dice.sample(rows, 4):
        kind = dice.choice(["delete", "restore", "move", "update"])
        more: dict[str, Any] = {}
        if kind in ("move", "update"):
            more["fields"] = {"day": dice.choice([None, *map(on, range(6))])}
            if kind == "update":
                more["fields"]["end_day"] = None
        if kind == "move":
            more["after"] = dice.choice([None, dice.choice(rows)["id"]])
        edits.append(op(kind, row, **more))
    return edits
