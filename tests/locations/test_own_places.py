"""Places of one's own: never twice the same, changed, merged and forgotten; nobody else's."""

from __future__ import annotations

import pytest

from tests.at_once import at_once
from tests.cast import make_person
from wandr.locations.adopting import adopt_places
from wandr.locations.custom import add_place
from wandr.locations.loading import load_rows

HOME = {"name": "Home", "latitude": 35.0, "longitude": 135.7}


def test_the_same_place_again_is_the_place_that_is_there(participant, outsider):
    made = participant.post("/locations", json=HOME, status=201)
    assert (
        participant.post(
            "/locations", json={**HOME, "name": "hôme", "latitude": 35.0003}, status=200
        )["id"]
        == made["id"]
    )
    assert (
        participant.post("/locations", json={**HOME, "latitude": 35.001}, status=201)["id"]
        != made["id"]
    )
    assert (
        participant.post("/locations", json={**HOME, "name": "Hut"}, status=201)["id"] != made["id"]
    )
    assert outsider.post("/locations", json=HOME, status=201)["id"] != made["id"]


def test_they_are_listed_newest_first_and_nobody_elses(participant, outsider):
    for number in range(3):
        participant.post("/locations", json={**HOME, "name": f"P{number}"})
    outsider.post("/locations", json=HOME)
    page = participant.get("/locations?limit=2")
    rest = participant.get(f"/locations?limit=2&cursor={page['next_cursor']}")
    assert [one["name"] for one in page["items"] + rest["items"]] == ["P2", "P1", "P0"]


def test_one_is_changed_and_found_by_its_new_name(participant, path, plan):
    made = participant.post("/locations", json=HOME)
    activity = plan("Tea", location_id=made["id"])
    told = participant.patch(
        f"/locations/{made['id']}", json={"name": "Castle", "hours": "Mo 09:00-10:00"}
    )
    assert (told["name"], told["latitude"], told["hours"]) == ("Castle", 35.0, "Mo 09:00-10:00")
    assert [one["id"] for one in participant.get("/locations/search?q=castle")["items"]] == [
        made["id"]
    ]
    assert participant.get("/locations/search?q=home")["items"] == []
    assert participant.get(f"{path}/activities/{activity['id']}")["location"]["name"] == "Home"
    participant.patch(f"/locations/{made['id']}", json={"latitude": 91}, status=422)
    participant.patch(f"/locations/{made['id']}", json={"source": "atlas"}, status=422)


def test_who_has_seen_an_older_version_changes_and_forgets_nothing(participant):
    address = f"/locations/{participant.post('/locations', json=HOME)['id']}"
    participant.get(address)
    seen = {"If-Match": participant.raw.headers["ETag"]}
    participant.patch(address, json={"name": "Castle"}, headers=seen, status=200)
    for call in (participant.patch, participant.delete):
        body = {"json": {"name": "Hut"}} if call == participant.patch else {}
        assert call(address, headers=seen, status=412, **body)["code"] == "stale"
    assert participant.get(address)["name"] == "Castle"
    participant.delete(address, headers={"If-Match": participant.raw.headers["ETag"]}, status=204)


def test_one_that_is_moved_takes_on_the_country_and_zone_of_where_it_is(participant, world):
    made = participant.post("/locations", json={**HOME, "latitude": 35.0116, "longitude": 135.7681})
    assert (made["country_code"], made["timezone"]) == ("JP", "Asia/Tokyo")
    there = {"latitude": 42.1, "longitude": -72.6}
    told = participant.patch(f"/locations/{made['id']}", json=there)
    assert (told["country_code"], told["timezone"]) == ("US", "America/New_York")
    told = participant.patch(f"/locations/{made['id']}", json={"latitude": 0, "longitude": -150})
    assert (told["country_code"], told["admin"], told["timezone"]) == (None, None, None)
    given = {"latitude": 42.1, "longitude": -72.6, "country_code": "XK"}
    assert participant.patch(f"/locations/{made['id']}", json=given)["country_code"] == "XK"


