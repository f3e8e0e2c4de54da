"""A real web process: gunicorn by the Procfile's own line, on a free port, over a real database."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from honcho.environ import parse_procfile

from tests.conftest import SECRET

REPOSITORY = Path(__file__).parents[2]
COMMAND = parse_procfile((REPOSITORY / "Procfile").read_text()).processes["web"]


class WebServer:
    """Starts it and, at the end, tells it to end and waits until it has."""

    seconds_to_end = 30  # gunicorn gives what is in flight twenty

    def __init__(self, database_url: str, redis_url: str, log: Path, **more: str) -> None:
        self.port = free_port()
        self.command = COMMAND
        self.log = log
        self.environ = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "WANDR_ENV": "test",
            "SECRET_KEY": SECRET,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "RATELIMIT_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "WANDR_BIND": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
            "PYTHONUNBUFFERED": "1",
        } | more

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                shlex.split(self.command),
                cwd=REPOSITORY,
                env=self.environ,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            wait_until(self._answers, 30, self.log.read_text)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.seconds_to_end)
        except subprocess.TimeoutExpired:
            self._kill()
            raise

    def worker_of(self, port: int) -> int:
        """The process that holds the other end of a client's connection."""
        for worker in psutil.Process(self.process.pid).children():
            remotes = [one.raddr.port for one in worker.net_connections("tcp") if one.raddr]
            if port in remotes:
                return worker.pid
        raise LookupError(f"Nobody holds port {port}.")

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
                return connection.recv(12).startswith(b"HTTP/1.0 200")
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition, seconds: float = 5, tell=lambda: "it did not happen in time"):
    """The first true value of the condition. AssertionError when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, tell()
        time.sleep(0.01)
