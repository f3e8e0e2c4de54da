"""What follows from an op is performed in bulk, and the law of the log holds for it.

New trip dates are what follows most: they move hundreds of activities at once, deleted ones too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.cast import Person
from tests.fold import comparable, fold
from tests.statements import counted
from wandr.changes.models import TripChange
from wandr.extensions import db
from wandr.itinerary.content import ACTIVITY
from wandr.itinerary.models import Activity

FIRST = date(2027, 4, 1)
STAMPS = ("version", "updated_at")


class Log:
    """A trip and whoever follows it by its log, from one look at it to the next."""

    def __init__(self, path: str, person: Person) -> None:
        self.path, self.person = path, person
        self.last = person.get(f"{path}/snapshot")

    def send(self, *ops: dict[str, Any], mode: str = "live") -> list[dict[str, Any]]:
        batch = {"mutation_id": str(uuid4()), "mode": mode, "ops": list(ops)}
        return self.person.post(f"{self.path}/changes", json=batch, status=200)["results"]

    def shift(self, days: int) -> None:
        self.person.patch(self.path, json={"shift_days": days}, status=200)

    def set_dates(self, start: int, end: int, mode: str) -> None:
        dates = [(FIRST + timedelta(day)).isoformat() for day in (start, end)]
        body = {"start_date": dates[0], "end_date": dates[1], "dates_mode": mode}
        self.person.patch(self.path, json=body, status=200)

    def check(self) -> dict[str, dict[str, Any]]:
        """The law since the last look, and that nothing stands in the place of something else;
        the activities by id."""
        now = self.person.get(f"{self.path}/snapshot")
        found = self.person.get(f"{self.path}/changes?since={self.last['seq']}&limit=500")
        assert fold(self.last, found["changes"]) == comparable(now)
        self.last = now
        places = db.session.execute(
            select(Activity.day, Activity.position).where(Activity.trip_id == now["trip"]["id"])
        ).all()
        assert len(places) == len(set(places)), "two in one place, or one where a deleted one was"
        return {one["id"]: one for one in now["entities"]["activity"]}


@pytest.fixture
def log(path, organizer) -> Log:
    return Log(path, organizer)


@pytest.fixture
def titles(log) -> Callable[[], dict[str | None, list[str]]]:
    """The plan: titles in their order, by day of the month."""

    def titles():
        plan: dict[str | None, list[str]] = {}
        for one in log.person.get(f"{log.path}/activities?limit=100")["items"]:
            plan.setdefault(one["day"] and one["day"][5:], []).append(one["title"])
        return plan

    return titles


def on(day: int) -> str:
    return (FIRST + timedelta(day)).isoformat()


def op(kind: str, row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"op": kind, "entity": "activity", "id": row["id"], **more}


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


def test_an_edit_made_before_a_shift_collides_with_it(log, plan, participant):
    row = plan("A", day=on(0))
    seen = log.person.get(log.path)["seq"]
    log.shift(1)
    batch = {"mutation_id": str(uuid4()), "mode": "offline", "base_seq": seen}
    batch["ops"] = [op("update", row, fields={"day": on(2)})]
    (result,) = participant.post(f"{log.path}/changes", json=batch)["results"]
    assert (result["status"], result["current"]["day"]) == ("conflict", on(1))
    batch = {
        **batch,
        "mutation_id": str(uuid4()),
        "ops": [op("update", row, fields={"notes": "x"})],
    }
    (result,) = participant.post(f"{log.path}/changes", json=batch)["results"]
    assert result["status"] == "applied"


def test_the_inverse_restores_every_field(log, plan):
    rows = [plan(str(n), day=on(n % 5), **({"end_day": on(5)} if n % 2 else {})) for n in range(9)]
    log.send(op("delete", rows[0]))
    log.check()
    for change in (lambda: log.shift(3), lambda: log.set_dates(3, 5, "keep")):
        before = comparable(log.last)["rows"]
        change()
        log.check()
        undone = comparable(log.last)["rows"]
        last = select(TripChange.inverse).order_by(TripChange.seq.desc()).limit(1)
        for inverse in db.session.scalars(last).one():
            assert inverse["op"] == "update"
            undone[inverse["entity"]][inverse["id"]] |= inverse["fields"]
        assert without_stamps(undone) == without_stamps(before)


def without_stamps(rows: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {
            key: {n: v for n, v in row.items() if n not in STAMPS} for key, row in all_of.items()
        }
        for name, all_of in rows.items()
    }


def test_it_takes_as_many_statements_for_many_as_for_one(log, plan, rolled_back):
    counts = []
    for number in (1, 30):
        for n in range(number):
            plan("A", day=on(n % 5))
        with counted(rolled_back) as statements:
            log.shift(1)
        counts.append(len(statements))
        log.shift(-1)
    assert counts[0] == counts[1]
    log.check()


def test_new_dates_do_not_fail_for_a_journey_that_clocks_make_too_short(log, plan, participant):
    """London is on Reykjavik's time in winter only."""
    row = plan(
        "Flight", day="2027-01-02", start_time="12:00", end_time="12:30",
        timezone="Atlantic/Reykjavik", end_timezone="Europe/London",
    )  # fmt: skip
    log.set_dates(-100, -80, "keep")
    log.shift(180)
    moved = log.check()[row["id"]]
    assert moved["day"] == "2027-07-01"
    address = f"{log.path}/activities/{row['id']}"
    participant.patch(address, json={"notes": "Too short!"}, status=200)
    participant.patch(address, json={"start_time": "12:01"}, status=422)
    participant.patch(address, json={"start_time": "11:00"}, status=200)


@pytest.mark.parametrize("one_by_one", [False, True])
def test_new_dates_do_not_fail_for_a_strict_register(log, plan, monkeypatch, one_by_one):
    row = plan("A", day=on(0))
    monkeypatch.setitem(vars(ACTIVITY), "strict", frozenset({"day"}))
    (result,) = log.send(op("update", row, fields={"day": on(1)}))
    assert result["status"] == "conflict"
    if one_by_one:  # content that not everybody sees is not done in bulk
        monkeypatch.setitem(vars(ACTIVITY), "audience", lambda row: None)
    log.shift(1)
    assert log.check()[row["id"]]["day"] == on(1)


def test_any_kind_of_value_is_stored_as_it_is_told(log, plan, participant):
    """A row that is changed in bulk reads like one that was changed alone."""
    row = plan(
        "\N{CJK UNIFIED IDEOGRAPH-65E5} \u2028\\\"'", day=on(0), start_time="09:30", timezone="Asia/Tokyo",
        participants=[str(participant.user_id)], cost_minor=10**15, notes="e\u0301\U0001f5fa",
    )  # fmt: skip
    log.shift(1)
    moved = log.check()[row["id"]]
    changed = {"day", "version", "updated_at"}
    assert {n for n in row if moved[n] != row[n]} == changed


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
