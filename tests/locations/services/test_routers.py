"""Routers: real ways where one answers, estimates where none does; each says which it is."""

from __future__ import annotations

import pytest

from tests.locations.services.conftest import FAULTS

POINTS = [{"latitude": 38.70, "longitude": -9.20}, {"latitude": 38.71, "longitude": -9.21}, {"latitude": 38.72, "longitude": -9.22}]  # fmt: skip
PROFILES = {
    "osrm": {"walk": "/route/v1/foot/", "bicycle": "/route/v1/bike/", "car": "/route/v1/car/"},
    "valhalla": {"walk": "pedestrian", "bicycle": "bicycle", "car": "auto"},
    "openrouteservice": {
        "walk": "foot-walking",
        "bicycle": "cycling-regular",
        "car": "driving-car",
    },
}
MEASURES = ("distance", "length")
each = pytest.mark.parametrize("name", PROFILES)


def way(person, mode="walk", points=POINTS, **more):
    return person.post("/locations/route", json={"points": points, "mode": mode}, **more)


@each
@pytest.mark.parametrize("mode", ["walk", "bicycle", "car"])
def test_a_route_is_measured_leg_by_leg(services, fake, participant, name, mode):
    services(router=name, router_api_key="secret")
    told = way(participant, mode)
    assert [(one["distance_m"], one["duration_s"]) for one in told["legs"]] == [
        (1234, 900),
        (10, 8),
    ]
    assert {one["source"] for one in told["legs"]} == {name} and not any(
        one["estimate"] for one in told["legs"]
    )
    assert (told["distance_m"], told["duration_s"], told["source"], told["estimate"]) == (
        1244,
        908,
        name,
        False,
    )
    assert told["degraded"] == []
    (asked,) = fake.asked
    assert PROFILES[name][mode] in f"{asked.path} {asked.body}"
    assert ("secret" in str(asked.headers)) == (name == "openrouteservice")


@each
def test_a_matrix_is_measured(services, fake, participant, name):
    services(router=name)
    told = participant.post("/locations/matrix", json={"points": POINTS[:2], "mode": "car"})
    assert (told["distances_m"], told["durations_s"]) == ([[0, 5], [7, 0]], [[0, 50], [61, 0]])
    assert (told["source"], told["estimate"], told["degraded"]) == (name, False, [])


@each
def test_who_knows_the_roads_is_thanked(services, fake, participant, name):
    question = {"points": POINTS[:2], "mode": "car"}
    for router, source in ((name, name), ("embedded", "estimate")):
        services(router=router)
        route, matrix = way(participant), participant.post("/locations/matrix", json=question)
        for told in (route, matrix):
            assert told["source"] == source
            thanked = told["attribution"]
            assert thanked is None if source == "estimate" else "© OpenStreetMap" in thanked


@each
def test_the_same_way_is_asked_once(services, fake, participant, name):
    services(router=name)
    assert way(participant) == way(participant)
    assert len(fake.asked) == 1


@each
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fails_there_an_estimate_is_told_as_one(services, fake, participant, name, fault):
    services(router="embedded")
    expected = way(participant)
    services(router=name)
    fake.fault = FAULTS[fault]
    told = way(participant, status=200)
    assert told == {**expected, "degraded": [name]}
    assert told["estimate"] is True and told["source"] == "estimate"
    matrix = participant.post("/locations/matrix", json={"points": POINTS}, status=200)
    assert matrix["degraded"] == [name] and matrix["estimate"] is True


@each
def test_another_number_of_legs_is_no_answer(services, fake, participant, name):
    services(router=name)
    assert way(participant, points=POINTS[:2])["degraded"] == [name]
    told = participant.post("/locations/matrix", json={"points": POINTS, "mode": "walk"})
    assert told["degraded"] == [name]


@each
@pytest.mark.parametrize("number", [-5, 1e300, 1e9, True, "7", pytest.param(10**340, id="vast")])
def test_a_way_that_cannot_be_is_none(services, fake, participant, name, number):
    def put(told):
        if isinstance(told, dict):
            return {key: number if key in MEASURES else put(one) for key, one in told.items()}
        return [put(one) for one in told] if isinstance(told, list) else told

    services(router=name)
    fake.answers = put(fake.answers)
    told = way(participant, status=200)
    assert (told["source"], told["degraded"]) == ("estimate", [name])


@pytest.mark.parametrize("mode", ["transit", "flight"])
def test_what_a_router_does_not_know_is_estimated_and_nobody_asked(
    services, fake, participant, mode
):
    services(router="osrm")
    told = way(participant, mode)
    assert (told["source"], told["degraded"], fake.asked) == ("estimate", [], [])
