"""The migrations lead from nothing to the models and back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from tests.cast import make_person
from tests.conftest import settings_for
from tests.databases import administer
from wandr import create_app
from wandr.base import Base
from wandr.deliveries.lanes import GIVES_UP_AFTER, hold, put_in_lane
from wandr.extensions import db
from wandr.locations.loading import LocationRow, load_rows
from wandr.transaction import atomic

KYOTO = LocationRow(
    source="x", source_id="1", name="Kyoto", kind="city", latitude=35.0, longitude=135.7,
    attribution="x",
)  # fmt: skip
CHECKS = text(
    "SELECT connamespace::regnamespace::text AS place, conname AS name,"
    " pg_get_constraintdef(oid) AS says FROM pg_constraint WHERE contype = 'c'"
    " AND connamespace IN ('public'::regnamespace, 'models'::regnamespace)"
)


@pytest.fixture
def empty_app(servers):
    name = f"wandr_{uuid4().hex}"
    url = make_url(servers.database_url)
    administer(url, f'CREATE DATABASE "{name}"')
    address = url.set(database=name).render_as_string(hide_password=False)
    app = create_app(settings_for(address, servers.redis_url))
    with app.app_context():
        yield app
        db.engine.dispose()
    administer(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def test_up_from_empty_gives_exactly_the_models(empty_app):
    upgrade()
    with db.engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert difference == []


def test_every_check_is_that_of_the_models(empty_app):
    """Alembic compares no checks: here both are made, and Postgres says what it understood."""
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA models"))
        aside = connection.execution_options(schema_translate_map={None: "models"})
        Base.metadata.create_all(aside, checkfirst=False)
        checks = connection.execute(CHECKS).all()
    told = {(one.place, one.name): one.says for one in checks}
    assert {name for _, name in told} >= {"ck_activities_days_in_order"}
    for place, name in told:
        assert told["models", name] == told["public", name], (place, name)


def test_down_leaves_nothing_and_up_again_works(empty_app):
    upgrade()
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert "trips" in inspect(db.engine).get_table_names()


def test_what_only_a_newer_version_takes_outlives_the_way_down_and_up(empty_app):
    """A flight that lands on the day before: nothing of a plan is deleted for a constraint."""
    upgrade()
    person = make_person(empty_app, "Ada")
    trip = person.post("/trips", json={"title": "Samoa"})
    flight = {
        "title": "Apia to Pago Pago",
        **{"day": "2027-01-02", "start_time": "00:30", "timezone": "Pacific/Apia"},
        **{"end_day": "2027-01-01", "end_time": "01:10", "end_timezone": "Pacific/Pago_Pago"},
    }
    address = f"/trips/{trip['id']}/activities"
    made = person.post(address, json=flight, status=201)
    downgrade(revision="0002")
    upgrade()
    assert person.get(address)["items"] == [made]


def test_what_is_to_be_delivered_outlives_the_way_down_and_up(empty_app):
    """Also what is held: the version before knows nothing of that, and tries it."""
    upgrade()
    with atomic():
        for lane in ("a", "b"):
            put_in_lane("mail", lane, {"n": lane})
        hold("b")
    downgrade(revision="0009")
    upgrade()
    with db.engine.connect() as connection:
        told = text("SELECT lane, state, gives_up_at - created_at FROM deliveries ORDER BY number")
        rows = connection.execute(told).all()
    assert [tuple(row) for row in rows] == [
        ("a", "waiting", GIVES_UP_AFTER),
        ("b", "waiting", GIVES_UP_AFTER),
    ]


def test_what_people_call_places_outlives_the_way_down_and_up(empty_app):
    """Before, a place could be called so once, by one of them."""
    upgrade()
    both = [make_person(empty_app, name) for name in ("Ada", "Bo")]
    with atomic():
        load_rows([KYOTO])
    for person in both:
        spot = {"latitude": 35.0, "longitude": 135.7}
        mine = person.post("/locations", json={"name": "Zyx", **spot})["id"]
        person.post(f"/locations/{mine}/merge", json={"into": str(KYOTO.id)})
    downgrade(revision="0010")
    upgrade()
    found = [person.get("/locations/search?q=zyx")["items"] for person in both]
    assert sorted(map(len, found)) == [0, 1]
    assert both[0].get("/locations/search?q=kyoto")["items"][0]["id"] == str(KYOTO.id)


def test_up_twice_is_up_once(empty_app):
    upgrade()
    upgrade()
    assert inspect(db.engine).has_table("trip_changes")
