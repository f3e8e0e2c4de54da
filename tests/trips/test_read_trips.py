"""GET /trips and GET /trips/{id}."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.group import KYOTO
from tests.statements import counted


def test_each_member_sees_the_trip_with_their_own_role(trip, path, participant, viewer):
    seen = viewer.get(path)
    assert (seen["role"], seen["permissions"]["edit_itinerary"]) == ("viewer", False)
    assert participant.get(path)["permissions"]["edit_itinerary"] is True
    assert [one["id"] for one in viewer.get("/trips")["items"]] == [trip["id"]]


def test_an_outsider_cannot_tell_it_exists(path, outsider):
    theirs = outsider.get(path, status=404)
    missing = outsider.get(f"/trips/{uuid4()}", status=404)
    assert {**theirs, "request_id": ""} == {**missing, "request_id": ""}
    assert outsider.get("/trips")["items"] == []


def test_a_list_shows_the_same_as_the_trip_itself(trip, path, organizer):
    assert organizer.get("/trips")["items"] == [organizer.get(path)]


def test_a_list_is_paged_newest_first_and_says_so_in_a_link(organizer):
    made = [organizer.post("/trips", json={"title": f"Trip {n}"})["id"] for n in range(5)]
    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = organizer.get("/trips", query_string=query)
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        link = organizer.raw.headers.get("Link")
        assert (cursor is None) == (link is None)
    assert seen == made[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1.5",
        "cursor=abc",
        "wrong=1",
        "status=lost",
        "q=%00",
    ],
)
def test_a_wrong_query_is_refused(organizer, query):
    organizer.get(f"/trips?{query}", status=422)
    assert organizer.raw.mimetype == "application/problem+json"


def test_a_cursor_of_another_list_is_refused(organizer, trip, path):
    for n in range(2):
        organizer.post("/trips", json={"title": f"Trip {n}"})
    cursor = organizer.get("/trips?limit=1")["next_cursor"]
    assert organizer.get("/trips", query_string={"cursor": cursor})["items"]
    organizer.get(f"{path}/members", query_string={"cursor": cursor}, status=422)


def test_filters_narrow_the_list(organizer, trip):
    other = organizer.post("/trips", json={"title": "100% Lisbon", "status": "completed"})["id"]

    def ids(query):
        return [one["id"] for one in organizer.get(f"/trips?{query}")["items"]]

    assert ids("status=completed") == ids("q=100%25") == [other]
    assert ids("q=kyoto") == ids("from=2027-04-05") == ids("to=2027-04-01") == [trip["id"]]
    assert ids("from=2027-04-06") == ids("q=_") == ids("role=viewer") == []


def test_an_etag_saves_the_body(path, organizer, viewer):
    organizer.get(path)
    tag = organizer.raw.headers["ETag"]
    assert organizer.get(path, headers={"If-None-Match": tag}, status=304) is None
    assert organizer.get(path, headers={"If-None-Match": f"W/{tag}"}, status=304) is None
    viewer.get(path, headers={"If-None-Match": tag}, status=200)  # another body: another role


@pytest.mark.parametrize("rows", [1, 20, 100])
def test_a_list_takes_two_statements_however_long(organizer, rolled_back, rows):
    for n in range(rows):
        organizer.post("/trips", json={**KYOTO, "title": f"Trip {n}"})
    with counted(rolled_back) as statements:
        assert len(organizer.get("/trips?limit=100")["items"]) == rows
    assert len(statements) == 2, statements
