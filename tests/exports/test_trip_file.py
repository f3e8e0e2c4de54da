"""A trip as a file of its own: exported, imported, exported again; and what is refused."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wandr.changes.feed import snapshot_of
from wandr.changes.ops import Mode, Op
from wandr.changes.service import apply
from wandr.exports.plan import read_plan
from wandr.exports.trip_file import TripFile, trip_file
from wandr.exports.trip_import import import_trip
from wandr.extensions import db
from wandr.http.json import MAX_DEPTH
from wandr.itinerary.content import ACTIVITY
from wandr.itinerary.models import KINDS, STATUSES
from wandr.locations.service import create_custom_place
from wandr.transaction import atomic
from wandr.trips.content import TRIP
from wandr.trips.service import Founder, create_trip

ZONES = ("Asia/Tokyo", "America/New_York", "Pacific/Auckland", None)


def without_ids(document: dict[str, Any]) -> dict[str, Any]:
    """The document, its ids told as the order in which they come."""
    told, numbers = deepcopy(document), count()
    for activity in told["entities"]["activity"]:
        activity["id"] = next(numbers)
    return told


def nested(levels: int) -> dict[str, Any]:
    """An object so many levels deep."""
    value: dict[str, Any] = {"a": 1}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_what_is_kept_may_be_so_deep_that_its_export_is_read_again(organizer, path):
    """The file holds it deeper than the body did that brought it."""
    deep = nested(MAX_DEPTH)
    trip = organizer.get(path)
    organizer.patch(
        path, json={"trip_data": nested(MAX_DEPTH + 1)}, status=422, headers={"If-Match": "*"}
    )
    organizer.patch(path, json={"trip_data": deep}, headers={"If-Match": "*"})
    made = organizer.post("/trips/import", json=organizer.get(f"{path}/export.json"), status=201)
    assert (made["trip_data"], made["title"]) == (deep, trip["title"])


@pytest.fixture
def document(organizer, path, plan, place) -> dict[str, Any]:
    """The file of a trip with some of everything."""
    spot = place(hours="Mo-Fr 09:00-17:00")
    plan(
        "Second", day="2027-04-02", notes="Bring\nwater", url="https://a.example", location_id=spot
    )
    plan("First", day="2027-04-01", start_time="09:00", end_time="10:30", cost_minor=1200)
    plan(
        "Night train",
        kind="transport",
        day="2027-04-02",
        end_day="2027-04-03",
        start_time="22:00",
        end_time="07:00",
        location_id=spot,
        end_location_id=place(name="Other"),
        status="booked",
        booking_ref="X1",
        participants=[str(organizer.user_id)],
        locked=True,
    )
    plan("Idea", status="idea")
    organizer.patch(path, json={"notes": "All of us", "trip_data": {"color": ["pink", 1.5]}})
    return organizer.get(f"{path}/export.json")


def test_the_importer_finds_all_of_it_in_a_trip_of_their_own(organizer, document):
    made = organizer.post("/trips/import", json=document, status=201)
    assert organizer.raw.headers["Location"].endswith(f"/api/v1/trips/{made['id']}")
    assert (made["title"], made["role"], made["seq"], made["notes"]) == (
        "Kyoto in spring", "organizer", 1, "All of us",
    )  # fmt: skip
    again = organizer.get(f"/trips/{made['id']}/export.json")
    assert without_ids(again) == without_ids(document)
    assert not {one["id"] for one in again["entities"]["activity"]} & {
        one["id"] for one in document["entities"]["activity"]
    }


def test_another_server_need_not_know_the_places(outsider, document):
    """Those of somebody else are nobody's here: the importer gets places of their own."""
    made = outsider.post("/trips/import", json=document, status=201)
    again = outsider.get(f"/trips/{made['id']}/export.json")
    assert without_ids(again) == without_ids(document)
    rows = outsider.get(f"/trips/{made['id']}/activities")["items"]
    for row in rows:
        if row["location_id"]:
            assert (
                outsider.get(f"/locations/{row['location_id']}")["name"] == row["location"]["name"]
            )
            assert row["location"]["id"] == row["location_id"]
    before = outsider.get("/locations/search?q=hideaway")["items"]
    outsider.post("/trips/import", json=document, status=201)
    assert outsider.get("/locations/search?q=hideaway")["items"] == before  # found again


