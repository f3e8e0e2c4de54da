"""`make fuzz`: the whole hostile corpus, then schemathesis over a real server, then the canary.

Two people who share nothing are its peers, so that it also tries to read as one what the other
owns. Ending one's own session or account is tried in a run of its own, by somebody else. The
figures and the failures are printed by schemathesis; the exit code is 0 when there is none.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from tests.cast import Person, make_person
from tests.conftest import settings_for
from tests.fuzz.canary import what_is_broken
from tests.fuzz.worlds import furnish
from tests.realtime.server import WebServer
from wandr import create_app
from wandr.devstack import EmbeddedServers
from wandr.extensions import db

TOOL = os.environ.get("WANDR_SCHEMATHESIS", "st")
EXAMPLES, SECONDS = 25, 400
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
    "positive_data_acceptance,unsupported_method,allow_header_conformance,use_after_free,"
    "ensure_resource_availability,ignored_auth,object_level_authorization"
)
# What takes away the right to go on: one's session, one's account.
FAREWELLS = ("log_out", "end_session", "close_my_account")
HOOKS = Path(__file__).with_name("hooks.py")
CONFIG = """
# A schema cannot say that dates come in pairs (422), nor what one has seen (428), nor count requests (429).
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 422, 428, 429]

[auth.wfc]
path = {auth}
"""
PEERS = 'peers = ["Olga", "Pavel"]\n'


def main() -> int:
    """Fuzz, then look whether everything still answers; the exit code."""
    if shutil.which(TOOL) is None:
        sys.stdout.write(
            "skipped: schemathesis is not installed. `pip install 'schemathesis>=4.32,<5'` puts "
            "`st` on PATH; WANDR_SCHEMATHESIS may say where it is.\n"
        )
        return 0
    corpus_failed = _corpus()
    with tempfile.TemporaryDirectory(prefix="wandr-fuzz-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedServers(folder, durable=False) as servers:
            return int(_fuzz(servers, folder) or corpus_failed)


def _corpus() -> bool:
    """Whether any of the hostile corpus got through, in any field of any operation."""
    command = [sys.executable, "-m", "pytest", "tests/hostile", "--hypothesis-profile", "thorough"]
    return subprocess.run(command, check=False).returncode != 0


def _fuzz(servers: EmbeddedServers, folder: Path) -> int:
    app = create_app(settings_for(servers.database_url, servers.redis_url))
    with app.app_context():
        upgrade()
        people = [make_person(app, name) for name in ("Olga", "Pavel", "Lea")]
        known = {person.display_name: furnish(person) for person in people}
        db.engine.dispose()
    (folder / "known.json").write_text(json.dumps(known))
    log = folder / "web.log"
    with WebServer(servers.database_url, servers.redis_url, log, DOCS_ENABLED="1") as server:
        failed = _run(server, folder, people)
    broken = _canary(app, people[:2])
    traces = log.read_text().count("Traceback")
    for line in broken:
        sys.stdout.write(f"broken afterwards: {line}\n")
    sys.stdout.write(f"canary: {len(broken)} broken; {traces} tracebacks in the server's log\n")
    if traces:
        sys.stdout.write(log.read_text()[-20_000:])
    return int(failed or bool(broken) or traces > 0)


def _run(server: WebServer, folder: Path, people: list[Person]) -> bool:
    """Whether schemathesis has found anything."""
    auth = folder / "auth.json"
    auth.write_text(json.dumps({"auth": [_identity(person) for person in people]}))
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.format(auth=json.dumps(str(auth))) + PEERS)
    left_out = [f"--exclude-operation-id={name}" for name in FAREWELLS]
    failed = _schemathesis(server, folder, config, *left_out, "--max-time", str(SECONDS))
    config.write_text(CONFIG.format(auth=json.dumps(str(auth))))
    alone = [f"--include-operation-id={name}" for name in FAREWELLS]
    return _schemathesis(server, folder, config, *alone, "--auth-wfc-user", "Lea") or failed


def _identity(person: Person) -> dict[str, object]:
    header = {"name": "Authorization", "value": f"Bearer {person.token}"}
    return {"name": person.display_name, "fixedHeaders": [header]}


def _schemathesis(server: WebServer, folder: Path, config: Path, *more: str) -> bool:
    command = [
        TOOL, "--config-file", str(config), "run", f"{server.url}/openapi.json",
        "--url", server.url, "--checks", CHECKS, "--max-examples", str(EXAMPLES),
        "--request-timeout", "40", "--workers", "2", "--continue-on-failure", "--no-color",
        "--generation-deterministic", *more,
    ]  # fmt: skip
    environ = os.environ | {
        "SCHEMATHESIS_HOOKS": str(HOOKS),
        "WANDR_KNOWN": str(folder / "known.json"),
    }
    return subprocess.run(command, cwd=folder, env=environ, check=False).returncode != 0


def _canary(app: Flask, people: list[Person]) -> list[str]:
    with app.app_context():
        broken = [line for person in people for line in what_is_broken(app, person)]
        db.engine.dispose()
    return broken


if __name__ == "__main__":
    sys.exit(main())
