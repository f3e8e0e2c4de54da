"""`python -m tests.convergence [runs]`: many runs, on every core; what happened is printed."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from flask_migrate import upgrade

from tests.cast import make_person
from tests.conftest import settings_for
from tests.convergence.machine import run
from wandr import create_app
from wandr.devstack import EmbeddedServers

RUNS = 2000


def main() -> int:
    """Run it; the exit code. A failure is printed by hypothesis, with the steps that led to it."""
    began = time.monotonic()
    told = run_on_every_core(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
    for what, number in sorted(told.items()):
        sys.stdout.write(f"{number:8} {what}\n")
    sys.stdout.write(f"{time.monotonic() - began:8.0f} seconds\n")
    return 0


def run_on_every_core(runs: int) -> Counter[str]:
    """So many runs, shared out; what happened in them. Raises what one of them found."""
    cores = os.cpu_count() or 1
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        return sum(pool.map(run_on_servers_of_ones_own, [-(-runs // cores)] * cores), Counter())


def run_on_servers_of_ones_own(runs: int) -> Counter[str]:
    """So many runs; what happened in them."""
    with tempfile.TemporaryDirectory(prefix="wandr-convergence-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        with EmbeddedServers(Path(name), durable=False) as servers:
            app = create_app(settings_for(servers.database_url, servers.redis_url))
            with app.app_context():
                upgrade()
                people = [make_person(app, one) for one in ("Olga", "Pavel", "Vera")]
            return run(app, people, runs)


if __name__ == "__main__":
    sys.exit(main())
