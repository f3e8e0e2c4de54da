"""Where clients converge: a database whose commits are commits, for all runs of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.cast import Person, make_person
from tests.conftest import database_copy, settings_for
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db

Crowd = tuple[Flask, list[Person]]


@pytest.fixture(scope="module")
def crowd(servers: EmbeddedServers, app: Flask) -> Iterator[Crowd]:
    """An application and three people that it knows; each run makes a trip of its own."""
    with database_copy(servers) as url:
        own = create_app(settings_for(url, servers.redis_url))
        with own.app_context():
            people = [make_person(own, name) for name in ("Olga", "Pavel", "Vera")]
        yield own, people
        with own.app_context():
            db.engine.dispose()
