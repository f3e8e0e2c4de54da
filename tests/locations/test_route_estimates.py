"""POST /locations/route and /locations/matrix"""

from __future__ import annotations

import pytest

from wandr.locations.routing import MODES, estimate_leg
from wandr.locations.sphere import Point, distance_m

KYOTO = {"latitude": 35.0, "longitude": 135.76}
OSAKA = {"latitude": 34.69, "longitude": 135.5}
SYDNEY = {"latitude": -33.87, "longitude": 151.21}


def test_a_route_has_a_leg_between_each_two_points(outsider):
    answer = outsider.post(
        "/locations/route", json={"points": [KYOTO, OSAKA, KYOTO], "mode": "car"}
    )
    assert len(answer["legs"]) == 2
    assert answer["legs"][0] == answer["legs"][1]
    assert answer["distance_m"] == sum(leg["distance_m"] for leg in answer["legs"])
    assert answer["duration_s"] == sum(leg["duration_s"] for leg in answer["legs"])
    assert (answer["source"], answer["estimate"]) == ("estimate", True)
    assert (answer["legs"][0]["source"], answer["legs"][0]["estimate"]) == ("estimate", True)


def test_a_matrix_has_every_pair(outsider):
    answer = outsider.post(
        "/locations/matrix", json={"points": [KYOTO, OSAKA, SYDNEY], "mode": "flight"}
    )
    metres = answer["distances_m"]
    assert [metres[i][i] for i in range(3)] == [0, 0, 0]
    assert metres[0][2] == metres[2][0] > 7_000_000
    assert len(answer["durations_s"]) == 3


@pytest.mark.parametrize(
    ("mode", "low", "high"),
    [("walk", 9, 14), ("bicycle", 2.5, 5), ("transit", 0.7, 2), ("car", 0.6, 1.5)],
)
def test_hours_from_kyoto_to_osaka_are_plausible(mode, low, high):
    leg = estimate_leg(Point(**KYOTO), Point(**OSAKA), mode)
    assert low <= leg.duration_s / 3600 <= high


def test_flying_to_sydney_takes_a_night():
    assert 10 <= estimate_leg(Point(**KYOTO), Point(**SYDNEY), "flight").duration_s / 3600 <= 14


@pytest.mark.parametrize("mode", MODES)
def test_no_way_takes_no_time_and_a_longer_one_more(mode):
    assert estimate_leg(Point(0, 0), Point(0, 0), mode).duration_s == 0
    times = [
        estimate_leg(Point(0, 0), Point(0, x), mode).duration_s for x in (0.01, 0.1, 1, 10, 179)
    ]
    assert times == sorted(times) and times[0] > 0


def test_distances_cross_the_date_line_and_the_poles():
    assert distance_m(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(111_195, abs=50)
    assert distance_m(Point(89.5, 0), Point(89.5, 180)) == pytest.approx(111_195, abs=50)
    assert distance_m(Point(0, 0), Point(0, 180)) == pytest.approx(20_015_000, abs=1000)


@pytest.mark.parametrize("path", ["route", "matrix"])
@pytest.mark.parametrize(
    "body",
    [
        {"points": []},
        {"points": [KYOTO] * 101},
        {"points": [KYOTO, {"latitude": 91, "longitude": 0}]},
        {"points": [KYOTO, {"latitude": 1}]},
        {"points": [KYOTO, OSAKA], "mode": "teleport"},
        {"points": "here"},
        {"points": [KYOTO, None]},
    ],
)
def test_a_bad_question_is_refused(outsider, path, body):
    outsider.post(f"/locations/{path}", json=body, status=422)


def test_nobody_asks_without_logging_in(client):
    body = {"points": [KYOTO, OSAKA]}
    assert client.post("/api/v1/locations/route", json=body).status_code == 401
    assert client.post("/api/v1/locations/matrix", json=body).status_code == 401
