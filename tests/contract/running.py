"""Clients that are other programs, and a Wandr on a free port with servers of its own for them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import upgrade
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.conftest import settings_for
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db


class Quiet(WSGIRequestHandler):
    """Writes no line per request."""

    def log_request(self, *_: object) -> None:
        pass


@contextmanager
def running_wandr() -> Iterator[str]:
    """The address of a fresh Wandr, gone with all it stored at the end."""
    with tempfile.TemporaryDirectory(prefix="wandr-contract-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServers(Path(folder), durable=False) as servers:
            app = create_app(settings_for(servers.database_url, servers.redis_url))
            with app.app_context():
                upgrade()
                db.create_all()  # until every table has its migration
            server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()
                with app.app_context():
                    db.engine.dispose()


def run(command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """What a command prints. Raises CalledProcessError with it when it fails."""
    done = subprocess.run(
        command, cwd=folder, env=environ, check=True, text=True, timeout=300,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.stdout


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
