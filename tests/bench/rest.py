"""REST under load beside its peer, in one run: `python -m tests.bench.rest` runs it alone.

The peer (`WANDR_PEER`, a folder with app.py and seed.py) needs a Python of its own with FastAPI
(`WANDR_PEER_PYTHON`), and the load comes from `wrk`. What is missing is said, and skipped.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import requests
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from tests.bench.figures import Figure, times_at_least, write_figures
from tests.cast import make_person
from tests.conftest import settings_for
from tests.databases import administer
from tests.realtime.server import WebServer, free_port, wait_until
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.transaction import atomic
from wandr.trips.service import Founder, create_trip

PEER = Path(os.environ.get("WANDR_PEER", "../shared/bench/seed_peer"))
PEER_PYTHON = os.environ.get("WANDR_PEER_PYTHON", sys.executable)
ROUNDS, SECONDS, CONNECTIONS = 5, 5, 16
USERS, TRIPS = 50, 40
TRIP = {"description": "A week away " * 5, "trip_data": {"tags": ["food", "museums"]}}
LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"title": "Trip", "description": "A week away", "trip_data": {"tags": ["food"]}}'
"""


@dataclass
class Target:
    """A server under load: where, as whom, and one trip of theirs."""

    url: str
    token: str
    trip_id: str
    prefix: str = "/api/v1/trips"
    slash: str = ""  # the peer redirects without it

    def rate(self, path: str, *more: str) -> float:
        """Requests per second, by one `wrk` thread over sixteen connections."""
        command = [
            "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency",
            "-H", f"Authorization: Bearer {self.token}", *more, self.url + self.prefix + path,
        ]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert "Non-2xx" not in told and "Socket errors" not in told, told
        return float(re.findall(r"Requests/sec:\s+([\d.]+)", told)[0])


# what is asked for -> how many times what the peer does
CASES = {"list of 20 trips": 2.0, "one trip": 1.5, "create a trip": 1.0}


def measure(folder: Path) -> list[Figure]:
    """Requests per second of Wandr, its peer and the ceiling, in turn; medians and ratios."""
    if missing := _what_is_missing():
        sys.stdout.write(f"skipped, the peer's figures: {missing}\n")
        return []
    with (
        EmbeddedServers(folder) as servers,
        _wandr(servers, folder) as (ours, ceiling),
        _peer(servers, folder) as peer,
    ):
        return [figure for case in CASES for figure in _compare(case, (ours, peer, ceiling))]


def _compare(case: str, targets: tuple[Target, Target, Target]) -> list[Figure]:
    rounds = [[_rate(target, case) for target in targets] for _ in range(ROUNDS)]
    ours, peers, ceilings = zip(*rounds, strict=True)
    peer, goal = median(peers), times_at_least(CASES[case])
    return [
        Figure(case, median(ours), "requests/s", peer, _ratio(ours, peers), goal),
        Figure(f"{case}, ceiling", median(ceilings), "requests/s", peer, _ratio(ceilings, peers)),
    ]


def _ratio(ours: tuple[float, ...], theirs: tuple[float, ...]) -> float:
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def _rate(target: Target, case: str) -> float:
    if case == "list of 20 trips":
        return target.rate(f"{target.slash}?limit=20")
    if case == "one trip":
        return target.rate(f"/{target.trip_id}")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA)
        script.flush()
        return target.rate(target.slash, "-s", script.name)


def _what_is_missing() -> str | None:
    if shutil.which("wrk") is None:
        return "wrk is not installed"
    if not (PEER / "app.py").exists():
        return f"there is no peer in {PEER} (WANDR_PEER)"
    imports = subprocess.run([PEER_PYTHON, "-c", "import fastapi, uvicorn, asyncpg"], check=False)
    return f"{PEER_PYTHON} has no FastAPI (WANDR_PEER_PYTHON)" if imports.returncode else None


@contextmanager
def _wandr(servers: EmbeddedServers, folder: Path) -> Iterator[tuple[Target, Target]]:
    """Wandr with forty trips of one of fifty users; the ceiling is a route of the same server."""
    app = create_app(settings_for(servers.database_url, servers.redis_url))
    with app.app_context():
        upgrade()
        people = [make_person(app, f"User {n}") for n in range(USERS)]
        for person in people:
            founder = Founder(person.user_id, person.display_name)
            with atomic():
                trips = [create_trip(founder, {**TRIP, "title": f"Trip {n}"}) for n in range(TRIPS)]
        token, trip_id = people[-1].token, str(trips[-1].id)
        db.engine.dispose()
    with WebServer(servers.database_url, servers.redis_url, folder / "web.log") as server:
        ours = Target(server.url, token, trip_id)
        with CeilingServer(servers.database_url, servers.redis_url, folder / "top.log") as top:
            yield ours, Target(top.url, token, trip_id, "/ceiling")


class CeilingServer(WebServer):
    """The same server and application, asked for what needs no database."""

    def __init__(self, *args: Any, **more: str) -> None:
        super().__init__(*args, **more)
        self.command = self.command.replace("wsgi:app", "tests.bench.ceiling:app")


@contextmanager
def _peer(servers: EmbeddedServers, folder: Path) -> Iterator[Target]:
    """The peer with the same rows, by two uvicorn workers, over a database of the same Postgres."""
    url = make_url(servers.database_url)
    administer(url, "CREATE DATABASE peer")
    address = url.set(database="peer", drivername="postgresql+asyncpg")
    environ = os.environ | {"DATABASE_URL": address.render_as_string(hide_password=False)}
    seed = [PEER_PYTHON, "seed.py", str(USERS), str(TRIPS)]
    told = subprocess.run(seed, cwd=PEER, env=environ, capture_output=True, text=True, check=True)
    token, trip_id = told.stdout.split()
    port = free_port()
    command = [
        PEER_PYTHON, "-m", "uvicorn", "app:app", "--workers", "2",
        "--port", str(port), "--log-level", "warning",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=PEER, env=environ) as process:
        try:
            wait_until(lambda: _answers(port), 20)
            yield Target(f"http://127.0.0.1:{port}", token, trip_id, slash="/")
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=1).ok
    except requests.RequestException:
        return False


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="wandr-bench-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        write_figures(measure(Path(folder)))
