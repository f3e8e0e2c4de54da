"""GET /trips/{trip_id}/export.ics: who gets it, under which name, and how it changes."""

from __future__ import annotations

from urllib.parse import unquote
from uuid import uuid4

import pytest

from tests.exports.ics import content_lines, events_of, read_with_ical


def test_a_viewer_downloads_the_calendar(viewer, path, plan):
    plan("Fushimi Inari", day="2027-04-02", start_time="09:30", timezone="Asia/Tokyo")
    viewer.get(f"{path}/export.ics", status=200)
    assert viewer.raw.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = read_with_ical(viewer.raw.data).events
    assert event.summary == "Fushimi Inari"


def test_an_outsider_cannot_tell_that_it_exists(outsider, path):
    outsider.get(f"{path}/export.ics", status=404)
    hidden = outsider.raw.get_json()
    missing = outsider.get(f"/trips/{uuid4()}/export.ics", status=404)
    assert {**hidden, "request_id": ""} == {**missing, "request_id": ""}


def test_nobody_gets_it_without_logging_in(client, path):
    answer = client.get(f"/api/v1{path}/export.ics")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_the_same_state_is_the_same_file(viewer, path, plan, export):
    plan(day="2027-04-02", start_time="09:30", timezone="Asia/Tokyo")
    assert export() == export()


def test_who_has_it_already_gets_nothing(viewer, path, plan, export):
    export()
    tag = {"If-None-Match": viewer.raw.headers["ETag"]}
    viewer.get(f"{path}/export.ics", headers=tag, status=304)
    assert viewer.raw.data == b""
    plan(day="2027-04-02")
    viewer.get(f"{path}/export.ics", headers=tag, status=200)


def test_an_edit_keeps_the_uid_and_raises_the_sequence(participant, path, plan, export):
    made = plan(day="2027-04-02")
    (first,) = events_of(export())
    participant.patch(
        f"{path}/activities/{made['id']}", json={"title": "Later", "day": "2027-04-03"}
    )
    (second,) = events_of(export())
    assert first["UID"] == second["UID"] == f"{made['id']}@wandr"
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    assert second["LAST-MODIFIED"] >= first["LAST-MODIFIED"]
    assert second["SUMMARY"] == "Later"


def test_ideas_and_what_was_deleted_are_left_out(participant, path, plan, export):
    plan("Some day")
    gone = plan("Gone", day="2027-04-02")
    plan("Here", day="2027-04-02")
    participant.delete(f"{path}/activities/{gone['id']}")
    assert [event["SUMMARY"] for event in events_of(export())] == ["Here"]


def test_the_calendar_says_what_it_is(export):
    lines = content_lines(export())
    assert ("VERSION", "", "2.0") in lines
    assert ("X-WR-CALNAME", "", "Kyoto in spring") in lines
    assert ("X-WR-TIMEZONE", "", "Asia/Tokyo") in lines
    assert not [name for name, _, _ in lines if name == "METHOD"]


@pytest.mark.parametrize(
    ("status", "written"),
    [("planned", "CONFIRMED"), ("booked", "CONFIRMED"), ("done", "CONFIRMED"),
     ("idea", "TENTATIVE"), ("cancelled", "CANCELLED")],
)  # fmt: skip
def test_the_status_is_told(plan, export, status, written):
    plan(day="2027-04-02", status=status)
    (event,) = events_of(export())
    assert event["STATUS"] == written


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Kyoto in spring", "Kyoto in spring"),
        ("京都の春", "京都の春"),
        ('a"; filename="evil.exe', "a filename= evil.exe"),
        ("a\r\nSet-Cookie: b=c", "a Set-Cookie b=c"),
        ("../../etc/passwd", "etc passwd"),
        ("\u202egpj.exe\u2028", "gpj.exe"),
        ("...", "trip"),
        ("%2e%2f", "2e 2f"),
        ("é" * 200, "é" * 80),
    ],
)
def test_the_file_is_named_after_the_trip(organizer, path, title, name):
    organizer.patch(path, json={"title": title})
    organizer.get(f"{path}/export.ics", status=200)
    header = organizer.raw.headers["Content-Disposition"]
    assert header.isascii() and header.isprintable()
    kind, plain, full = header.split("; filename")
    assert kind == "attachment"
    assert plain.startswith('="') and plain.endswith('.ics"') and plain.count('"') == 2
    assert unquote(full.removeprefix("*=UTF-8''")) == f"{name}.ics"
