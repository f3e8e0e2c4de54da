"""Deleted content: listed, restored, and never in the way of what is there."""

from __future__ import annotations

import pytest

from wandr.changes import change


@pytest.fixture
def trash(path):
    return lambda person: [one["title"] for one in person.get(f"{path}/activities/trash")["items"]]


@pytest.fixture
def bin(path, participant):
    return lambda row: participant.delete(f"{path}/activities/{row['id']}")


def test_the_last_deleted_comes_first(plan, bin, trash, viewer):
    for row in [plan(name) for name in "abc"]:
        bin(row)
    assert trash(viewer) == ["c", "b", "a"]


def test_it_comes_page_by_page(path, plan, bin, viewer):
    for row in [plan(name) for name in "abc"]:
        bin(row)
    page = viewer.get(f"{path}/activities/trash?limit=2")
    rest = viewer.get(f"{path}/activities/trash?limit=2&cursor={page['next_cursor']}")
    assert [one["title"] for one in page["items"] + rest["items"]] == ["c", "b", "a"]
    assert rest["next_cursor"] is None


def test_what_is_restored_is_where_it_was(path, plan, bin, trash, participant):
    rows = [plan(name, day="2027-04-01", notes=name) for name in "abc"]
    bin(rows[1])
    restored = participant.post(f"{path}/activities/{rows[1]['id']}/restoration")
    assert {**restored, "version": 0, "updated_at": ""} == {
        **rows[1],
        "version": 0,
        "updated_at": "",
    }
    assert [one["title"] for one in participant.get(f"{path}/activities")["items"]] == list("abc")
    assert trash(participant) == []


def test_what_is_there_stays_as_it_is(path, plan, participant):
    row = plan("a")
    again = participant.post(f"{path}/activities/{row['id']}/restoration")
    assert again == row


def test_a_viewer_reads_the_trash_and_restores_nothing(path, plan, bin, trash, viewer, outsider):
    row = plan("a")
    bin(row)
    assert trash(viewer) == ["a"]
    viewer.post(f"{path}/activities/{row['id']}/restoration", status=403)
    outsider.get(f"{path}/activities/trash", status=404)
    outsider.post(f"{path}/activities/{row['id']}/restoration", status=404)


def test_a_trip_holds_only_so_much(path, plan, bin, participant, organizer, monkeypatch):
    monkeypatch.setattr(change, "MOST_ROWS", 3)
    rows = [plan(name) for name in "abc"]
    refused = participant.post(f"{path}/activities", json={"title": "d"}, status=409)
    assert refused["code"] == "trip_overfull"
    bin(rows[0])
    plan("d")
    restored = participant.post(f"{path}/activities/{rows[0]['id']}/restoration", status=409)
    assert restored["code"] == "trip_overfull"
    bin(rows[1])
    participant.post(f"{path}/activities/{rows[0]['id']}/restoration")
    seq = participant.get(path)["seq"]
    undone = organizer.post(f"{path}/changes/{seq - 1}/undo")
    assert undone["results"][0]["error"]["code"] == "trip_overfull"


def test_what_was_refused_does_not_count(path, plan, participant, monkeypatch):
    monkeypatch.setattr(change, "MOST_ROWS", 2)
    participant.post(f"{path}/activities", json={"title": "a", "end_time": "10:00"}, status=422)
    plan("a")
    plan("b")