def test_a_name_of_ones_own_for_a_public_place_is_nobody_elses_and_stays(
    participant, outsider, world
):
    public = participant.get("/locations/search?q=kyoto&limit=1")["items"][0]
    spot = {name: public[name] for name in ("latitude", "longitude")}
    mine = participant.post("/locations", json={"name": "Zyx Rendezvous", **spot})
    participant.post(f"/locations/{mine['id']}/merge", json={"into": public["id"]})
    search = f"/locations/search?q=zyx+rendezvous&near={spot['latitude']},{spot['longitude']}"
    for _ in range(2):
        assert [one["id"] for one in participant.get(search)["items"]] == [public["id"]]
        assert outsider.get(search)["items"] == []
        load_rows(world)  # as the next deploy does


def adopt_one(user_id, given):
    """As of a file: the place, and no word on whether it is new."""
    return adopt_places(user_id, [{**given, "source": "custom"}])


@pytest.mark.parametrize("add", [add_place, adopt_one])
def test_two_of_the_same_at_once_are_one(committed_app, add):
    person, given = make_person(committed_app, "Ada"), {**HOME, "kind": "home"}

    def added():
        return add(person.user_id, given)[0].id

    first, second = at_once(committed_app, added, added)
    assert second.result() == first


@pytest.mark.parametrize("name", ["!!!", "🏠", "-", "의"])
def test_a_name_without_letters_that_are_searched_for_is_a_name(participant, name):
    made = participant.post("/locations", json={**HOME, "name": name}, status=201)
    assert participant.post("/locations", json={**HOME, "name": name}, status=200) == made
    assert participant.patch(f"/locations/{made['id']}", json={"name": "?"})["name"] == "?"
    participant.post("/locations", json={**HOME, "name": name}, status=201)


def test_a_change_that_changes_nothing_is_none(participant):
    address = f"/locations/{participant.post('/locations', json=HOME)['id']}"
    participant.get(address)
    seen = participant.raw.headers["ETag"]
    for nothing in ({}, {"name": "Home"}, {"latitude": HOME["latitude"]}):
        participant.patch(address, json=nothing, headers={"If-Match": seen})
        assert participant.raw.headers["ETag"] == seen


def test_one_is_forgotten_and_its_copy_stays(participant, path, plan):
    made = participant.post("/locations", json=HOME)
    activity = plan("Tea", location_id=made["id"])
    participant.delete(f"/locations/{made['id']}", status=204)
    participant.get(f"/locations/{made['id']}", status=404)
    assert participant.get(f"{path}/activities/{activity['id']}")["location"]["name"] == "Home"


@pytest.mark.parametrize("call", ["patch", "delete", "merge"])
def test_nobody_touches_what_is_not_their_own(participant, outsider, call):
    mine = participant.post("/locations", json=HOME)["id"]
    theirs = outsider.post("/locations", json=HOME)["id"]
    if call == "patch":
        outsider.patch(f"/locations/{mine}", json={"name": "x"}, status=404)
    if call == "delete":
        outsider.delete(f"/locations/{mine}", status=404)
    if call == "merge":
        outsider.post(f"/locations/{mine}/merge", json={"into": theirs}, status=404)
        outsider.post(f"/locations/{theirs}/merge", json={"into": mine}, status=404)
    assert participant.get(f"/locations/{mine}")["name"] == "Home"


def test_a_public_place_is_nobodys_to_change(participant, world, id_of):
    kyoto = id_of("geonames:1857910")
    participant.patch(f"/locations/{kyoto}", json={"name": "x"}, status=404)
    participant.delete(f"/locations/{kyoto}", status=404)


def test_rates_have_a_date_and_a_source(participant):
    told = participant.get("/locations/rates?base=EUR")
    assert told["source"] == "European Central Bank" and told["date"].startswith("20")
    assert (
        0.5 < float(told["rates"]["USD"]) < 2
        and "EUR" not in told["rates"]
        and "DEM" not in told["rates"]
    )
    other = participant.get("/locations/rates?base=USD")
    assert abs(float(told["rates"]["USD"]) * float(other["rates"]["EUR"]) - 1) < 0.001
    assert participant.get("/locations/rates?base=XTS")["rates"] == {}
    participant.get("/locations/rates?base=euro", status=422)
