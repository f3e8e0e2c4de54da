"""New trip dates never delete: activities move along or become unscheduled."""

from __future__ import annotations

from uuid import uuid4

import pytest


@pytest.fixture
def plans(plan):
    return [
        plan("First", day="2027-04-01", start_time="09:00"),
        plan("Stay", day="2027-04-03", end_day="2027-04-05", kind="stay"),
        plan("Last", day="2027-04-05"),
        plan("Idea"),
    ]


@pytest.fixture
def days(path, viewer):
    def days():
        return {one["title"]: one["day"] for one in viewer.get(f"{path}/activities")["items"]}

    return days


NEW = {"start_date": "2027-04-03", "end_date": "2027-04-04"}


def test_keep_unschedules_what_is_outside(path, organizer, plans, days):
    organizer.patch(path, json=NEW)
    assert days() == {"First": None, "Stay": "2027-04-03", "Last": None, "Idea": None}
    first = organizer.get(f"{path}/activities/{plans[0]['id']}")
    assert first["start_time"] == "09:00"


def test_shift_moves_along_and_unschedules_the_rest(path, organizer, plans, days):
    organizer.patch(path, json={**NEW, "dates_mode": "shift"})
    assert days() == {"First": "2027-04-03", "Stay": None, "Last": None, "Idea": None}


def test_shift_keeps_the_length_of_a_stay(path, organizer, plans, days):
    organizer.patch(
        path, json={"start_date": "2028-02-27", "end_date": "2028-03-02", "dates_mode": "shift"}
    )
    stay = organizer.get(f"{path}/activities/{plans[1]['id']}")
    assert (stay["day"], stay["end_day"]) == ("2028-02-29", "2028-03-02")


def test_two_shifts_add_up(path, organizer, plans, days):
    before = days()
    for start, end in (("2027-05-01", "2027-05-05"), ("2027-04-01", "2027-04-05")):
        organizer.patch(path, json={"start_date": start, "end_date": end, "dates_mode": "shift"})
    assert days() == before


def test_it_is_one_change(path, organizer, plans):
    seq = organizer.get(path)["seq"]
    organizer.patch(path, json=NEW)
    (change,) = organizer.get(f"{path}/changes?since={seq}")["changes"]
    assert [op["entity"] for op in change["ops"]] == ["trip", "activity", "activity"]


def test_no_dates_unschedule_nothing(path, organizer, plans, days):
    before = days()
    organizer.patch(path, json={"start_date": None, "end_date": None})
    assert days() == before


def test_a_preview_says_the_same_and_changes_nothing(
    path, organizer, viewer, outsider, plans, days
):
    before = days()
    told = viewer.post(f"{path}/dates/preview", json={**NEW, "mode": "shift"}, status=200)
    assert [one["title"] for one in told["unscheduled"]] == ["Stay", "Last"]
    assert [(one["title"], one["new_day"]) for one in told["moved"]] == [("First", "2027-04-03")]
    assert days() == before
    outsider.post(f"{path}/dates/preview", json=NEW, status=404)
    viewer.post(f"{path}/dates/preview", json={**NEW, "mode": "dream"}, status=422)


def test_what_ends_after_the_trip_stays_where_it_begins(path, organizer, plans):
    organizer.patch(path, json=NEW)
    stay = organizer.get(f"{path}/activities/{plans[1]['id']}")
    assert (stay["day"], stay["end_day"]) == ("2027-04-03", "2027-04-05")


def test_what_is_added_offline_to_a_day_that_left_the_trip_is_taken(
    path, organizer, participant, days
):
    """The dates are a frame and no fence: nothing that somebody wrote offline is lost."""
    seen = organizer.get(path)["seq"]
    organizer.patch(path, json=NEW)
    fields = {"title": "Late", "day": "2027-04-05"}
    batch = {
        "mutation_id": str(uuid4()),
        "mode": "offline",
        "base_seq": seen,
        "ops": [{"op": "create", "entity": "activity", "id": str(uuid4()), "fields": fields}],
    }
    (result,) = participant.post(f"{path}/changes", json=batch)["results"]
    assert result["status"] == "applied"
    assert days() == {"Late": "2027-04-05"}


def test_what_was_unscheduled_can_be_put_back_by_a_move(path, organizer, plan):
    times = {"start_time": "22:00", "end_time": "06:30"}
    train = plan("Night train", day="2027-04-01", end_day="2027-04-02", **times)
    organizer.patch(path, json=NEW)
    address = f"{path}/activities/{train['id']}/move"
    back = organizer.post(address, json={"day": "2027-04-03"}, status=200)
    assert (back["day"], back["end_day"]) == ("2027-04-03", "2027-04-04")


def test_an_unknown_mode_is_refused(path, organizer):
    organizer.patch(path, json={**NEW, "dates_mode": "dream"}, status=422)


def test_a_night_train_can_be_unscheduled(path, organizer, plan):
    times = {"start_time": "22:00", "end_time": "06:30"}
    train = plan("Night train", day="2027-04-01", end_day="2027-04-02", **times)
    organizer.patch(path, json=NEW)
    left = organizer.get(f"{path}/activities/{train['id']}")
    assert (left["day"], left["end_day"]) == (None, None)
    assert left | times == left


def test_nothing_is_shifted_beyond_the_calendar(path, organizer, plan):
    """A day after 2200 could be stored here, and then nobody could read it back in."""
    stay = plan("Stay", day="2027-04-01", end_day="2200-12-31", kind="stay")
    later = {"start_date": "2027-04-02", "end_date": "2027-04-06", "dates_mode": "shift"}
    organizer.patch(path, json=later)
    left = organizer.get(f"{path}/activities/{stay['id']}")
    assert (left["day"], left["end_day"]) == (None, None)
