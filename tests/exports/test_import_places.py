"""POST /trips/{trip_id}/import: places of GPX, KML and GeoJSON become ideas; nothing else does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from tests.at_once import at_once
from tests.cast import make_person
from tests.statements import counted
from wandr.errors import Forbidden
from wandr.exports.place_files import READERS, Found, plain_text
from wandr.exports.place_import import import_places
from wandr.extensions import db
from wandr.transaction import atomic
from wandr.trips.models import Member, Trip

TYPES = {
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "geojson": "application/geo+json",
}
GPX = b"""<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x">
<wpt lat="35.0" lon="135.7"><name>Tea &amp; cake</name><desc>Go early</desc><cmt>Go early</cmt></wpt>
<wpt lat="95" lon="1"><name>Beyond</name></wpt><wpt lat="nan" lon="1_0"><name>Odd</name></wpt>
<rte><rtept lat="35.1" lon="135.8"/></rte><trk><name>Walk</name></trk></gpx>"""
KML = b"""<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>Tea &amp; cake</name><description><![CDATA[<p>Go <b>early</b></p><script>x</script>]]></description>
<Point><coordinates> 135.7,35.0,0 </coordinates></Point></Placemark>
<Placemark><name>Line</name><LineString><coordinates>1,2 3,4</coordinates></LineString></Placemark>
<Placemark><name>Nowhere</name><Point><coordinates>x,y</coordinates></Point></Placemark>
<NetworkLink><href>http://169.254.169.254/</href></NetworkLink></Folder></Document></kml>"""
GEOJSON = json.dumps({"type": "FeatureCollection", "features": [
    {"type": "Feature", "geometry": {"type": "Point", "coordinates": [135.7, 35.0, 12]},
     "properties": {"name": "Tea & cake", "description": "Go early"}},
    {"type": "Feature", "geometry": {"type": "Point", "coordinates": [True, 1]}, "properties": None},
    {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "properties": {"title": "Line"}},
    {"type": "Feature", "geometry": None}, 7,
]}).encode()  # fmt: skip
BOMB = b"""<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<gpx><wpt lat="1" lon="1"><name>&b;</name></wpt></gpx>"""
OUTSIDE = b"""<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx><wpt lat="1" lon="1"><name>&x;</name></wpt></gpx>"""


@pytest.fixture
def send(path, participant):
    """Sends a file as the participant, or somebody else."""

    def send(form: str, body: bytes, *, by: Any = participant, status: int = 200) -> Any:
        content_type = TYPES.get(form, form)
        return by.post(f"{path}/import", data=body, content_type=content_type, status=status)

    return send


@pytest.mark.parametrize(
    ("form", "body", "skipped"),
    [
        ("gpx", GPX, {"Beyond": "It has no point on Earth.", "Odd": "It has no point on Earth.", "Walk": "It is a track."}),
        ("kml", KML, {"Line": "It is no point.", "Nowhere": "It has no point on Earth."}),
        ("geojson", GEOJSON, {"Unnamed place": "It is no point.", "Line": "It is no point."}),
    ],
)  # fmt: skip
def test_places_become_ideas_and_the_rest_is_named(send, viewer, path, form, body, skipped):
    told = send(form, body)
    assert {one["name"]: one["reason"] for one in told["skipped"]} == skipped
    assert told["skipped_count"] == len(told["skipped"])
    rows = {one["title"]: one for one in viewer.get(f"{path}/activities")["items"]}
    assert sorted(rows) == sorted(one["title"] for one in told["created"])
    tea = rows["Tea & cake"]
    assert (tea["status"], tea["day"]) == ("idea", None)
    assert tea["notes"].startswith("Go early")
    assert (tea["location"]["latitude"], tea["location"]["longitude"]) == (35.0, 135.7)
    assert tea["location"]["source"] == "custom"


def test_it_is_one_change_that_one_undo_takes_back(send, participant, path):
    told = send("gpx", GPX)
    change = participant.get(f"{path}/changes?since={told['head'] - 1}")["changes"][0]
    assert (change["source"], len(change["ops"])) == ("import", 2)
    participant.post(f"{path}/changes/{told['head']}/undo")
    assert participant.get(f"{path}/activities")["items"] == []


