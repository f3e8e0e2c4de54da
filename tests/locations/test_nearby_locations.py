"""GET /locations/nearby and /locations/reverse"""

from __future__ import annotations

import pytest

from wandr.locations.service import nearest_city, sights_near


def nearby(person, **query):
    return person.get("/locations/nearby", query_string=query)["items"]


def test_the_nearest_comes_first(world, outsider):
    found = nearby(outsider, lat=35.0394, lon=135.7292, radius_m=5000)
    assert [found[0]["name"], found[0]["distance_m"]] == ["Kinkaku-ji", 0]
    distances = [place["distance_m"] for place in found]
    assert distances == sorted(distances) and distances[-1] <= 5000


def test_nothing_beyond_the_radius_is_told(world, outsider):
    assert nearby(outsider, lat=35.0394, lon=135.7292, radius_m=1) != []
    assert nearby(outsider, lat=35.1, lon=135.2, radius_m=1000) == []


def test_one_kind_is_told(world, outsider):
    found = nearby(outsider, lat=35.0, lon=135.76, radius_m=50_000, kind="city")
    assert [place["name"] for place in found] == ["Kyoto", "Osaka"]


def test_the_date_line_is_no_border(world, outsider):
    east = nearby(outsider, lat=-16.43, lon=-179.99, radius_m=100_000, kind="city")
    west = nearby(outsider, lat=-16.43, lon=179.99, radius_m=100_000, kind="city")
    assert [place["name"] for place in east] == [place["name"] for place in west] == ["Labasa"]


def test_every_meridian_meets_at_the_pole(world, outsider):
    for lon in (0, 90, 180, -135):
        answer = outsider.get(f"/locations/reverse?lat=90&lon={lon}")
        assert answer["name"] == "Longyearbyen"


def test_distances_are_right(world, outsider):
    """Kyoto to Osaka, by the coordinates of GeoNames: 43 km."""
    found = nearby(outsider, lat=35.02107, lon=135.75385, radius_m=50_000, kind="city")
    assert found[1]["distance_m"] == pytest.approx(43_000, abs=1000)


def test_a_point_has_the_zone_and_country_of_its_city(world, outsider):
    answer = outsider.get("/locations/reverse?lat=34.9671&lon=135.7727")
    assert (answer["name"], answer["timezone"]) == ("Kyoto", "Asia/Tokyo")


def test_without_cities_nothing_is_near(rolled_back, outsider):
    outsider.get("/locations/reverse?lat=0&lon=0", status=404)
    assert nearest_city(0, 0) is None


def test_sights_come_with_what_a_planner_needs(world):
    found = sights_near(35.01, 135.77)
    assert "Fushimi Inari Taisha" in [sight.name for sight in found]
    assert all(sight.attributes["minutes"] and sight.attributes["prominence"] for sight in found)
    assert "Eiffel Tower" not in [sight.name for sight in found]


@pytest.mark.parametrize(
    "query",
    [
        "lat=1",
        "lat=91&lon=0",
        "lat=0&lon=-180.1",
        "lat=nan&lon=0",
        "lat=inf&lon=0",
        "lat=1e1&lon=0",
        "lat=0&lon=0&radius_m=0",
        "lat=0&lon=0&radius_m=200001",
        "lat=0&lon=0&radius_m=1.5",
        "lat=0&lon=0&kind=",
    ],
)
def test_a_bad_question_is_refused(outsider, query):
    outsider.get(f"/locations/nearby?{query}", status=422)


def test_nobody_asks_without_logging_in(client):
    assert client.get("/api/v1/locations/nearby?lat=0&lon=0").status_code == 401
    assert client.get("/api/v1/locations/reverse?lat=0&lon=0").status_code == 401
