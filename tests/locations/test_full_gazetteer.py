"""The whole gazetteer in a database of its own, loaded once by the command that operators use."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.conftest import settings_for
from tests.databases import Databases
from tests.locations.plans import explained
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.locations.asked import search_places
from wandr.locations.loading import location_id_of
from wandr.locations.models import Location, LocationName
from wandr.locations.service import locations_near, nearest_city, search_locations, sights_near
from wandr.transaction import reading

SOMEBODY = uuid4()
# Misspelt, unaccented, abbreviated, in other scripts: and what is meant.
MEANT = {
    "Kyotto": "geonames:1857910",
    "京都": "geonames:1857910",
    "Fushimi Inri": "wandr-atlas:kyoto-fushimi-inari-taisha",
    "金閣寺": "wandr-atlas:kyoto-kinkaku-ji",
    "Sao Paulo": "geonames:3448439",
    "Zurich": "geonames:2657896",
    "Zuerich": "geonames:2657896",
    "Москва": "geonames:524901",
    "Moksva": "geonames:524901",
    "Αθήνα": "geonames:264371",
    "القاهرة": "geonames:360630",
    "서울": "geonames:1835848",
    "กรุงเทพ": "geonames:1609350",
    "ירושלים": "geonames:281184",
    "თბილისი": "geonames:611717",
    "दिल्ली": "geonames:1273294",
    "宿州": "geonames:1793743",
    "苏州": "geonames:1886760",
    "Londn": "geonames:2643743",
    "San Fransisco": "geonames:5391959",
    "Barcalona": "geonames:3128760",
    "Copenhagn": "geonames:2618425",
    "Reykjavic": "geonames:3413829",
    "Marakesh": "geonames:2542997",
    "Istambul": "geonames:745044",
    "Phillidelphia": "geonames:4560349",
    "Washngton": "geonames:4140963",
    "Pragg": "geonames:3067696",
    "Neu York": "geonames:5128581",
    "Firenze": "geonames:3176959",
    "Lisbonne": "geonames:2267057",
    "Den Haag": "geonames:2747373",
    "Paris, Texas": "geonames:4717560",
    "paris tx": "geonames:4717560",
    "Kyotto, Japan": "geonames:1857910",
    "Eifel Tower": "wandr-atlas:paris-eiffel-tower",
    "Colloseum": "wandr-atlas:rome-colosseum",
    "heathrow": "airportsdata:LHR",
    "kix": "airportsdata:KIX",
    "tokyo airport": "airportsdata:HND",
}


@pytest.fixture(scope="module")
def full_app(servers: EmbeddedServers, databases: Databases) -> Iterator[Flask]:
    """An application over a database that holds the whole world."""
    with databases.lent() as url:
        app = create_app(settings_for(url, servers.redis_url))
        with app.app_context():
            answer = app.test_cli_runner().invoke(args=["locations", "load"])
            assert answer.exit_code == 0, answer.output
            yield app
            db.session.remove()
            db.engine.dispose()


def rows_of(model: type) -> int:
    with reading():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_world_is_there(full_app):
    assert rows_of(Location) >= 60_000
    assert rows_of(LocationName) >= 400_000
    with reading():
        kinds = db.session.execute(select(Location.kind, func.count()).group_by(Location.kind))
        counts = {kind: count for kind, count in kinds}
    assert counts["city"] >= 60_000 and counts["airport"] >= 7_000


def test_the_command_leaves_tables_that_indexes_can_answer_for(full_app):
    with reading():
        pages = text(
            "SELECT relname, relpages, relallvisible FROM pg_class WHERE relname = ANY(:names)"
        )
        found = db.session.execute(pages, {"names": ["locations", "location_names"]}).all()
        # VACUUM passes over a page that something else holds at that moment.
    assert [name for name, pages, visible in found if visible < 0.99 * pages] == []


def test_every_place_names_its_source(full_app):
    with reading():
        sources = set(db.session.scalars(select(Location.source).distinct()))
        blank = select(func.count()).where(Location.attribution == "")
        assert db.session.scalar(blank) == 0
    assert sources == {"geonames", "airportsdata", "wandr-atlas"}


def test_loading_again_changes_nothing(full_app):
    def state() -> object:
        with reading():
            total = func.sum(func.hashtextextended(text("locations::text"), 0))
            return db.session.execute(select(func.count(), total).select_from(Location)).one()

    before, names = state(), rows_of(LocationName)
    answer = full_app.test_cli_runner().invoke(args=["locations", "load", "--country", "jp"])
    assert answer.exit_code == 0, answer.output
    assert (state(), rows_of(LocationName)) == (before, names)


def test_a_full_database_is_left_alone_on_request(full_app):
    answer = full_app.test_cli_runner().invoke(args=["locations", "load", "--if-empty"])
    assert (answer.exit_code, answer.output) == (0, "locations: there already\n")


@pytest.mark.parametrize(("asked", "meant"), MEANT.items())
def test_what_is_meant_is_among_the_first_three(full_app, asked, meant):
    with reading():
        found = [(place.id, place.name) for place in search_locations(asked, viewer_id=SOMEBODY)]
    assert location_id_of(*meant.split(":")) in [place_id for place_id, _ in found[:3]], found


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Venice", "Venice IT"),  # which others call Dayton
        ("Porto", "Porto PT"),  # and Bordeaux
        ("Geneva", "Geneva CH"),  # not the town in Illinois: its own name is Genève
        ("Peking", "Beijing CN"),
        ("Mailand", "Milan IT"),
        ("Köln", "Köln DE"),
        ("Cologne", "Köln DE"),
        ("慶州", "Gyeongju KR"),  # not Qingzhou, which sounds so
        ("Tanger", "Tangier MA"),
        ("edinb", "Edinburgh GB"),
    ],
)
def test_ones_own_name_weighs_more_than_what_others_say(full_app, asked, meant):
    with reading():
        (found,) = search_locations(asked, viewer_id=SOMEBODY, limit=1)
        assert f"{found.name} {found.country_code}" == meant


def test_who_is_near_one_of_two_means_that_one(full_app):
    """Inari is a town in Lapland; who asks in Kyoto means the shrine there."""
    near_shrine, near_town = (
        search_places("inari", viewer_id=SOMEBODY, limit=3, near=near)["items"][0]["country_code"]
        for near in ((34.967, 135.773), (68.9, 27.0))
    )
    assert (near_shrine, near_town) == ("JP", "FI")


@pytest.mark.parametrize("asked", [*MEANT, "s", "sa", "san", "京", "qqqqzzzz", "saint", "new"])
def test_every_search_reads_indexes_only(full_app, asked):
    with explained(db.engine) as plans, reading():
        search_locations(asked, viewer_id=SOMEBODY)
        search_locations(asked, viewer_id=SOMEBODY, near=(51.5, -0.1), kind="city")
    assert plans and not [plan for plan in plans if "Seq Scan" in plan]


@pytest.mark.parametrize("point", [(35.0, 135.76), (-17.8, 179.99), (90.0, 0.0), (0.0, -30.0)])
def test_every_neighbourhood_is_one_walk_of_the_index(full_app, point):
    with explained(db.engine) as plans, reading():
        locations_near(*point, radius_m=200_000, kind=None, limit=20, viewer_id=SOMEBODY)
        nearest_city(*point)
        sights_near(*point)
    everyones = [plan for plan in plans if "created_by =" not in plan]
    assert len(everyones) == 3
    assert all("ix_locations_place" in plan and "Seq Scan" not in plan for plan in everyones)
    nearest_first = [plan for plan in everyones if "Order By: (cube" in plan]
    assert len(nearest_first) >= 2 and not [plan for plan in nearest_first if "Sort" in plan]