def test_they_stand_behind_what_is_there_in_the_order_of_the_file(send, participant, path, plan):
    earlier = [plan(title)["title"] for title in ("Earlier", "Then", "Now")]
    points = "".join(f'<wpt lat="1" lon="{n}"><name>P{n:02}</name></wpt>' for n in range(15))
    send("gpx", f"<gpx>{points}</gpx>".encode())
    plan("Later")
    rows = participant.get(f"{path}/activities?limit=100")["items"]
    assert [one["title"] for one in rows] == [*earlier, *(f"P{n:02}" for n in range(15)), "Later"]
    assert len({one["position"] for one in rows}) == len(rows)


def test_the_same_file_again_adds_nothing(send, participant, path):
    first = send("gpx", GPX)
    again = send("gpx", GPX)
    assert (again["head"], again["created"]) == (first["head"], [])
    assert {"name": "Tea & cake", "reason": "It is in the trip already."} in again["skipped"]
    assert len(participant.get("/locations/search?q=tea+cake")["items"]) == 1


@pytest.mark.parametrize("form", TYPES)
def test_what_was_exported_is_read_again(organizer, participant, path, plan, place, form):
    plan("Tea", day="2027-04-02", location_id=place(), notes="Go <early> & often")
    participant.get(f"{path}/export.{form}")
    body = participant.raw.data
    other = organizer.post("/trips", json={"title": "Other"})
    address = f"/trips/{other['id']}"
    organizer.post(f"{address}/import", data=body, content_type=TYPES[form], status=200)
    (row,) = organizer.get(f"{address}/activities")["items"]
    assert (row["title"], row["location"]["latitude"]) == ("Tea", 35.0116)
    assert "Go <early> & often" in row["notes"]


@pytest.mark.parametrize(
    ("form", "body", "code"),
    [
        ("gpx", b"", "unreadable_file"),
        ("gpx", b"<gpx>", "unreadable_file"),
        ("gpx", b"<kml/>", "unreadable_file"),
        ("gpx", BOMB, "unsafe_file"),
        ("gpx", OUTSIDE, "unsafe_file"),
        ("kml", BOMB.replace(b"gpx", b"kml"), "unsafe_file"),
        ("kml", b'<?xml version="1.0" encoding="utf-7"?><kml/>', "unreadable_file"),
        ("kml", "<kml>\udcff</kml>".encode("utf-8", "surrogatepass"), "unreadable_file"),
        ("geojson", b'{"type": "Topology"}', "unreadable_file"),
        ("geojson", b'{"type": "FeatureCollection", "features": 1}', "unreadable_file"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_changes_nothing(send, participant, path, form, body, code):
    before = participant.get(f"{path}/snapshot")
    assert send(form, body, status=422)["code"] == code
    assert participant.get(f"{path}/snapshot") == before


def test_broken_json_is_a_bad_request(send):
    assert send("geojson", b"{", status=400)["code"] == "bad_request"


@pytest.mark.parametrize(
    "media", ["application/json", "application/vnd.google-earth.kmz", "text/csv"]
)
def test_another_kind_of_file_is_refused_by_name(send, media):
    assert "application/gpx+xml" in send(media, b"x", status=415)["detail"]


def test_too_many_places_are_refused_and_none_is_made(send, participant):
    points = "".join(f'<wpt lat="1" lon="{n / 10}"><name>P{n}</name></wpt>' for n in range(301))
    assert (
        "more than the 300 places"
        in send("gpx", f"<gpx>{points}</gpx>".encode(), status=422)["detail"]
    )
    assert participant.get("/locations/search?q=P17")["items"] == []


def test_of_what_is_left_out_a_hundred_are_told(send):
    features = json.dumps({"type": "FeatureCollection", "features": [0] * 5_000}).encode()
    told = send("geojson", features)
    assert (len(told["skipped"]), told["skipped_count"]) == (100, 5_000)


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("geojson", b'{"type":"FeatureCollection","features":[0' + b",0" * 20_000 + b"]}"),
        ("geojson", b'{"type":"Feature","properties":{"of":[' + b"{}," * 1_000_001 + b"0]}}"),
        ("gpx", b"<gpx>" + b"<trk/>" * 20_001 + b"</gpx>"),
        ("kml", b"<kml>" + b"<Placemark/>" * 20_001 + b"</kml>"),
        ("kml", b"<kml>" + b"<a/>" * 500_000 + b"</kml>"),
    ],
    ids=["features", "values", "tracks", "placemarks", "tags"],
)
def test_a_file_of_no_end_is_refused_before_it_is_gone_through(send, form, body):
    assert send(form, body, status=422)["code"] == "too_much"


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("Tea<br>at <b>five</b>&amp;<p class='x'>Cake</p>", "Tea\nat five&\nCake"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<!-- no --><![CDATA[so]]>it ends <a", "it ends <a"),
        ("Go <!-- if x > 1 <b>or</b> y -->early <!-- so", "Go early <!-- so"),
        ("Hi<!-- a <!-- b --> there", "Hi there"),
        ("&lt;early&gt;", "<early>"),
    ],
)
def test_a_description_is_read_as_text(html, plain):
    assert plain_text(html) == plain


