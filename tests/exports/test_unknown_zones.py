"""What is stored may name a zone that is none here: it is read as if nothing had been said."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from wandr.extensions import db
from wandr.itinerary.models import Activity
from wandr.locations.models import Location
from wandr.trips.models import Trip
from wandr.users.models import User

NOWHERE = "Mars/Olympus_Mons"


@pytest.fixture
def lost(plan: Any, place: Any) -> dict[str, Any]:
    """A timed activity in a trip of which the zones, one and all, say nothing."""
    activity = plan(
        "Tea", day="2027-04-02", start_time="10:00", end_time="10:30", location_id=place()
    )
    copy = {**activity["location"], "timezone": NOWHERE}
    for statement in (
        update(Trip).values(timezone=NOWHERE),
        update(User).values(timezone=NOWHERE),
        update(Location).values(timezone=NOWHERE),
        update(Activity).values(timezone=NOWHERE, end_timezone=NOWHERE, location=copy),
    ):
        db.session.execute(statement)
    return activity


def test_the_day_is_told_and_its_sun_is_not(lost, participant, path):
    days = {one["day"]: one for one in participant.get(f"{path}/days")["days"]}
    day = days["2027-04-02"]
    assert [one["activity"]["title"] for one in day["items"]] == ["Tea"]
    assert day["sun"] is None


def test_it_is_checked(lost, participant, path):
    findings = participant.get(f"{path}/check")["findings"]
    assert {one["code"] for one in findings} == {"hours_unknown", "stays_unknown"}


def test_the_calendar_has_its_time_without_a_zone(lost, participant, path):
    participant.get(f"{path}/export.ics")
    told = participant.raw.get_data(as_text=True)
    assert "DTSTART:20270402T100000\r\n" in told and NOWHERE not in told
    assert "DTEND:20270402T103000\r\n" in told


@pytest.mark.parametrize("form", ["html", "gpx", "kml", "geojson", "json"])
def test_it_is_exported(lost, participant, path, form):
    participant.get(f"{path}/export.{form}")
    assert "Tea" in participant.raw.get_data(as_text=True)


def test_it_is_copied_and_its_own_file_is_read_again(lost, participant, path):
    db.session.execute(update(Activity).values(location=lost["location"] | {"name": " "}))
    document = participant.get(f"{path}/export.json")
    for made in (
        participant.post(f"{path}/copy", json={}, status=201),
        participant.post("/trips/import", json=document, status=201),
    ):
        (activity,) = participant.get(f"/trips/{made['id']}/activities")["items"]
        assert (made["timezone"], activity["timezone"]) == (None, None)
        assert activity["location"]["name"] == "Unnamed place"


def test_it_can_be_given_an_end_and_another_zone(lost, participant, path):
    address = f"{path}/activities/{lost['id']}"
    assert participant.patch(address, json={"end_time": "11:00"})["end_time"] == "11:00"
    told = participant.patch(address, json={"timezone": "Asia/Tokyo"})
    assert told["timezone"] == "Asia/Tokyo"


def test_a_place_hands_none_of_it_on(lost, plan):
    again = plan("Cake", location_id=lost["location"]["id"])
    assert again["timezone"] is None
