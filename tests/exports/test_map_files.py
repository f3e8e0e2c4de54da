"""GPX, KML and GeoJSON of a trip, read back by GDAL and by a library for each."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from tests.exports.maps import points_by_gdal, points_by_library, ways_by_library
from wandr.base import new_id
from wandr.exports.geojson import cut_at_date_line
from wandr.extensions import db
from wandr.locations.models import Location

TYPES = {
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "geojson": "application/geo+json",
}
HOSTILE = '<script>alert(1)</script> & "quotes" ]]> \x0b \ufffe \u202e =1+1 \r\n</name> 寺'
every_form = pytest.mark.parametrize("form", TYPES)


@pytest.mark.parametrize("form", ["gpx", "kml", "html", "geojson"])
def test_who_made_the_map_is_thanked_and_nobody_for_places_of_ones_own(export, plan, place, form):
    there = {"kind": "temple", "latitude": 35, "longitude": 135, "source": "osm", "source_id": "n1"}
    shrine = Location(id=new_id(), name="Shrine", attribution="© Mappers <ODbL>", **there)
    db.session.add(shrine)
    db.session.flush()
    plan("Tea", day="2027-04-02", location_id=place())
    assert b"Mappers" not in export(form)
    plan("Shrine", day="2027-04-02", location_id=str(shrine.id))
    told = export(form).decode()
    assert "Mappers" in told and (form == "geojson" or "<ODbL>" not in told)


@pytest.fixture
def full(plan, place):
    """Two days with ways, an idea, a journey, and something without a place."""
    inari = place(name="Fushimi Inari", latitude=34.9671, longitude=135.7727)
    gion = place(name="Gion", latitude=35.0037, longitude=135.7751)
    plan("Shrine", day="2027-04-02", start_time="09:30", end_time="11:00", location_id=inari)
    plan(
        "Tea & cake",
        day="2027-04-02",
        location_id=gion,
        notes="Two\nlines",
        url="https://tea.example/ö?a=1",
    )
    plan("Nowhere", day="2027-04-02")
    plan("Train", kind="transport", day="2027-04-03", location_id=gion, end_location_id=inari)
    plan("Perhaps", status="idea", location_id=inari)


@every_form
def test_gdal_and_a_library_find_every_place(export, full, form, tmp_path):
    expected = [
        ("Shrine", 34.9671, 135.7727),
        ("Tea & cake", 35.0037, 135.7751),
        ("Train", 35.0037, 135.7751),
        ("Train → Fushimi Inari", 34.9671, 135.7727),
        ("Perhaps", 34.9671, 135.7727),
    ]
    body = export(form)
    assert points_by_library(body, form) == expected
    file = tmp_path / f"trip.{form}"
    file.write_bytes(body)
    assert points_by_gdal(file) == expected
    assert ways_by_library(body, form) == [2, 2]


@every_form
def test_it_comes_under_its_type_and_the_title_and_only_once(viewer, path, full, form):
    viewer.get(f"{path}/export.{form}", status=200)
    assert viewer.raw.content_type == TYPES[form]
    assert f'filename="Kyoto in spring.{form}"' in viewer.raw.headers["Content-Disposition"]
    tag = {"If-None-Match": viewer.raw.headers["ETag"]}
    viewer.get(f"{path}/export.{form}", headers=tag, status=304)


@every_form
def test_nothing_that_people_type_breaks_out(export, plan, place, form, tmp_path):
    spot = place(name=HOSTILE.replace("\x0b", ""))
    plan(HOSTILE, day="2027-04-02", location_id=spot, notes=HOSTILE, booking_ref=HOSTILE)
    body = export(form)
    file = tmp_path / f"trip.{form}"
    file.write_bytes(body)
    ((name, _, _),) = points_by_library(body, form)
    assert name == points_by_gdal(file)[0][0]
    assert "alert(1)" in name and "\n" not in name and "\x0b" not in name and "\ufffe" not in name


def test_a_reader_of_kml_sees_words_and_not_their_html(export, plan, place):
    plan(day="2027-04-02", location_id=place(), notes="<b>bold</b>\nnext")
    assert b"&amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;&lt;br&gt;next" in export("kml")


@every_form
def test_an_empty_trip_is_a_file_too(export, form):
    assert points_by_library(export(form), form) == []


@every_form
def test_a_place_at_the_edge_of_the_map_has_no_exponent(export, plan, place, form):
    plan(day="2027-04-02", location_id=place(latitude=0.00001, longitude=-179.9999999))
    body = export(form)
    assert points_by_library(body, form)[0][1:] == (0.00001, -179.9999999)
    assert form == "geojson" or b"0.0000100" in body


@every_form
def test_an_outsider_cannot_tell_that_it_exists(outsider, path, form):
    hidden = outsider.get(f"{path}/export.{form}", status=404)
    missing = outsider.get(f"/trips/{uuid4()}/export.{form}", status=404)
    assert {**hidden, "request_id": ""} == {**missing, "request_id": ""}


def test_what_is_cancelled_is_no_part_of_the_way(export, full, organizer, path):
    rows = organizer.get(f"{path}/activities")["items"]
    shrine = next(one for one in rows if one["title"] == "Shrine")
    organizer.patch(f"{path}/activities/{shrine['id']}", json={"status": "cancelled"})
    assert ways_by_library(export("gpx"), "gpx") == [2]
    told = {
        one["properties"]["name"]: one["properties"]
        for one in json.loads(export("geojson"))["features"]
    }
    assert told["Shrine"]["status"] == "cancelled"


def test_a_line_over_the_date_line_is_cut_there():
    assert cut_at_date_line([[170.0, 10.0], [-170.0, 20.0], [-160.0, 20.0]]) == [
        [[170.0, 10.0], [180.0, 15.0]],
        [[-180.0, 15.0], [-170.0, 20.0], [-160.0, 20.0]],
    ]
    assert cut_at_date_line([[-180.0, 1.0], [180.0, 3.0]]) == [
        [[-180.0, 1.0], [-180.0, 2.0]],
        [[180.0, 2.0], [180.0, 3.0]],
    ]
    assert cut_at_date_line([[0.0, 0.0], [10.0, 0.0]]) == [[[0.0, 0.0], [10.0, 0.0]]]
