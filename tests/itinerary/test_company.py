"""Who takes part in an activity: members, for as long as they are."""

from __future__ import annotations

import pytest

from tests.fold import comparable, fold
from tests.group import join
from wandr.transaction import atomic
from wandr.trips.people import leave_all_trips


@pytest.fixture
def company(path, organizer):
    """Who takes part, by title."""

    def company():
        items = organizer.get(f"{path}/activities")["items"]
        return {one["title"]: one["participants"] for one in items}

    return company


@pytest.fixture
def rows(plan, organizer, participant, viewer):
    ada, pat, val = (str(one.user_id) for one in (organizer, participant, viewer))
    return {
        "Both": plan("Both", participants=[val, pat]),
        "Two": plan("Two", participants=[ada, pat]),
        "Alone": plan("Alone", participants=[pat]),
        "All": plan("All"),
    }


@pytest.fixture
def leave(path, organizer, participant):
    """The three ways out of a trip."""

    def closes_account():
        with atomic():
            leave_all_trips(participant.user_id)

    address = f"{path}/members/{participant.user_id}"
    return {
        "is removed": lambda: organizer.delete(address, status=204),
        "leaves": lambda: participant.delete(address, status=204),
        "closes the account": closes_account,
    }


@pytest.mark.parametrize("way", ["is removed", "leaves", "closes the account"])
def test_who_is_gone_takes_part_in_nothing(
    path, organizer, participant, viewer, rows, company, leave, way
):
    before = viewer.get(f"{path}/snapshot")
    leave[way]()
    ada, val = str(organizer.user_id), str(viewer.user_id)
    assert company() == {"Both": [val], "Two": [ada], "Alone": [], "All": []}
    after = viewer.get(f"{path}/snapshot")
    changes = viewer.get(f"{path}/changes?since={before['seq']}")["changes"]
    assert fold(before, changes) == comparable(after)
    (change,) = changes
    touched = {op["id"] for op in change["ops"] if op["entity"] == "activity"}
    assert touched == {rows[title]["id"] for title in ("Both", "Two", "Alone")}
    assert {op["entity"] for op in change["ops"]} == {"member", "activity"}


def test_another_role_changes_nothing(path, organizer, participant, rows, company):
    before = company()
    address = f"{path}/members/{participant.user_id}"
    organizer.patch(address, json={"role": "viewer"}, status=200)
    assert company() == before


def test_what_was_deleted_comes_back_without_who_is_gone(
    path, organizer, participant, viewer, rows, company, leave
):
    organizer.delete(f"{path}/activities/{rows['Both']['id']}", status=204)
    leave["is removed"]()
    batch = {
        "mutation_id": "0198c0de-0000-7000-8000-0000000000aa",
        "ops": [{"op": "restore", "entity": "activity", "id": rows["Both"]["id"]}],
    }
    (result,) = organizer.post(f"{path}/changes", json=batch)["results"]
    assert result["status"] == "applied"
    assert company()["Both"] == [str(viewer.user_id)]


def test_who_comes_back_is_not_in_it_again(
    trip, path, organizer, participant, rows, company, leave
):
    leave["is removed"]()
    left = company()
    join(trip["id"], organizer, participant, "participant")
    assert company() == left


def test_other_trips_keep_their_company(organizer, participant, rows, leave):
    other = organizer.post("/trips", json={"title": "Other"})
    join(other["id"], organizer, participant, "participant")
    body = {"title": "There", "participants": [str(participant.user_id)]}
    made = organizer.post(f"/trips/{other['id']}/activities", json=body, status=201)
    leave["is removed"]()
    assert organizer.get(f"/trips/{other['id']}/activities/{made['id']}") == made
