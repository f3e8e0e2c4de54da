"""What trips know about people: names, acquaintance, and leaving for good."""

from __future__ import annotations

import pytest

from tests.group import join
from wandr.transaction import atomic
from wandr.trips.people import leave_all_trips


def test_a_new_name_is_in_the_log_and_in_the_members(path, organizer, viewer):
    seq = organizer.get(path)["seq"]
    viewer.patch("/users/me", json={"display_name": "Vera the Second"})
    assert "Vera the Second" in [
        one["display_name"] for one in organizer.get(f"{path}/members")["items"]
    ]
    (change,) = organizer.get(f"{path}/changes?since={seq}")["changes"]
    assert (change["source"], change["ops"][0]["fields"]["display_name"]) == (
        "system",
        "Vera the Second",
    )


def test_people_of_one_trip_see_each_other_and_strangers_do_not(path, organizer, viewer, outsider):
    assert organizer.get(f"/users/{viewer.user_id}")["display_name"] == viewer.display_name
    outsider.get(f"/users/{viewer.user_id}", status=404)
    viewer.get(f"/users/{outsider.user_id}", status=404)


def test_the_export_names_my_trips(trip, viewer, outsider):
    (mine,) = viewer.get("/users/me/export")["held"]["trips"]
    assert mine == {"trip_id": trip["id"], "title": trip["title"], "role": "viewer"}
    assert outsider.get("/users/me/export")["held"]["trips"] == []


@pytest.fixture
def leave():
    def leave(person):
        with atomic():
            leave_all_trips(person.user_id)

    return leave


def test_who_closes_the_account_leaves_and_the_oldest_member_organizes(
    path, organizer, participant, viewer, leave
):
    leave(organizer)
    organizer.get(path, status=404)
    assert participant.get(path)["role"] == "organizer"
    assert viewer.get(path)["role"] == "viewer"


def test_another_organizer_stays_the_only_one(trip, path, organizer, outsider, participant, leave):
    join(trip["id"], organizer, outsider, "organizer")
    leave(organizer)
    assert outsider.get(path)["role"] == "organizer"
    assert participant.get(path)["role"] == "participant"


def test_a_trip_that_nobody_else_is_in_goes_to_the_trash(organizer, leave):
    alone = organizer.post("/trips", json={"title": "Alone"})
    leave(organizer)
    organizer.get(f"/trips/{alone['id']}", status=404)
    assert [one["id"] for one in organizer.get("/trips/trash")["items"]] == [alone["id"]]
