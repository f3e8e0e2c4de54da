"""Somebody who changes a trip and follows it; and where clients converge: a database whose commits
are commits, for all runs of a module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.cast import Person, make_person
from tests.changes.following import Log
from tests.conftest import settings_for
from tests.databases import Databases
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db

Crowd = tuple[Flask, list[Person]]


@pytest.fixture(scope="module")
def crowd(servers: EmbeddedServers, databases: Databases) -> Iterator[Crowd]:
    """An application and three people that it knows; each run makes a trip of its own."""
    with databases.lent() as url:
        own = create_app(settings_for(url, servers.redis_url))
        with own.app_context():
            people = [make_person(own, name) for name in ("Olga", "Pavel", "Vera")]
        yield own, people
        with own.app_context():
            db.engine.dispose()


@pytest.fixture
def log(path, organizer) -> Log:
    return Log(path, organizer)


@pytest.fixture
def titles(log) -> Callable[[], dict[str | None, list[str]]]:
    """The plan: titles in their order, by day of the month."""

    def titles():
        plan: dict[str | None, list[str]] = {}
        for one in log.person.get(f"{log.path}/activities?limit=100")["items"]:
            plan.setdefault(one["day"] and one["day"][5:], []).append(one["title"])
        return plan

    return titles
