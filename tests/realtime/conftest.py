"""Real sockets: one gunicorn with two workers for all tests here, and people to sit at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.cast import Person, make_person
from tests.conftest import settings_for
from tests.databases import Databases
from tests.realtime.device import Device
from tests.realtime.server import WebServer
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.transaction import atomic
from wandr.trips.invites import Invitee, accept_invite, create_invite
from wandr.trips.service import Founder, create_trip


@pytest.fixture(scope="session")
def live_database(databases: Databases) -> Iterator[str]:
    """A database in which what is committed stays."""
    with databases.lent() as url:
        yield url


@pytest.fixture(scope="session")
def live_app(live_database: str, servers: EmbeddedServers) -> Iterator[Flask]:
    """This process's own look at that database."""
    app = create_app(settings_for(live_database, servers.redis_url))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def live(
    live_database: str, servers: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebServer]:
    log = tmp_path_factory.mktemp("live") / "web.log"
    with WebServer(live_database, servers.redis_url, log) as server:
        yield server
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def inside(live_app: Flask) -> Iterator[Flask]:
    """An application context over the live database."""
    with live_app.app_context():
        yield live_app


@pytest.fixture
def person(inside: Flask) -> Callable[[str], Person]:
    """Make somebody."""
    return lambda name: make_person(inside, name)


@pytest.fixture
def group(person: Callable[[str], Person]) -> Group:
    return Group(person)


class Group:
    """A trip, its people, and somebody outside, all fresh."""

    def __init__(self, person: Callable[[str], Person]) -> None:
        self.organizer = person("Olga Organizer")
        self.participant = person("Pavel Participant")
        self.viewer = person("Vera Viewer")
        self.outsider = person("Oscar Outsider")
        founder = Founder(self.organizer.user_id, self.organizer.display_name)
        with atomic():
            self.trip_id = create_trip(founder, {"title": "Kyoto in spring"}).id
        self.admit(self.participant, "participant")
        self.admit(self.viewer, "viewer")

    def admit(self, person: Person, role: str) -> None:
        wanted = {"link": True, "role": role, "expires_in_hours": 1, "max_uses": 1}
        with atomic():
            _, token = create_invite(self.trip_id, self.organizer.user_id, wanted)
            accept_invite(token, Invitee(person.user_id, person.display_name, None))


@pytest.fixture
def device(live: WebServer) -> Iterator[Callable[..., Device]]:
    """Connect somebody's device; all are closed at the end, and have heard what is promised."""
    devices: list[Device] = []

    def connect(person: Person, **more: Any) -> Device:
        devices.append(Device(more.pop("url", live.url), person, **more))
        return devices[-1].connect()

    yield connect
    for one in devices:
        one.close()
    assert [one.strange() for one in devices] == [[] for _ in devices]


@pytest.fixture
def everywhere(live: WebServer, device: Callable[..., Device]) -> Callable[..., list[Device]]:
    """Connect one device of somebody to each of the two workers."""

    def connect(person: Person, server: WebServer = live) -> list[Device]:
        found: dict[int, Device] = {}
        for _ in range(50):
            one = device(person, url=server.url)
            found.setdefault(server.worker_of(one.port), one)
            if len(found) == 2:
                return list(found.values())
        raise AssertionError("All connections went to one worker.")

    return connect
