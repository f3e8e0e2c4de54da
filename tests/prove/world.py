"""The processes that a proof torments: Postgres, Valkey and gunicorn, all its own."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import requests
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Row, select

from tests.cast import Person, make_person
from tests.conftest import settings_for
from tests.prove.wire import Hear, Wire, credentials
from tests.realtime.conftest import Group
from tests.realtime.server import WebServer, wait_until
from wandr import create_app
from wandr.changes.models import TripChange
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.transaction import reading

TIMEOUT = 15  # seconds for a request


@dataclass
class World:
    """Where a proof happens. `app` is the proof's own look at the database."""

    servers: EmbeddedServers
    app: Flask
    web: WebServer
    folder: Path
    http: requests.Session = field(default_factory=requests.Session)

    def group(self) -> Group:
        """A trip with an organizer, a participant and a viewer."""
        return Group(self.person)

    def person(self, name: str) -> Person:
        return make_person(self.app, name)

    def send(self, person: Person, method: str, path: str, **more: Any) -> requests.Response:
        """A request to the server, by a connection that is kept."""
        return self.http.request(
            method,
            f"{self.web.url}/api/v1{path}",
            headers={"Authorization": f"Bearer {person.token}"},
            timeout=TIMEOUT,
            **more,
        )

    def snapshot(self, group: Group, person: Person | None = None) -> dict[str, Any]:
        """The whole trip, as the server tells it."""
        answer = self.send(person or group.organizer, "GET", f"/trips/{group.trip_id}/snapshot")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def log(self, trip_id: UUID) -> Sequence[Row[Any]]:
        """What the log of a trip holds, in order: seq, actor_id, mutation_id, ops, at."""
        wanted = select(
            TripChange.seq,
            TripChange.actor_id,
            TripChange.mutation_id,
            TripChange.ops,
            TripChange.at,
        )
        with reading():
            rows = wanted.where(TripChange.trip_id == trip_id).order_by(TripChange.seq)
            return db.session.execute(rows).all()

    def workers(self) -> list[psutil.Process]:
        """The processes that answer, as gunicorn has them now."""
        return psutil.Process(self.web.process.pid).children()

    def server_process(self, name: str) -> psutil.Process:
        """The Postgres or Valkey that was started here: the head of its family."""
        for process in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):
                if process.name() == name and process.cwd().startswith(str(self.folder)):
                    return process
        raise LookupError(f"No {name} was started here.")

    async def wire(self, person: Person, hear: Hear, *, worker: int | None = None) -> Wire:
        """A socket of somebody, at this worker if one is named."""
        for _ in range(100):
            wire = await Wire.open(self.web.port, credentials(person), hear)
            if worker is None or self.web.worker_of(wire.port) == worker:
                return wire
            wire.abort()
        raise LookupError("No connection went to that worker.")


@contextmanager
def world(*, workers: int = 2, **more: str) -> Iterator[World]:
    """Fresh processes, gone with all they stored at the end; `more` is for the web server."""
    with tempfile.TemporaryDirectory(prefix="wandr-prove-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedServers(folder) as servers:
            app = create_app(settings_for(servers.database_url, servers.redis_url))
            more = {"WEB_CONCURRENCY": str(workers)} | more
            with app.app_context():
                upgrade()
                address = (servers.database_url, servers.redis_url)
                with WebServer(*address, folder / "web.log", **more) as web:
                    one = World(servers, app, web, folder)
                    wait_until(lambda: len(one.workers()) == workers, 30)
                    try:
                        yield one
                    finally:
                        one.http.close()
                        db.session.remove()
                        db.engine.dispose()


@contextmanager
def frozen(process: psutil.Process) -> Iterator[None]:
    """A process that takes connections and says nothing."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


async def eventually(condition: Any, seconds: float, tell: str) -> Any:
    """The first true value of the condition. AssertionError when none comes in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, tell
        await asyncio.sleep(0.01)
    return value
