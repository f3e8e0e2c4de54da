"""POST /trips."""

from __future__ import annotations

import pytest

from tests.group import KYOTO


def test_who_creates_a_trip_is_its_organizer(organizer):
    made = organizer.post("/trips", json=KYOTO, status=201)
    assert organizer.raw.headers["Location"].endswith(f"/trips/{made['id']}")
    assert made["role"] == "organizer"
    assert all(made["permissions"].values())
    assert made["seq"] == made["version"] == 1
    assert organizer.get(f"/trips/{made['id']}") == made
    assert made.items() >= KYOTO.items()


def test_a_title_is_enough(organizer):
    made = organizer.post("/trips/", json={"title": "Somewhere"}, status=201)
    assert made["status"] == "planning"
    assert made["start_date"] is None
    assert made["trip_data"] == {}


def test_nobody_creates_a_trip_without_logging_in(client):
    answer = client.post("/api/v1/trips", json=KYOTO)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": 7}, "title"),
        ({"description": "x" * 1001}, "description"),
        ({"end_date": "2027-03-31"}, "end_date"),
        ({"end_date": None}, "end_date"),
        ({"start_date": None}, "start_date"),
        ({"start_date": "0001-01-01"}, "start_date"),
        ({"end_date": "9999-12-31"}, "end_date"),
        ({"end_date": "2028-06-01"}, "end_date"),
        ({"start_date": "2027-02-30"}, "start_date"),
        ({"start_date": "01.04.2027"}, "start_date"),
        ({"start_date": 20270401}, "start_date"),
        ({"status": "dreaming"}, "status"),
        ({"currency": "yen"}, "currency"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"trip_data": []}, "trip_data"),
        ({"trip_data": {"a": "\x00"}}, "trip_data"),
        ({"trip_data": {"a\x00": 1}}, "trip_data"),
        ({"trip_data": {"a": "x" * 70_000}}, "trip_data"),
        ({"seq": 5}, "seq"),
        ({"created_by": "somebody"}, "created_by"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(organizer, change, field):
    refused = organizer.post("/trips", json={**KYOTO, **change}, status=422)
    assert organizer.raw.mimetype == "application/problem+json"
    assert refused["code"] == "invalid"
    assert field in refused["errors"]["json"]
    assert organizer.get("/trips")["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"title": "a", "title": "b"}',
        b'{"title": NaN}',
        b'{"title": "a", "trip_data": {"n": 1e999}}',
        b'{"title": "a", "trip_data": {"n": ' + b"9" * 5000 + b"}}",
        b'{"title": "a", "trip_data": ' + b'{"a":' * 40 + b"1" + b"}" * 41,
        b"[" * 100_000,
    ],
)
def test_what_is_not_plain_json_is_refused(organizer, body):
    refused = organizer.post("/trips", data=body, content_type="application/json", status=400)
    assert refused["code"] == "bad_request"
    assert organizer.get("/trips")["items"] == []


def test_a_lone_surrogate_is_refused(organizer):
    body = b'{"title": "\\ud800"}'
    organizer.post("/trips", data=body, content_type="application/json", status=422)


def test_a_mebibyte_of_nested_json_is_refused(organizer):
    body = b'{"a":' * 200_000 + b"1" + b"}" * 200_000
    organizer.post("/trips", data=body, content_type="application/json", status=413)
    body = b'{"a":' * 170_000 + b"1" + b"}" * 170_000
    organizer.post("/trips", data=body, content_type="application/json", status=400)


def test_another_content_type_is_refused(organizer):
    organizer.post("/trips", data=b"title=x", content_type="text/plain", status=415)


def test_the_first_change_of_the_log_is_the_trip(organizer):
    made = organizer.post("/trips", json=KYOTO)
    (change,) = organizer.get(f"/trips/{made['id']}/changes")["changes"]
    assert [(op["op"], op["entity"]) for op in change["ops"]] == [
        ("create", "trip"),
        ("create", "member"),
    ]
