"""Geocoders: what they find becomes a place of ours; what they fail at is done without, and said."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace

import pytest

from tests.locations.services.conftest import FAULTS, answer
from wandr.extensions import db
from wandr.locations.dumps import osm_geojson
from wandr.locations.loading import LocationRow, load_rows
from wandr.locations.models import Location, LocationName
from wandr.transaction import atomic

HERE = {"kind": "museum", "latitude": 38.6917, "longitude": -9.2161}
both = pytest.mark.parametrize("name", ["nominatim", "photon"])


@pytest.fixture
def lisbon(rolled_back) -> None:
    """What is loaded: a city, and a museum of the same name as one that the services know."""
    known = {
        "attribution": "us",
        "country_code": "PT",
        "timezone": "Europe/Lisbon",
        "source": "test",
    }
    with atomic():
        load_rows([
            LocationRow(source_id="1", name="Lisbon", kind="city", latitude=38.72, longitude=-9.14, weight=0.9, population=500_000, **known),
            LocationRow(source_id="2", name="Maat Café", kind="cafe", latitude=38.7, longitude=-9.1, **known),
        ])  # fmt: skip


@both
def test_an_address_is_found_and_can_be_used(services, fake, lisbon, participant, path, name):
    services(geocoder=name)
    found = participant.get("/locations/search?q=maat&near=38.7,-9.2&limit=5")
    assert found["degraded"] == []
    place = found["items"][0]
    assert (place["name"], place["kind"], place["source"], place["source_id"]) == (
        "MAAT",
        "museum",
        "osm",
        "way/42",
    )
    assert (place["country_code"], place["timezone"]) == ("PT", "Europe/Lisbon")
    assert "OpenStreetMap" in place["attribution"]
    assert place["hours"] == ("We-Mo 10:00-19:00" if name == "nominatim" else None)
    made = participant.post(f"{path}/activities", json={"title": "x", "location_id": place["id"]})
    assert made["location"]["name"] == "MAAT"
    attributions = participant.get("/locations/attributions")["attributions"]
    assert "osm" in [one["source"] for one in attributions]


@both
def test_both_know_it_as_the_same_place(services, fake, lisbon, participant, name):
    services(geocoder="nominatim")
    first = participant.get("/locations/search?q=maat")["items"][0]["id"]
    services(geocoder=name)
    assert participant.get("/locations/search?q=maat+lisboa")["items"][0]["id"] == first


def test_the_second_does_not_erase_what_the_first_knew(services, fake, lisbon, participant):
    services(geocoder="nominatim")
    first = participant.get("/locations/search?q=maat")["items"][0]
    fake.answers["/api"] = deepcopy(fake.answers["/api"])
    fake.answers["/api"]["features"][0]["properties"].update(name="Tejo Museum", osm_value="yes")
    services(geocoder="photon")
    second = participant.get("/locations/search?q=tejo")["items"][0]
    assert (first["id"], "museum", "We-Mo 10:00-19:00") == tuple(
        second[one] for one in ("id", "kind", "hours")
    )
    services(geocoder="embedded")
    for name in ("maat", "tejo"):
        found = participant.get(f"/locations/search?q={name}")["items"]
        assert first["id"] in [one["id"] for one in found]


@both
def test_what_was_imported_is_the_same_place_and_stays_known(
    services, fake, lisbon, participant, name
):
    shape = {"type": "Point", "coordinates": [-9.2161, 38.6917]}
    tags = {
        "historic": "castle",
        "name": "Museu da Eletricidade",
        "opening_hours": "Tu 10:00-18:00",
    }
    line = json.dumps({"type": "Feature", "id": "w42", "geometry": shape, "properties": tags})
    row = osm_geojson(line)
    with atomic():
        load_rows([replace(row, context=["Belém"], weight=0.4)])
        before = names_of(row.id)
    services(geocoder=name)
    place = participant.get("/locations/search?q=maat")["items"][0]
    assert (place["id"], place["name"], place["kind"]) == (str(row.id), row.name, "castle")
    assert place["hours"] == ("We-Mo 10:00-19:00" if name == "nominatim" else "Tu 10:00-18:00")
    stored = db.session.get(Location, row.id)
    assert (stored.attributes, stored.context) == (row.attributes, "belem")
    assert names_of(row.id) == before | {"maat": 0.4}


def test_a_name_of_ones_own_stays_ones_own(services, fake, lisbon, participant, viewer):
    services(geocoder="nominatim")
    place = participant.get("/locations/search?q=maat")["items"][0]["id"]
    before = names_of(place)
    own = participant.post("/locations", json={**HERE, "name": "Where we first met"})
    participant.post(f"/locations/{own['id']}/merge", json={"into": place})
    services(geocoder="photon")
    participant.get("/locations/search?q=maat")
    services(geocoder="embedded")
    found = viewer.get("/locations/search?q=where+we+first+met")["items"]
    assert place not in [one["id"] for one in found]
    assert names_of(place) == before


def names_of(location_id):
    found = db.session.query(LocationName).filter_by(location_id=location_id, owner_id=None)
    return {one.name: one.weight for one in found}


@both
def test_the_same_question_is_asked_once_and_politely(services, fake, lisbon, participant, name):
    services(geocoder=name)
    for _ in range(3):
        participant.get("/locations/search?q=maat")
    (asked,) = fake.asked
    assert (
        asked.headers["User-Agent"].startswith("Wandr/") and "http" in asked.headers["User-Agent"]
    )
    assert asked.query["q"] == ["maat"]
    assert "Authorization" not in asked.headers
    participant.get("/locations/search?q=ma")  # too little to ask anybody
    assert len(fake.asked) == 1


@both
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fails_there_the_places_here_are_told_and_who_is_missing(
    services, fake, lisbon, participant, name, fault
):
    services(geocoder=name)
    fake.fault = FAULTS[fault]
    found = participant.get("/locations/search?q=maat", status=200)
    assert [one["name"] for one in found["items"]] == ["Maat Café"]
    assert found["degraded"] == [name] and participant.raw.headers["Wandr-Degraded"] == name
    assert db.session.query(Location).filter_by(source="osm").count() == 0


def test_trouble_that_passes_is_asked_again_at_once(services, fake, lisbon, participant):
    services(geocoder="nominatim")
    fake.fault, fake.faults = FAULTS["500"], 1
    assert participant.get("/locations/search?q=maat")["degraded"] == []
    assert len(fake.asked) == 2


def test_a_service_that_fails_again_and_again_is_left_alone(services, fake, lisbon, participant):
    services(geocoder="nominatim")
    fake.fault = FAULTS["403"]
    for number in range(5):
        assert participant.get(f"/locations/search?q=maat{number}")["degraded"] == ["nominatim"]
    assert len(fake.asked) == 3


def test_what_is_loaded_and_called_so_comes_first_and_nothing_twice(
    services, fake, lisbon, participant
):
    services(geocoder="nominatim")
    here = {"name": "MAAT", "kind": "museum", "latitude": 38.6917, "longitude": -9.2161}
    own = participant.post("/locations", json=here)
    found = participant.get("/locations/search?q=maat")["items"]
    assert [(one["name"], one["id"] == own["id"]) for one in found] == [
        ("MAAT", True),
        ("Maat Café", False),
    ]


def test_a_kind_is_a_kind_there_as_well(services, fake, lisbon, participant):
    services(geocoder="nominatim")
    assert [
        one["name"] for one in participant.get("/locations/search?q=maat&kind=cafe")["items"]
    ] == ["Maat Café"]
    assert [
        one["name"] for one in participant.get("/locations/search?q=maat&kind=museum")["items"]
    ] == ["MAAT"]


@both
def test_a_point_has_an_address(services, fake, lisbon, participant, name):
    services(geocoder=name)
    fake.answers["/reverse"] = (
        fake.answers["/api"] if name == "photon" else fake.answers["/reverse"]
    )
    assert participant.get("/locations/reverse?lat=38.69&lon=-9.216")["name"] == "MAAT"


def test_nowhere_is_the_nearest_city_and_so_is_a_failure(services, fake, lisbon, participant):
    services(geocoder="nominatim")
    fake.answers["/reverse"] = {"error": "Unable to geocode"}
    assert participant.get("/locations/reverse?lat=38.69&lon=-9.2")["name"] == "Lisbon"
    assert "Wandr-Degraded" not in participant.raw.headers
    fake.fault = FAULTS["500"]
    assert participant.get("/locations/reverse?lat=38.6&lon=-9.2")["name"] == "Lisbon"
    assert participant.raw.headers["Wandr-Degraded"] == "nominatim"


def test_what_makes_no_sense_among_good_answers_is_passed_over(services, fake, lisbon, participant):
    services(geocoder="nominatim")
    good = fake.answers["/search"][0]
    bad = [
        {},
        7,
        {**good, "lat": "91"},
        {**good, "lat": "nan"},
        {**good, "osm_type": "x"},
        {**good, "name": "", "display_name": ""},
        {**good, "osm_id": "x"},
        {**good, "osm_id": 10**300},
        {**good, "lat": 10**340},
        {**good, "name": {"en": "MAAT"}, "display_name": 5},
    ]
    fake.answers["/search"] = [*bad, good, good]
    assert [one["name"] for one in participant.get("/locations/search?q=maat")["items"]] == [
        "MAAT",
        "Maat Café",
    ]


@pytest.mark.parametrize("number", [b"NaN", b"1e999", b"1" + b"0" * 400])
def test_a_number_that_is_none_spoils_an_answer(services, fake, lisbon, participant, number):
    services(geocoder="nominatim")
    text = json.dumps([{**fake.answers["/search"][0], "importance": "?"}]).encode()
    fake.fault = lambda one: answer(one, text.replace(b'"?"', number))
    assert participant.get("/locations/search?q=maat")["degraded"] == ["nominatim"]


@pytest.mark.parametrize("bad", [{"osm_id": 10**300}, {"lat": "1" + "0" * 400}, {"name": 5}])
def test_an_answer_without_a_single_good_place_is_a_failure(
    services, fake, lisbon, participant, bad
):
    services(geocoder="nominatim")
    fake.answers["/search"] = [{**fake.answers["/search"][0], **bad}]
    found = participant.get("/locations/search?q=maat", status=200)
    assert found["degraded"] == ["nominatim"]


def test_a_postcode_is_no_place_and_no_failure(services, fake, lisbon, participant):
    services(geocoder="nominatim")
    postcode = {
        "lat": "38.7",
        "lon": "-9.1",
        "type": "postcode",
        "display_name": "1300-598, Lisboa",
    }
    fake.answers["/search"] = [postcode]
    found = participant.get("/locations/search?q=1300-598")
    assert (found["items"], found["degraded"]) == ([], [])


@pytest.mark.parametrize("hours", [5, {}, {"mo": "10:00"}, ["Mo 10:00-19:00"]])
def test_hours_that_are_no_text_are_not_known(services, fake, lisbon, participant, hours):
    services(geocoder="nominatim")
    fake.answers["/search"] = [
        {**fake.answers["/search"][0], "extratags": {"opening_hours": hours}}
    ]
    place = participant.get("/locations/search?q=maat")["items"][0]
    assert (place["name"], place["hours"]) == ("MAAT", None)


def test_without_a_geocoder_nobody_is_asked(services, fake, lisbon, participant):
    services(geocoder="embedded")
    assert participant.get("/locations/search?q=maat")["degraded"] == []
    assert fake.asked == []