def test_it_is_one_change_of_the_log_that_tells_all_rows(organizer, document):
    made = organizer.post("/trips/import", json=document, status=201)
    path = f"/trips/{made['id']}"
    log = organizer.get(f"{path}/changes?since=0")
    assert [(one["seq"], one["source"]) for one in log["changes"]] == [(1, "import")]
    rows = organizer.get(f"{path}/snapshot")["entities"]["activity"]
    told = {
        one["id"]: one["value"] for one in log["changes"][0]["ops"] if one["entity"] == "activity"
    }
    assert told == {row["id"]: row for row in rows}


def test_members_and_secrets_are_no_part_of_it(document, participant, organizer):
    text = json.dumps(document)
    assert participant.email not in text and organizer.display_name not in text
    assert set(document) == {"format", "format_version", "trip", "entities"}


def test_a_key_makes_one_trip_of_two_requests(organizer, document):
    key = {"Idempotency-Key": "once"}
    first = organizer.post("/trips/import", json=document, headers=key, status=201)
    assert organizer.post("/trips/import", json=document, headers=key, status=201) == first


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d.update(format="else"), ["format"]),
        (lambda d: d.update(format_version=2), ["format_version"]),
        (lambda d: d.update(more=1), ["more"]),
        (lambda d: d["trip"].update(title=""), ["trip", "title"]),
        (lambda d: d["trip"].update(end_date="2027-03-01"), ["end_date"]),
        (lambda d: d["entities"].update(spell=[]), ["entities", "spell"]),
        (lambda d: d["entities"]["activity"][1].update(day="2027-13-01"), ["entities", "activity", "1", "day"]),
        (lambda d: d["entities"]["activity"][1].update(end_time="07:00", start_time="08:00"), ["entities", "activity", "1", "end_time"]),
        (lambda d: d["entities"]["activity"][2].update(end_day="2027-03-01"), ["entities", "activity", "2", "end_day"]),
        (lambda d: d["entities"]["activity"][0].update(cost_minor=5, currency=None), ["entities", "activity", "0", "currency"]),
        (lambda d: d["entities"]["activity"][0].update(version=3), ["entities", "activity", "0", "version"]),
        (lambda d: d["entities"]["activity"][1].update(id=d["entities"]["activity"][0]["id"]), ["entities", "activity", "1", "id"]),
        (lambda d: d["entities"]["activity"][1]["location"].update(latitude=91), ["entities", "activity", "1", "location", "latitude"]),
        (lambda d: d["entities"]["activity"][1]["location"].update(timezone="Mars/Phobos"), ["entities", "activity", "1", "location", "timezone"]),
        (lambda d: d["entities"]["activity"][1]["location"].update(timezone="../../etc/passwd"), ["entities", "activity", "1", "location", "timezone"]),
        (lambda d: d["entities"]["activity"][1]["location"].update(country_code="pt"), ["entities", "activity", "1", "location", "country_code"]),
        (lambda d: d["entities"]["activity"][1]["location"].update(name=""), ["entities", "activity", "1", "location", "name"]),
        (lambda d: d["entities"]["activity"][1]["location"].update(name=" "), ["entities", "activity", "1", "location", "name"]),
    ],
)  # fmt: skip
def test_a_bad_file_changes_nothing_and_says_where(organizer, document, change, where):
    before = organizer.get("/trips")
    change(document)
    told = organizer.post("/trips/import", json=document, status=422)["errors"]["json"]
    for name in where:
        assert name in told
        told = told[name]
    assert organizer.get("/trips") == before