@pytest.mark.parametrize("unit", ["<a ", "<!-- ", "<![CDATA[", "</", "<", "<a", "& ", "&# "])
def test_a_description_full_of_what_never_ends_is_read_at_once(unit):
    """Who looks for the end from each beginning is at it for minutes."""
    assert plain_text(unit * 100_000) == (unit * 100_000).strip()


def test_many_places_cost_as_many_statements_as_few(send):
    costs = []
    for many in (2, 60, 300):
        points = "".join(
            f'<wpt lat="35" lon="{135 + n / 100}"><name>{many} {n}{" of it" * 30}</name></wpt>'
            for n in range(many)
        )
        with counted(db.session.connection()) as seen:
            told = send("gpx", f"<gpx>{points}</gpx>".encode())
        assert len(told["created"]) == many
        costs.append(len(seen))
    assert costs[0] == costs[1] == costs[2] < 40


def test_a_placemark_in_a_placemark_is_part_of_it(send):
    inner = "<Placemark><name>In</name><Point><coordinates>1,2</coordinates></Point></Placemark>"
    told = send("kml", f"<kml><Placemark><name>Out</name>{inner}</Placemark></kml>".encode())
    assert [one["title"] for one in told["created"]] == ["Out"]


def test_two_files_at_once_make_no_place_twice(committed_app):
    person = make_person(committed_app, "Ada")
    trip_id = UUID(person.post("/trips", json={"title": "Kyoto"})["id"])

    def created():
        return len(import_places(trip_id, person.user_id, TYPES["gpx"], GPX)["created"])

    first, second = at_once(committed_app, created, created)
    assert (first, second.result()) == (2, 0)


@pytest.fixture
def meanwhile(committed_app, monkeypatch):
    """Imports a file into its owner's trip, which ends up as told; while the file is read, somebody
    else does what the statement says, and does not wait for the row of the trip."""
    person = make_person(committed_app, "Ada")
    path = f"/trips/{person.post('/trips', json={'title': 'Kyoto'})['id']}"

    def imported(statement: Any) -> Any:
        def read(body: bytes) -> Iterator[Found]:
            with db.engine.begin() as other:
                other.execute(text("SET LOCAL lock_timeout = '1s'"))
                other.execute(statement)
            return iter(())

        monkeypatch.setitem(READERS, TYPES["gpx"], read)
        with atomic():
            import_places(UUID(path.split("/")[-1]), person.user_id, TYPES["gpx"], b"")
        return person.get(path)

    return imported


def test_the_trip_is_not_locked_while_a_file_is_read(meanwhile):
    assert meanwhile(update(Trip).values(title="Nara"))["title"] == "Nara"


def test_who_lost_the_right_while_a_file_was_read_adds_nothing(meanwhile):
    with pytest.raises(Forbidden):
        meanwhile(update(Member).values(role="viewer"))


def test_a_deep_or_large_file_hurts_nobody(send):
    deep = b"<gpx>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</gpx>"
    assert send("gpx", deep)["created"] == []
    tracks = b"<gpx>" + b"<trk/>" * 20_000 + b"</gpx>"
    told = send("gpx", tracks)
    assert (len(told["skipped"]), told["skipped_count"]) == (100, 20_000)
    assert send("gpx", b" " * (8 * 1024 * 1024 + 1), status=413)["code"] == "too_large"


def test_a_viewer_is_refused(send, viewer):
    send("gpx", GPX, by=viewer, status=403)


def test_an_outsider_cannot_tell_that_the_trip_exists(send, outsider):
    send("gpx", GPX, by=outsider, status=404)
