"""A shift by days is relative: the server computes it under the lock, and two of them add up."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture
def plans(plan):
    return [
        plan("First", day="2027-04-01", start_time="09:00"),
        plan("Stay", day="2027-04-03", end_day="2027-04-05", kind="stay"),
        plan("Idea"),
    ]


@pytest.fixture
def days(path, viewer):
    """The first and the last day of everything, by title; of the trip too."""

    def days():
        items = viewer.get(f"{path}/activities")["items"]
        trip = viewer.get(path)
        planned = {one["title"]: (one["day"], one["end_day"]) for one in items}
        return {"Trip": (trip["start_date"], trip["end_date"]), **planned}

    return days


@pytest.fixture
def shift(trip, path):
    """Send the op as a batch of its own, and give back its result."""

    def shift(person, days, *, base_seq=None, mode="offline", **more) -> dict[str, Any]:
        target = {"op": "update", "entity": "trip", "id": trip["id"]}
        ops = [{**target, "fields": more.pop("fields", {}), "shift_days": days, **more}]
        batch = {"mutation_id": str(uuid4()), "ops": ops, "mode": mode, "base_seq": base_seq}
        return person.post(f"{path}/changes", json=batch, status=200)["results"][0]

    return shift


def test_everything_moves_along(path, organizer, plans, days):
    told = organizer.patch(path, json={"shift_days": 2}, status=200)
    assert (told["start_date"], told["end_date"]) == ("2027-04-03", "2027-04-07")
    assert days() == {
        "Trip": ("2027-04-03", "2027-04-07"),
        "First": ("2027-04-03", None),
        "Stay": ("2027-04-05", "2027-04-07"),
        "Idea": (None, None),
    }


def test_there_and_back_is_where_it_was(path, organizer, plans, days):
    before = days()
    for by in (400, -400):
        organizer.patch(path, json={"shift_days": by}, status=200)
    assert days() == before


def test_two_who_shift_offline_end_two_days_later(
    trip, path, organizer, participant, plans, days, shift
):
    address = f"{path}/members/{participant.user_id}"
    organizer.patch(address, json={"permissions": {"edit_trip": True}})
    seen = organizer.get(path)["seq"]
    for person in (organizer, participant):
        result = shift(person, 1, base_seq=seen)
        assert (result["status"], "overwrote" in result) == ("applied", False)
    assert days()["Trip"] == ("2027-04-03", "2027-04-07")
    assert days()["First"] == ("2027-04-03", None)


def test_new_dates_by_name_collide_where_a_shift_does_not(
    trip, path, organizer, participant, shift
):
    seen = organizer.get(path)["seq"]
    address = f"{path}/members/{participant.user_id}"
    organizer.patch(address, json={"permissions": {"edit_trip": True}})
    assert shift(participant, 1)["status"] == "applied"
    op = {"op": "update", "entity": "trip", "id": trip["id"]}
    op["fields"] = {"start_date": "2027-04-03", "end_date": "2027-04-07"}
    batch = {"mutation_id": str(uuid4()), "ops": [op], "mode": "offline", "base_seq": seen}
    (result,) = organizer.post(f"{path}/changes", json=batch)["results"]
    assert result["status"] == "conflict"
    assert shift(organizer, 1, base_seq=seen)["status"] == "applied"


def test_the_other_fields_of_such_an_op_collide_as_ever(path, organizer, participant, shift):
    seen = organizer.get(path)["seq"]
    address = f"{path}/members/{participant.user_id}"
    organizer.patch(address, json={"permissions": {"edit_trip": True}})
    participant.patch(path, json={"title": "Theirs"})
    assert shift(organizer, 1, base_seq=seen, fields={"title": "Mine"})["status"] == "conflict"
    live = shift(organizer, 1, base_seq=seen, fields={"title": "Mine"}, mode="live")
    assert [one["field"] for one in live["overwrote"]] == ["title"]


def test_a_repeated_delivery_shifts_once(trip, path, organizer, days):
    op = {"op": "update", "entity": "trip", "id": trip["id"], "fields": {}, "shift_days": 1}
    batch = {"mutation_id": str(uuid4()), "ops": [op]}
    first = organizer.post(f"{path}/changes", json=batch)
    assert organizer.post(f"{path}/changes", json=batch) == first
    assert days()["Trip"] == ("2027-04-02", "2027-04-06")
    other = {**batch, "ops": [{**op, "shift_days": 2}]}
    assert organizer.post(f"{path}/changes", json=other, status=422)["code"] == "mutation_reused"


def test_the_log_says_dates_and_not_how_they_came_about(path, organizer, plans):
    seq = organizer.get(path)["seq"]
    organizer.patch(path, json={"shift_days": 1})
    (change,) = organizer.get(f"{path}/changes?since={seq}")["changes"]
    assert [op["entity"] for op in change["ops"]] == ["trip", "activity", "activity"]
    assert change["ops"][0]["fields"].items() >= {"start_date": "2027-04-02"}.items()
    assert "shift_days" not in str(change)


def test_what_was_outside_moves_along_and_stays_scheduled(path, organizer, plan, days):
    """It was not the shift that put it there: the night before, or added offline."""
    plan("Night before", day="2027-03-31")
    organizer.patch(path, json={"shift_days": 1})
    assert days()["Night before"] == ("2027-04-01", None)
    organizer.patch(path, json={"shift_days": -1})
    assert days()["Night before"] == ("2027-03-31", None)


@pytest.mark.parametrize(
    "body",
    [
        {"shift_days": 0},
        {"shift_days": 36_501},
        {"shift_days": -36_501},
        {"shift_days": 1.0},
        {"shift_days": "1"},
        {"shift_days": None},
        {"shift_days": 1, "start_date": "2027-04-02"},
        {"shift_days": 1, "end_date": "2027-04-06"},
        {"shift_days": 1, "start_date": None, "end_date": None},
        {"shift_days": 1, "dates_mode": "shift"},
        {"shift_days": 36_500 * 2},
    ],
)
def test_more_than_it_can_mean_is_refused(trip, path, organizer, plans, body):
    before = organizer.get(path)
    refused = organizer.patch(path, json=body, status=422)
    assert list(refused["errors"]["json"]) == ["shift_days"]
    assert organizer.get(path) == before


def test_a_trip_without_dates_cannot_be_shifted(path, organizer, viewer):
    organizer.patch(path, json={"start_date": None, "end_date": None})
    for address, send in ((path, organizer.patch), (f"{path}/dates/preview", viewer.post)):
        refused = send(address, json={"shift_days": 1}, status=422)
        assert list(refused["errors"]["json"]) == ["shift_days"]


@pytest.mark.parametrize(
    ("dates", "days"),
    [(("1900-01-01", "1900-01-02"), -1), (("2200-12-30", "2200-12-31"), 1)],
)
def test_a_shift_stays_within_the_calendar(path, organizer, viewer, days, dates, shift):
    organizer.patch(path, json=dict(zip(("start_date", "end_date"), dates, strict=True)))
    organizer.patch(path, json={"shift_days": days}, status=422)
    viewer.post(f"{path}/dates/preview", json={"shift_days": days}, status=422)
    result = shift(organizer, days)
    assert (result["status"], result["error"]["code"]) == ("rejected", "invalid")
    organizer.patch(path, json={"shift_days": -days}, status=200)


def test_only_who_may_edit_the_trip_shifts_it(path, participant, viewer, outsider, shift):
    for person, status in ((participant, 403), (viewer, 403), (outsider, 404)):
        person.patch(path, json={"shift_days": 1}, status=status)
    assert shift(participant, 1)["error"]["code"] == "forbidden"


def test_activities_take_no_shift(path, participant, plan):
    op = {"op": "update", "entity": "activity", "id": plan()["id"], "fields": {}, "shift_days": 1}
    batch = {"mutation_id": str(uuid4()), "ops": [op]}
    (result,) = participant.post(f"{path}/changes", json=batch)["results"]
    assert result["error"]["code"] == "unknown_op"


def test_if_match_counts_for_a_shift_too(path, organizer):
    organizer.get(path)
    tag = {"If-Match": organizer.raw.headers["ETag"]}
    organizer.patch(path, json={"shift_days": 1}, headers=tag, status=200)
    organizer.patch(path, json={"shift_days": 1}, headers=tag, status=412)


def test_a_preview_of_a_shift_says_what_it_does(path, organizer, viewer, outsider, plans, days):
    before = days()
    told = viewer.post(f"{path}/dates/preview", json={"shift_days": 2}, status=200)
    assert (told["start_date"], told["end_date"]) == ("2027-04-03", "2027-04-07")
    assert days() == before
    organizer.patch(path, json={"shift_days": 2})
    after = days()
    assert {one["title"]: one["new_day"] for one in told["moved"]} == {
        title: day for title, (day, _) in after.items() if title in ("First", "Stay")
    }
    assert told["unscheduled"] == []
    outsider.post(f"{path}/dates/preview", json={"shift_days": 2}, status=404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "start_date"),
        ({"start_date": "2027-04-01"}, "end_date"),
        ({"start_date": "2027-04-01", "end_date": None}, "end_date"),
        ({"start_date": "2027-04-05", "end_date": "2027-04-01"}, "end_date"),
        ({"shift_days": 0}, "shift_days"),
        ({"shift_days": 1, "mode": "keep"}, "shift_days"),
        ({"shift_days": 1, "start_date": None, "end_date": None}, "shift_days"),
    ],
)
def test_a_preview_refuses_what_a_change_would(path, viewer, body, field):
    refused = viewer.post(f"{path}/dates/preview", json=body, status=422)
    assert field in refused["errors"]["json"]