def test_a_file_larger_than_a_usual_body_is_taken_and_one_too_large_is_not(organizer, document):
    document["trip"]["trip_data"] = {}
    activity = document["entities"]["activity"][0] | {"notes": "x" * 10_000}
    ids = (str(UUID(int=one)) for one in count(1))
    document["entities"]["activity"] = [activity | {"id": next(ids)} for _ in range(150)]
    assert len(json.dumps(document)) > 1024 * 1024
    organizer.post("/trips/import", json=document, status=201)
    document["entities"]["activity"] *= 6
    organizer.post("/trips/import", json=document, status=413)


def test_a_copy_is_the_same_trip_for_oneself(viewer, path, document):
    made = viewer.post(f"{path}/copy", json={"title": "Mine"}, status=201)
    assert (made["title"], made["role"]) == ("Mine", "organizer")
    copy = viewer.get(f"/trips/{made['id']}/export.json")
    copy["trip"]["title"] = document["trip"]["title"]
    assert without_ids(copy) == without_ids(document)
    assert viewer.post(f"{path}/copy", status=201)["title"] == "Kyoto in spring"


def test_an_outsider_copies_nothing(outsider, path):
    outsider.post(f"{path}/copy", json={}, status=404)


activities = st.builds(
    dict,
    title=st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=30),
    kind=st.sampled_from(KINDS),
    status=st.sampled_from(STATUSES),
    day=st.none() | st.dates(date(2027, 3, 1), date(2027, 4, 30)),
    start_time=st.none() | st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    hours=st.integers(0, 30),
    timezone=st.sampled_from(ZONES),
    end_timezone=st.sampled_from(ZONES),
    notes=st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=50),
    cost_minor=st.none() | st.integers(0, 10**15),
    locked=st.booleans(),
    placed=st.sampled_from((None, 0, 1)),
)  # fmt: skip


def planned(draw: dict[str, Any], places: list[UUID]) -> dict[str, Any]:
    """The fields of an activity that a trip can hold, of what was drawn."""
    hours, placed = draw.pop("hours"), draw.pop("placed")
    fields = {**draw, "currency": "JPY", "location_id": None if placed is None else places[placed]}
    if fields["start_time"] and fields["day"] and hours:
        days, hour = divmod(fields["start_time"].hour + hours, 24)
        fields |= {
            "end_time": time(hour, 15),
            "end_day": fields["day"] + timedelta(days=days) if days else None,
        }
    return fields


@settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(drawn=st.lists(activities, max_size=8), shift=st.integers(-40, 40))
def test_random_trips_survive(organizer, drawn, shift):
    founder = Founder(organizer.user_id, organizer.display_name)
    with atomic():
        places = [
            create_custom_place(
                founder.user_id,
                {"name": f"Place {n}", "kind": "custom", "latitude": n, "longitude": n},
            ).id
            for n in range(2)
        ]
        start = {
            "title": "Random",
            "start_date": date(2027, 3, 5),
            "end_date": date(2027, 3, 20),
            "currency": "JPY",
        }
        trip = create_trip(founder, start)
        ops = [
            Op(
                "create",
                ACTIVITY,
                UUID(int=number + (trip.id.int & ~0xFF)),
                ACTIVITY.loader.load(ACTIVITY.loader.dump(planned(one, places))),
            )
            for number, one in enumerate(drawn)
        ]
        apply(trip.id, founder.user_id, ops, source="rest", mode=Mode.OFFLINE)
        if shift:
            moved = Op("update", TRIP, trip.id, {}, options={"shift_days": shift})
            apply(trip.id, founder.user_id, [moved], source="rest")
        first = trip_file(read_plan(founder.user_id, trip.id))
        made = import_trip(founder, TripFile().load(json.loads(json.dumps(first))))
        second = trip_file(read_plan(founder.user_id, made.id))
        assert without_ids(second) == without_ids(first)
        kept = snapshot_of(made.id, founder.user_id)["entities"]["activity"]
        assert len(kept) == len(first["entities"]["activity"])
        db.session.rollback()
