"""How long a change takes from one socket to another: `python -m tests.realtime.latency`.

Two workers, one writer, one listener in each worker; the fsync'd commit is in the time.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask_migrate import upgrade

from tests.cast import make_person
from tests.conftest import settings_for
from tests.realtime.conftest import Group
from tests.realtime.device import Device, rename
from tests.realtime.server import WebServer, free_port, wait_until
from wandr import create_app
from wandr.devstack import EmbeddedServers

ROUNDS = 300


def measure(rounds: int, *, redis: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="wandr-latency-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServers(Path(folder)) as servers:
            app = create_app(settings_for(servers.database_url, servers.redis_url))
            redis_url = servers.redis_url if redis else f"redis://127.0.0.1:{free_port()}/0"
            with app.app_context():
                upgrade()
                group = Group(lambda name: make_person(app, name))
            with WebServer(servers.database_url, redis_url, Path(folder) / "web.log") as web:
                _tell(f"redis {'up' if redis else 'away'}", _rounds(web, group, rounds))


def _rounds(web: WebServer, group: Group, rounds: int) -> dict[str, list[float]]:
    writer = Device(web.url, group.organizer).connect()
    home = web.worker_of(writer.port)
    devices = [_listener(web, group, lambda worker: worker == home)]
    devices.append(_listener(web, group, lambda worker: worker != home))
    for one in (writer, *devices):
        one.join(group.trip_id)
    found: dict[str, list[float]] = {"ack": [], "same worker": [], "other worker": []}
    for number in range(rounds):
        began = time.perf_counter()
        head = writer.mutate(group.trip_id, rename(group.trip_id, f"Title {number}"))["head"]
        found["ack"].append(time.perf_counter() - began)
        for one, where in zip(devices, list(found)[1:], strict=True):
            wait_until(lambda one=one, head=head: one.seqs()[-1:] == [head], 5)
            found[where].append(one.heard[-1].at - began)
    for one in (writer, *devices):
        one.close()
    return found


def _listener(web: WebServer, group: Group, is_right: Callable[[int], bool]) -> Device:
    while True:
        device = Device(web.url, group.participant).connect()
        if is_right(web.worker_of(device.port)):
            return device
        device.close()


def _tell(what: str, found: dict[str, list[float]]) -> None:
    for name, times in found.items():
        cuts = [1000 * one for one in statistics.quantiles(times, n=100)]
        print(f"{what}: {name} p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms")  # noqa: T201


if __name__ == "__main__":
    measure(int(sys.argv[1]) if sys.argv[1:] else ROUNDS, redis=True)
    measure(10, redis=False)
