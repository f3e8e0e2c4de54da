"""An application over a database and a Redis database of its own, and real workers for it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from flask import Flask
from redis import Redis

from tests.conftest import SECRET, settings_for
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.jobs import queue

ROOT = Path(__file__).parents[2]
REDIS_DATABASE = 7


@pytest.fixture
def own_redis(servers: EmbeddedServers) -> Iterator[str]:
    """The address of a Redis database that nobody else uses, empty."""
    url = urlsplit(servers.redis_url)._replace(path=f"/{REDIS_DATABASE}").geturl()
    with Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture(autouse=True)
def rested_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that has not yet failed."""
    monkeypatch.setattr(queue, "sender", queue.Sender())


@pytest.fixture
def queue_app(committed_db: str, own_redis: str) -> Iterator[Flask]:
    """An application whose commits and jobs are real."""
    yield from app_over(committed_db, own_redis)


@pytest.fixture
def app_without_redis(committed_db: str) -> Iterator[Flask]:
    """The same while Redis is away."""
    yield from app_over(committed_db, "redis://127.0.0.1:1/0")


def app_over(database_url: str, redis_url: str) -> Iterator[Flask]:
    app = create_app(settings_for(database_url, redis_url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def worker_environment(committed_db: str, own_redis: str) -> dict[str, str]:
    """What a worker finds in its environment."""
    return os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "WANDR_ENV": "test",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": committed_db,
        "REDIS_URL": own_redis,
    }


@pytest.fixture
def start_worker(
    worker_environment: dict[str, str], own_redis: str, tmp_path: Path
) -> Iterator[Callable[[], psutil.Popen]]:
    """Start a worker as the Procfile says; what is still alive at the end is killed."""
    started: list[psutil.Popen] = []

    def start() -> psutil.Popen:
        command = procfile_command("worker", own_redis)
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            told = {"stdout": log, "stderr": subprocess.STDOUT}
            started.append(psutil.Popen(command, cwd=ROOT, env=worker_environment, **told))
        return started[-1]

    yield start
    for worker in started:
        kill(worker)


def procfile_command(name: str, redis_url: str) -> list[str]:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    return [word.replace("$REDIS_URL", redis_url) for word in shlex.split(lines[name])]


def kill(worker: psutil.Popen) -> None:
    """SIGKILL to a worker and its horse at once."""
    if worker.poll() is None:
        for process in [*worker.children(recursive=True), worker]:
            process.kill()
        worker.wait(timeout=5)


def eventually(true: Callable[[], Any], within: float) -> float:
    """Wait until something is so; how many seconds that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within, f"not within {within} s"
        time.sleep(0.02)
    return time.monotonic() - began
