"""`flask locations import`: open dumps, line by line; what cannot be read is told and skipped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from wandr.extensions import db
from wandr.locations.atlas import KINDS
from wandr.locations.dumps import CATEGORIES, FEATURES, LISTINGS, READERS, TAGS, WORSHIP
from wandr.locations.importing import Tally, read_places
from wandr.locations.models import Location
from wandr.locations.typical import TYPICAL

Import = Callable[..., Result]


def feature(id: str = "node/1", at: Any = (135.77, 35.01), **tags: Any) -> str:
    geometry = {"type": "Point", "coordinates": list(at)}
    made = {"type": "Feature", "id": id, "geometry": geometry, "properties": tags}
    return json.dumps(made, ensure_ascii=False)


def poi(**told: Any) -> str:
    usual = {
        "names": {"primary": "Museum of Tea", "common": {"ja": "お茶博物館"}},
        "categories": {"primary": "art_museum"},
        "confidence": 0.9,
        "addresses": [{"country": "JP"}],
    }
    return feature("08f", **{**usual, **told})


def dump(name: str = "Tea Museum", code: str = "MUS", at: tuple[Any, Any] = (35.01, 135.77)) -> str:
    cells = ["1", name, name, "お茶,Musée", *map(str, at), "S", code, "JP", *[""] * 8, "Asia/Tokyo"]
    return "\t".join([*cells, "2026-01-01"])


def listing(kind: str = "see", title: str = "Tea Museum", hours: str = "") -> str:
    cells = ["Kyoto", kind, title, "Cha", "Q1", *[""] * 8, hours, *[""] * 4, "35.01", "135.77"]
    return ",".join([*cells, *[""] * 4])


GOOD = {
    "geonames": dump(),
    "osm-geojson": feature(name="Tea Museum", tourism="museum", opening_hours="Tu-Su 10:00-17:00"),
    "overture": poi(),
    "wikivoyage": listing(),
}


@pytest.fixture
def importing(app: Flask, world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Write a file and import it with the command that operators use, in this transaction: tables
    cannot be tidied in one."""
    monkeypatch.setattr("wandr.locations.cli._tidy", lambda: None)

    def run(kind: str, *lines: str | bytes) -> Result:
        file = tmp_path / "dump"
        raw = (line.encode() if isinstance(line, str) else line for line in lines)
        file.write_bytes(b"\n".join(raw) + b"\n")
        arguments = ["locations", "import", "--format", kind, str(file)]
        return app.test_cli_runner().invoke(args=arguments)

    return run


def imported(source: str) -> list[Location]:
    db.session.expire_all()
    return list(db.session.scalars(select(Location).where(Location.source == source)))


SOURCES = {"osm-geojson": "osm"}


@pytest.mark.parametrize("kind", sorted(READERS))
def test_a_place_comes_with_its_source_and_what_is_near(
    importing: Import, organizer: Any, kind: str
) -> None:
    result = importing(kind, GOOD[kind])
    assert (result.exit_code, "1 places of 1 lines, 0 unreadable" in result.output) == (0, True)
    found = [one for one in imported(SOURCES.get(kind, kind)) if one.kind == "museum"]
    (place,) = found
    assert (place.country_code, place.timezone) == ("JP", "Asia/Tokyo")
    assert place.attribution
    assert place.attributes["confidence"] == "low"
    near = organizer.get(f"/locations/search?q={place.name}&kind=sight")["items"]
    assert str(place.id) in [one["id"] for one in near]


@pytest.mark.parametrize("kind", sorted(READERS))
def test_twice_is_once(importing: Import, kind: str) -> None:
    importing(kind, GOOD[kind], GOOD[kind])
    before = {one.id for one in imported(SOURCES.get(kind, kind))}
    importing(kind, GOOD[kind])
    assert {one.id for one in imported(SOURCES.get(kind, kind))} == before


def test_everybody_is_told_whom_to_thank(importing: Import, client: Any) -> None:
    def thanked() -> dict[str, int]:
        found = client.get("/api/v1/locations/attributions").get_json()["attributions"]
        return {one["attribution"]: one["places"] for one in found}

    before = thanked()
    assert before["wandr-atlas"] > 0
    importing("osm-geojson", GOOD["osm-geojson"])
    assert thanked() == before | {"© OpenStreetMap contributors, ODbL 1.0": 1}


@pytest.mark.parametrize(
    ("told", "identity"),
    [("w42", "way/42"), ("n1", "node/1"), ("r7", "relation/7"), ("a84", "way/42"),
     ("a85", "relation/42"), ("way/42", "way/42"), ("x42", "x42"), (42, "42")],
)  # fmt: skip
def test_a_thing_of_openstreetmap_has_one_name(told: object, identity: str) -> None:
    place = READERS["osm-geojson"](feature(id=told, name="x", tourism="museum"))
    assert place is not None and (place.source, place.source_id) == ("osm", identity)


