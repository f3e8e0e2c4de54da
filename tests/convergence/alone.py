"""Runs on every core, each in a process of its own, over servers of its own."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections import Counter
from pathlib import Path

from flask_migrate import upgrade

from tests.cast import make_person
from tests.conftest import settings_for
from tests.convergence.machine import run
from wandr import create_app
from wandr.devstack import EmbeddedServers

RUNS = 2000


def run_on_every_core(runs: int) -> Counter[str]:
    """So many runs, shared out; what happened in them. Raises what one of them found."""
    cores = os.cpu_count() or 1
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        return sum(pool.map(run_on_own_servers, [-(-runs // cores)] * cores), Counter())


def run_on_own_servers(runs: int) -> Counter[str]:
    """So many runs; what happened in them."""
    with tempfile.TemporaryDirectory(prefix="wandr-convergence-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        with EmbeddedServers(Path(name), durable=False) as servers:
            app = create_app(settings_for(servers.database_url, servers.redis_url))
            with app.app_context():
                upgrade()
                people = [make_person(app, one) for one in ("Olga", "Pavel", "Vera")]
            return run(app, people, runs)
