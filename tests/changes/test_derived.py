"""What follows from an op is performed in bulk: what it may pass by, and what it must not lose.

New trip dates are what follows most: they move hundreds of activities at once.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.changes.following import on, op
from tests.fold import comparable
from tests.statements import counted
from wandr.changes.ops import Op
from wandr.changes.service import apply
from wandr.extensions import db
from wandr.itinerary.content import ACTIVITY
from wandr.itinerary.models import Activity
from wandr.transaction import atomic
from wandr.trips.content import TRIP

STAMPS = ("version", "updated_at")


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


def test_an_undo_restores_every_field_of_the_deleted_too(log, plan):
    rows = [plan(str(n), day=on(n % 5), **({"end_day": on(5)} if n % 2 else {})) for n in range(9)]
    log.send(op("delete", rows[0]))
    log.check()
    for change in (lambda: log.shift(3), lambda: log.set_dates(3, 5, "keep")):
        before = comparable(log.last)["rows"]
        change()
        log.check()
        log.undo()
        log.check()
        assert without_stamps(comparable(log.last)["rows"]) == without_stamps(before)
    log.send(op("restore", rows[0]))
    assert log.check()[rows[0]["id"]]["day"] == rows[0]["day"]


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


def test_rows_that_are_loaded_already_are_not_left_behind(log, plan, organizer):
    loaded = db.session.get(Activity, UUID(plan("A", day=on(0))["id"]))
    trip_id = loaded.trip_id
    with atomic():
        shift = Op("update", TRIP, trip_id, options={"shift_days": 1})
        apply(trip_id, organizer.user_id, [shift], source="rest").or_refused()
        assert loaded.day.isoformat() == on(1)


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
    assert result["error"]["code"] == "precondition_required"
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