def test_importing_again_updates(importing: Import) -> None:
    importing("osm-geojson", feature(name="Old", tourism="museum"))
    importing("osm-geojson", feature(name="New", tourism="museum"))
    assert [one.name for one in imported("osm")] == ["New"]


@pytest.mark.parametrize(
    ("kind", "bad", "told"),
    [
        ("geonames", "one\ttwo", "19 columns expected, 2 found"),
        ("geonames", dump(at=("north", 1)), "could not convert"),
        ("geonames", dump(at=(95, 1)), "no place on Earth"),
        ("geonames", dump(at=("nan", 1)), "no place on Earth"),
        ("osm-geojson", "{broken", "Expecting"),
        ("osm-geojson", '{"type": "FeatureCollection", "features": []}', "one feature on each"),
        ("osm-geojson", '{"type": "Topology"}', "not a feature"),
        ("osm-geojson", feature(at=[], name="x", tourism="museum"), "without a position"),
        ("osm-geojson", feature(at=["a", "b"], name="x", tourism="museum"), ""),
        ("osm-geojson", feature(id="", name="x", tourism="museum"), "without id"),
        ("osm-geojson", feature(name=7, tourism="museum"), ""),
        ("osm-geojson", "{" + '"a":[' * 100_000, ""),
        ("overture", poi(names="x"), ""),
        ("overture", poi(addresses=[7]), ""),
        ("wikivoyage", "Kyoto,see,Tea", "24 columns expected, 3 found"),
        ("wikivoyage", listing().replace("35.01", "north"), "could not convert"),
        ("geonames", b"\xff\xfe", ""),
        ("geonames", dump(name="x\0y"), "NUL"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_the_rest_is_imported(
    importing: Import, kind: str, bad: str | bytes, told: str
) -> None:
    result = importing(kind, GOOD[kind], bad)
    assert result.exit_code == 0, result.output
    assert "1 places of 2 lines, 1 unreadable" in result.output
    (fault,) = [line for line in result.output.splitlines() if line.startswith("line ")]
    assert fault.startswith("line 2: ")
    assert told in fault


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("geonames", dump(code="PPL")),
        ("osm-geojson", feature(name="Bus stop", highway="bus_stop")),
        ("osm-geojson", feature(tourism="museum")),
        ("osm-geojson", '{"type":"FeatureCollection","features":['),
        ("osm-geojson", "]}"),
        ("overture", poi(categories={"primary": "dentist"})),
        ("overture", poi(confidence=0.2)),
        ("wikivoyage", listing("sleep")),
        ("wikivoyage", "article,type,title,alt"),
        ("wikivoyage", ""),
    ],
)
def test_what_is_no_place_to_visit_is_passed_over(importing: Import, kind: str, line: str) -> None:
    result = importing(kind, line)
    assert "0 places of 1 lines, 0 unreadable" in result.output


def test_shapes_have_a_middle_and_worship_a_kind() -> None:
    square = [[[135.0, 35.0], [135.2, 35.0], [135.2, 35.2], [135.0, 35.0]]]
    shape = json.loads(feature(name="Shrine", amenity="place_of_worship", religion="shinto"))
    shape["geometry"] = {"type": "Polygon", "coordinates": square}
    place = READERS["osm-geojson"]("\x1e" + json.dumps(shape) + ",")
    assert place is not None
    assert (place.kind, place.latitude, place.longitude) == ("shrine", 35.1, pytest.approx(135.1))


def test_hours_that_cannot_be_read_are_unknown() -> None:
    for hours, known in (("Mo-Fr 09:00-17:00", True), ("daily nine to five", False), ("", False)):
        place = READERS["osm-geojson"](feature(name="x", tourism="museum", opening_hours=hours))
        assert place is not None
        assert (place.hours is not None) == known


def test_what_kinds_mean_is_known() -> None:
    meant = {*FEATURES.values(), *WORSHIP.values(), *CATEGORIES.values(), *LISTINGS.values()}
    meant |= {kind for _, _, kind in TAGS}
    assert meant <= TYPICAL.keys()
    assert TYPICAL.keys() <= KINDS


def test_many_faults_are_counted(importing: Import) -> None:
    result = importing("geonames", *["bad"] * 25, GOOD["geonames"])
    assert "… and 5 more" in result.output
    assert "1 places of 26 lines, 25 unreadable" in result.output


def test_another_format_or_no_file_is_refused(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    for arguments in (["--format", "word", "x"], ["--format", "geonames", "/nowhere"], []):
        assert run(args=["locations", "import", *arguments]).exit_code == 2


@given(st.sampled_from(sorted(READERS)), st.text())
def test_no_line_is_more_than_unreadable(kind: str, line: str) -> None:
    tally = Tally()
    assert list(read_places([line], READERS[kind], tally)) == []
