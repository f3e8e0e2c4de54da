"""A trip's calendar at a secret address: opened, changed, ended, and dead for who has left."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.at_once import at_once
from tests.cast import make_person
from tests.exports.ics import read_with_ical
from tests.group import join
from wandr.errors import NotFound
from wandr.exports.feeds import open_feed, read_feed


@pytest.fixture
def feed(path, viewer):
    """The address of the viewer's feed, without the host."""

    def open_feed() -> str:
        return viewer.post(f"{path}/calendar", status=201)["url"].removeprefix("http://localhost")

    return open_feed


def test_a_calendar_follows_a_trip_without_logging_in(client, feed, plan):
    address = feed()
    assert address.startswith("/api/v1/calendar/") and address.endswith(".ics")
    plan("Tea", day="2027-04-02")
    answer = client.get(address)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert [one.summary for one in read_with_ical(answer.data).events] == ["Tea"]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_new_address_ends_the_old_one(client, feed):
    old, new = feed(), feed()
    assert old != new
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_of_two_opened_at_once_the_later_one_stays(committed_app):
    person = make_person(committed_app, "Ada")
    trip_id = UUID(person.post("/trips", json={"title": "Kyoto"})["id"])

    def token():
        return open_feed(person.user_id, trip_id)

    first, second = at_once(committed_app, token, token)
    with pytest.raises(NotFound):
        read_feed(first)
    assert read_feed(second.result())


def test_it_can_be_ended_and_ending_it_twice_is_no_error(client, feed, viewer, path):
    address = feed()
    viewer.delete(f"{path}/calendar", status=204)
    viewer.delete(f"{path}/calendar", status=204)
    assert client.get(address).status_code == 404


def test_everybody_has_their_own(client, feed, organizer, path):
    address = feed()
    organizer.post(f"{path}/calendar", status=201)
    organizer.delete(f"{path}/calendar", status=204)
    assert client.get(address).status_code == 200


def test_who_is_removed_reads_nothing_more_not_even_when_they_come_back(
    client, feed, organizer, viewer, path, trip
):
    address = feed()
    organizer.delete(f"{path}/members/{viewer.user_id}", status=204)
    assert client.get(address).status_code == 404
    join(trip["id"], organizer, viewer, "viewer")
    assert client.get(address).status_code == 404
    assert client.get(feed()).status_code == 200


def test_a_trip_in_the_trash_has_no_feed(client, feed, organizer, path):
    address = feed()
    organizer.delete(path, status=204)
    assert client.get(address).status_code == 404


def test_a_guess_and_a_dead_address_look_the_same(client, feed, viewer, path):
    address = feed()
    viewer.delete(f"{path}/calendar", status=204)
    dead, guess = client.get(address).json, client.get("/api/v1/calendar/guess.ics").json
    assert {**dead, "request_id": ""} == {**guess, "request_id": ""}


def test_an_outsider_opens_none(outsider, path):
    outsider.post(f"{path}/calendar", status=404)
    outsider.delete(f"{path}/calendar", status=404)
