"""PATCH, PUT, DELETE /trips/{id} and the way back from the trash."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_the_organizer_changes_what_is_named_and_nothing_else(
    trip, path, organizer, viewer, method
):
    changed = organizer.send(method, path, json={"title": "Kyoto, later"}, status=200)
    assert changed["title"] == "Kyoto, later"
    assert changed["version"] == changed["seq"] > trip["version"]
    moving = {"title", "version", "seq", "updated_at"}
    assert {k: v for k, v in changed.items() if k not in moving} == {
        k: v for k, v in trip.items() if k not in moving
    }
    assert viewer.get(path)["title"] == "Kyoto, later"


def test_the_same_again_is_no_change(trip, path, organizer):
    same = organizer.patch(path, json={"title": trip["title"]})
    assert (same["seq"], same["version"]) == (trip["seq"], trip["version"])


def test_a_participant_and_a_viewer_are_refused(path, organizer, participant, viewer):
    for person in (participant, viewer):
        refused = person.patch(path, json={"title": "Mine"}, status=403)
        assert refused["code"] == "forbidden"
        person.delete(path, status=403)
    assert organizer.get(path)["title"] == "Kyoto in spring"


def test_an_outsider_gets_not_found(path, outsider):
    outsider.patch(path, json={"title": "Mine"}, status=404)
    outsider.delete(path, status=404)


@pytest.mark.parametrize(
    "body", [{"title": ""}, {"end_date": "2027-03-01"}, {"role": "viewer"}, {"seq": 1}, {"id": "x"}]
)
def test_what_is_wrong_is_refused(trip, path, organizer, body):
    organizer.patch(path, json=body, status=422)
    assert organizer.get(path) == trip


def test_no_body_at_all_is_refused(path, organizer):
    organizer.patch(path, status=400)


def test_if_match_lets_only_the_current_version_write(path, organizer):
    organizer.get(path)
    tag = organizer.raw.headers["ETag"]
    organizer.patch(path, json={"title": "First"}, headers={"If-Match": tag}, status=200)
    stale = organizer.patch(path, json={"title": "Second"}, headers={"If-Match": tag}, status=412)
    assert stale["code"] == "stale"
    weak = f"W/{organizer.get(path) and organizer.raw.headers['ETag']}"
    organizer.patch(path, json={"title": "Third"}, headers={"If-Match": weak}, status=200)
    organizer.patch(path, json={"title": "X"}, headers={"If-Match": "rubbish"}, status=412)
    organizer.patch(path, json={"title": "Fourth"}, headers={"If-Match": "*"}, status=200)


def test_a_deleted_trip_is_in_the_trash_and_comes_back(trip, path, organizer, viewer, plan):
    kept = plan("Nishiki market")
    organizer.delete(path, status=204)
    for person in (organizer, viewer):
        person.get(path, status=404)
        person.get(f"{path}/snapshot", status=404)
        person.get(f"{path}/activities", status=404)
    organizer.post(f"{path}/activities", json={"title": "Late"}, status=404)
    assert organizer.get("/trips")["items"] == []
    assert [one["id"] for one in organizer.get("/trips/trash")["items"]] == [trip["id"]]
    viewer.post(f"{path}/restoration", status=403)
    assert organizer.post(f"{path}/restoration", status=200)["title"] == trip["title"]
    assert organizer.get(f"{path}/activities")["items"] == [kept]
    assert organizer.get("/trips/trash")["items"] == []


def test_restoring_what_is_not_deleted_changes_nothing(trip, path, organizer):
    assert organizer.post(f"{path}/restoration")["seq"] == trip["seq"]


@pytest.mark.parametrize("other", [True, 1.0])
def test_what_python_calls_equal_is_another_value_in_json(path, organizer, other):
    organizer.patch(path, json={"trip_data": {"beds": 1}})
    seq = organizer.get(path)["seq"]
    assert _type_of(organizer.patch(path, json={"trip_data": {"beds": other}})) is type(other)
    assert _type_of(organizer.get(path)) is type(other)
    (change,) = organizer.get(f"{path}/changes?since={seq}")["changes"]
    assert _type_of(change["ops"][0]["fields"]) is type(other)


@pytest.mark.parametrize("number", ["1e308", "-1.5e-300", "5e-324"])
def test_a_number_that_was_read_can_be_written_again(path, organizer, number):
    """Postgres writes it out in full."""
    body = f'{{"trip_data": {{"n": {number}}}}}'
    organizer.patch(path, data=body, content_type="application/json")
    told = organizer.raw.get_data(as_text=True)
    (again,) = re.findall(r'"n" ?: ?([-.0-9]+)', told)
    body = f'{{"trip_data": {{"n": {again}}}}}'
    organizer.patch(path, data=body, content_type="application/json")
    assert organizer.raw.get_data(as_text=True) == told


def test_the_size_of_trip_data_is_that_of_what_readers_get(path, organizer):
    organizer.patch(path, json={"trip_data": {"n": [1e300] * 1000}}, status=422)
    organizer.patch(path, json={"trip_data": {"n": "\N{EURO SIGN}" * 40_000}}, status=422)
    organizer.patch(path, json={"trip_data": {"n": "\N{EURO SIGN}" * 20_000}})


def _type_of(trip):
    return type(trip["trip_data"]["beds"])
