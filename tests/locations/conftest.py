"""A small real world: 39 cities, 9 airports and 24 sights, as the loader reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection

from wandr.extensions import db
from wandr.locations.loading import LocationRow, load_rows, location_id_of

WORLD = Path(__file__).parent / "world.json"


def read_world() -> list[LocationRow]:
    """The rows of the small world, with every name that the gazetteer has for them."""
    return [LocationRow(**row) for row in json.loads(WORLD.read_text(encoding="utf-8"))]


@pytest.fixture
def world(rolled_back: Connection) -> list[LocationRow]:
    """The small world, loaded."""
    rows = read_world()
    load_rows(rows)
    db.session.commit()
    return rows


@pytest.fixture
def id_of() -> Callable[[str], UUID]:
    """The id of a place by its source and source_id: "geonames:1857910" is Kyoto."""
    return lambda place: location_id_of(*place.split(":"))
