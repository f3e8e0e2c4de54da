"""What the assistant says and plans where a zone that is stored is none, or none is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from tests.ai.conftest import Answered
from tests.cast import Person
from wandr.extensions import db
from wandr.itinerary.models import Activity
from wandr.locations.models import Location
from wandr.trips.models import Trip
from wandr.users.models import User
from wandr.zones import ZONES, sea_zone

NOWHERE = "Mars/Olympus_Mons"
DAY = "2027-04-02"


@pytest.fixture(params=[NOWHERE, None])
def zoneless(request: Any, world: Any, plan: Any, id_of: Any) -> None:
    """Everything is where no zone is known."""
    place = str(id_of("wandr-atlas:kyoto-fushimi-inari-taisha"))
    activity = plan("Tea", day=DAY, start_time="10:00", end_time="11:00", location_id=place)
    copy = {**activity["location"], "timezone": request.param}
    for statement in (
        update(Trip).values(timezone=request.param),
        update(User).values(timezone=request.param),
        update(Location).values(timezone=request.param),
        update(Activity).values(timezone=request.param, location=copy),
    ):
        db.session.execute(statement)


@pytest.fixture
def said(answered: Answered, participant: Person) -> Any:
    def said(prompt: str) -> str:
        request = answered(prompt, kind="ask")
        events = participant.get(f"/ai/requests/{request['id']}/events")["events"]
        return str(events[-1]["data"]["text"])

    return said


@pytest.mark.parametrize(
    ("kind", "prompt", "more"),
    [
        ("plan_trip", "2 days, temples in Kyoto", {}),
        ("plan_trip", "4 days in Kyoto and Osaka", {}),
        ("plan_day", "a day in Kyoto", {"day": DAY}),
        ("suggest", "lunch in Kyoto", {}),
        ("ask", f"What is planned on {DAY}?", {}),
        ("ask", f"We are late by 2 hours on {DAY}", {}),
    ],
)
def test_it_plans_and_keeps_no_zone_that_is_none(
    zoneless: Any, answered: Answered, participant: Person, kind: str, prompt: str, more: Any
) -> None:
    request = answered(prompt, kind=kind, **more)
    assert request["status"] == "succeeded"
    if request["proposal_id"] is None:
        return
    items = participant.get(f"/proposals/{request['proposal_id']}")["items"]
    assert items
    zones = {
        op["fields"].get("timezone")
        for item in items
        for op in item["ops"]
        if op["op"] == "create" and op["fields"].get("kind") != "transport"
    }
    assert zones <= {None} and NOWHERE not in json.dumps(items)


def test_it_says_that_it_does_not_know(zoneless: Any, said: Any) -> None:
    assert "is not known" in said(f"When does the sun set in Kyoto on {DAY}?")
    assert "Kyoto: not known." in said("Which time zone is Kyoto in?")


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2027-05-18", "and does not set"),
        ("2027-06-10", "neither rises nor sets"),
        ("2027-12-21", "neither rises nor sets"),
        ("2027-03-20", "sets at 17:"),
    ],
)
def test_it_knows_the_midnight_sun(world: Any, said: Any, id_of: Any, day: str, told: str) -> None:
    tromso = update(Location).where(Location.id == id_of("geonames:1857910"))
    db.session.execute(
        tromso.values(latitude=69.65, longitude=18.95, timezone="Europe/Oslo", country_code="NO")
    )
    assert told in said(f"When does the sun set in Kyoto on {day}?")


@pytest.mark.parametrize(
    ("longitude", "zone"),
    [
        (135.7, "Etc/GMT-9"),
        (-74, "Etc/GMT+5"),
        (3, "UTC"),
        (180, "Etc/GMT-12"),
        (-180, "Etc/GMT+12"),
    ],
)
def test_ships_know_the_time_at_sea(longitude: float, zone: str) -> None:
    assert sea_zone(longitude) == zone
    assert zone in ZONES
