"""GET /locations/{id} and POST /locations: a custom place is its maker's alone."""

from __future__ import annotations

import pytest

from wandr.locations import service
from wandr.locations.service import find_location, location_copy

TEAHOUSE = {"name": "Grandma's teahouse", "latitude": 35.0, "longitude": 135.77}


def test_anybody_reads_a_loaded_place(world, outsider, id_of):
    place = outsider.get(f"/locations/{id_of('geonames:1857910')}")
    assert place["name"] == "Kyoto"
    outsider.get(
        f"/locations/{place['id']}", headers={"If-None-Match": outsider.raw.headers["ETag"]}
    )
    assert outsider.raw.status_code == 304


def test_a_missing_place_is_not_found(outsider, id_of):
    outsider.get(f"/locations/{id_of('geonames:0')}", status=404)


def test_a_place_of_ones_own_is_made_and_read(world, organizer):
    place = organizer.post("/locations", json=TEAHOUSE, status=201)
    assert organizer.raw.headers["Location"].endswith(f"/api/v1/locations/{place['id']}")
    assert organizer.get(f"/locations/{place['id']}") == place
    assert (place["kind"], place["source"]) == ("custom", "custom")


def test_it_takes_country_and_zone_from_the_nearest_city(world, organizer):
    place = organizer.post("/locations", json=TEAHOUSE)
    assert (place["country_code"], place["timezone"]) == ("JP", "Asia/Tokyo")
    mine = TEAHOUSE | {"timezone": "Europe/Paris", "country_code": "FR"}
    place = organizer.post("/locations", json=mine)
    assert (place["country_code"], place["timezone"]) == ("FR", "Europe/Paris")


def test_far_from_any_city_it_has_neither(world, organizer):
    place = organizer.post(
        "/locations", json={"name": "Point Nemo", "latitude": -48.9, "longitude": -123.4}
    )
    assert place["country_code"] is None and place["timezone"] is None


def test_its_maker_finds_it(world, organizer):
    place = organizer.post("/locations", json=TEAHOUSE)
    for q in ("grandmas tea", "granma teahouse", "TEAHOUSE"):
        found = organizer.get("/locations/search", query_string={"q": q})["items"]
        assert found[0]["id"] == place["id"]
    found = organizer.get("/locations/nearby?lat=35&lon=135.77&radius_m=10")["items"]
    assert [one["id"] for one in found] == [place["id"]]


def test_beside_its_namesake_it_is_the_same_place(world, organizer):
    (shrine, *_) = organizer.get("/locations/search?q=Fushimi+Inari+Taisha")["items"]
    beside = {"latitude": shrine["latitude"] + 0.0005, "longitude": shrine["longitude"]}
    organizer.post("/locations", json={"name": shrine["name"], "kind": "shrine", **beside})
    found = organizer.get("/locations/search?q=Fushimi+Inari+Taisha")["items"]
    assert [one["name"] for one in found].count(shrine["name"]) == 1


def test_nobody_else_sees_it(world, organizer, outsider, id_of):
    place = organizer.post("/locations", json=TEAHOUSE)
    outsider.get(f"/locations/{place['id']}", status=404)
    hidden = outsider.raw.get_json() | {"request_id": None}
    outsider.get(f"/locations/{id_of('geonames:0')}", status=404)
    assert outsider.raw.get_json() | {"request_id": None} == hidden
    assert outsider.get("/locations/search", query_string={"q": TEAHOUSE["name"]})["items"] == []
    assert outsider.get("/locations/nearby?lat=35&lon=135.77&radius_m=10")["items"] == []


def test_it_does_not_pass_for_a_city(world, organizer):
    organizer.post("/locations", json=TEAHOUSE)
    assert organizer.get("/locations/reverse?lat=35&lon=135.77")["name"] == "Kyoto"


def test_what_an_activity_keeps_is_json(world, organizer):
    place = organizer.post("/locations", json=TEAHOUSE)
    kept = location_copy(find_location(place["id"], organizer.user_id))
    assert kept == {name: place[name] for name in kept}


def test_there_is_a_limit_to_what_one_user_makes(world, organizer, monkeypatch):
    monkeypatch.setattr(service, "MAX_CUSTOM_PLACES", 1)
    organizer.post("/locations", json=TEAHOUSE)
    refusal = organizer.post("/locations", json={**TEAHOUSE, "name": "Another"}, status=409)
    assert refusal["code"] == "too_many_places"


def test_the_same_key_makes_one_place(world, organizer):
    first = organizer.post("/locations", json=TEAHOUSE, headers={"Idempotency-Key": "tea"})
    assert organizer.post("/locations", json=TEAHOUSE, headers={"Idempotency-Key": "tea"}) == first
    assert len(organizer.get("/locations/nearby?lat=35&lon=135.77&radius_m=10")["items"]) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 201},
        {"name": "a\x00b"},
        {"kind": "city"},
        {"latitude": 91},
        {"latitude": "35"},
        {"longitude": True},
        {"longitude": None},
        {"hours": "whenever"},
        {"timezone": "Mars/Olympus"},
        {"country_code": "jp"},
        {"source": "geonames"},
        {"created_by": None},
        {"id": "x"},
    ],
)
def test_a_bad_place_is_refused(organizer, change):
    organizer.post("/locations", json=TEAHOUSE | change, status=422)


def test_nobody_makes_one_without_logging_in(client):
    assert client.post("/api/v1/locations", json=TEAHOUSE).status_code == 401
