"""`python -m tests.convergence [runs]`: many runs, each of another trip; what happened is printed."""

from __future__ import annotations

import sys
import tempfile
import time
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
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with tempfile.TemporaryDirectory(prefix="wandr-convergence-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        with EmbeddedServers(Path(name), durable=False) as servers:
            app = create_app(settings_for(servers.database_url, servers.redis_url))
            with app.app_context():
                upgrade()
                people = [make_person(app, one) for one in ("Olga", "Pavel", "Vera")]
            began = time.monotonic()
            told = run(app, people, runs)
            seconds = time.monotonic() - began
    for what, number in sorted(told.items()):
        sys.stdout.write(f"{number:8} {what}\n")
    sys.stdout.write(f"{seconds:8.0f} seconds\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
