"""Places by GraphQL: the same services are asked as by REST, and named when they fail."""

from __future__ import annotations

import json

import pytest

from tests.graphql.conftest import snaked
from tests.graphql.selections import all_of
from tests.locations.services.conftest import answer
from wandr.extensions import db
from wandr.locations import asked
from wandr.locations.loading import LocationRow, load_rows
from wandr.transaction import atomic

LOCATION = all_of("Location")
SEARCH = f'{{ searchLocations(q: "Lisbon", limit: 3) {LOCATION} }}'
CITY = f"{{ nearestCity(lat: 38.7, lon: -9.1) {LOCATION} }}"
HOME = {"name": "Home", "latitude": 1, "longitude": 2}
POINTS = [{"latitude": 35.0, "longitude": 135.76}, {"latitude": 34.69, "longitude": 135.5}]


@pytest.fixture
def lisbon(rolled_back) -> None:
    with atomic():
        city = LocationRow(
            source="test", source_id="1", name="Lisbon", kind="city", latitude=38.72, longitude=-9.14,
            weight=0.9, population=500_000, attribution="us", country_code="PT", timezone="Europe/Lisbon",
        )  # fmt: skip
        load_rows([city])


def test_a_geocoder_is_asked_as_by_rest(ask, services, fake, lisbon, participant):
    services(geocoder="nominatim")
    rest = participant.get("/locations/search?q=Lisbon&limit=3")["items"]
    assert snaked(ask(participant, SEARCH)["searchLocations"]) == rest
    assert "osm" in {one["source"] for one in rest}
    city = participant.get("/locations/reverse?lat=38.7&lon=-9.1")
    assert snaked(ask(participant, CITY)["nearestCity"]) == city
    assert city["source"] == "osm"


def test_a_geocoder_that_fails_is_named(services, fake, lisbon, participant):
    fake.fault = lambda handler: answer(handler, b"{}", status=500)
    services(geocoder="nominatim")
    for query in (SEARCH, CITY):
        told = participant.post("/graphql", json={"query": query})
        assert told["extensions"] == {"degraded": ["nominatim"]}
        (found,) = told["data"].values()
        assert "Lisbon" in json.dumps(found)


def test_no_city_is_not_found_as_by_rest(ask, participant):
    participant.get("/locations/reverse?lat=38.7&lon=-9.1", status=404)
    ask(participant, CITY, code="not_found")


def test_ways_weather_and_rates_are_those_of_rest(ask, participant):
    query = f"""query($p: [PointInput!]!) {{ route(points: $p, mode: "car") {all_of("Route")} matrix(points: $p) {all_of("Matrix")}
        weather(lat: 1, lon: 2, since: "2027-01-01", until: "2027-01-02") {all_of("Weather")} rates(base: "USD") {all_of("Rates")} }}"""
    told = ask(participant, query, p=POINTS)
    sent = {"points": POINTS, "mode": "car"}
    assert snaked(told["route"]) == participant.post("/locations/route", json=sent)
    assert snaked(told["matrix"]) == participant.post("/locations/matrix", json={"points": POINTS})
    days = "lat=1&lon=2&from=2027-01-01&to=2027-01-02"
    assert snaked(told["weather"]) == participant.get(f"/locations/weather?{days}")
    assert told["rates"] == participant.get("/locations/rates?base=USD")
    backwards = '{ weather(lat: 1, lon: 2, since: "2027-01-02", until: "2027-01-01") { source } }'
    ask(participant, backwards, code="invalid")
    ask(participant, query, code="invalid", p=POINTS[:1])


def test_no_connection_is_held_while_a_service_is_asked(ask, participant, monkeypatch):
    held = []

    def watched(*args):
        held.append(db.session.registry().in_transaction())
        return None, []

    monkeypatch.setattr(asked, "_by_router", watched)
    query = "query($p: [PointInput!]!) { me { id } route(points: $p) { mode } }"
    ask(participant, query, p=POINTS)
    assert held == [False]


def test_places_of_ones_own_are_listed_changed_merged_and_deleted(ask, participant, outsider):
    made = [participant.post("/locations", json=HOME | {"name": name})["id"] for name in "ABC"]
    query = f"{{ ownLocations(first: 2) {{ nodes {LOCATION} pageInfo {{ endCursor }} }} }}"
    told, rest = ask(participant, query)["ownLocations"], participant.get("/locations?limit=2")
    assert snaked(told["nodes"]) == rest["items"]
    assert told["pageInfo"]["endCursor"] == rest["next_cursor"]
    update = f'mutation($i: UUID!) {{ updateLocation(id: $i, input: {{name: "D"}}) {LOCATION} }}'
    merge = f"mutation($i: UUID!, $o: UUID!) {{ mergeLocation(id: $i, into: $o) {LOCATION} }}"
    delete = "mutation($i: UUID!) { deleteLocation(id: $i) }"
    others = {"i": made[0], "o": made[1]}
    for asks, given in ((update, {"i": made[0]}), (merge, others), (delete, {"i": made[0]})):
        ask(outsider, asks, code="not_found", **given)
    told = ask(participant, update, i=made[0])["updateLocation"]
    assert told["name"] == "D" and snaked(told) == participant.get(f"/locations/{made[0]}")
    assert ask(participant, merge, **others)["mergeLocation"]["id"] == made[1]
    assert ask(participant, delete, i=made[2]) == {"deleteLocation": made[2]}
    assert [one["id"] for one in participant.get("/locations")["items"]] == [made[1]]
