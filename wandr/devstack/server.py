"""One server program: started, awaited, ended."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from wandr.devstack.ending import end_processes
from wandr.devstack.folders import DevstackError
from wandr.devstack.programs import as_ordinary_user

START_SECONDS = 60.0  # crash recovery after a kill -9 counts as starting
STOP_SECONDS = 20.0


class Server:
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
                stdin=subprocess.DEVNULL,
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

    def has_died(self) -> bool:
        return self._child is not None and self._child.poll() is not None

    def end(self) -> None:
        """End what runs in the folder, whoever started it: we, or a program that was killed."""
        processes = self._inhabitants()
        pids = {process.pid for process in processes}
        # Postgres tells its own children.
        heads = [process for process in processes if process.info["ppid"] not in pids]
        end_processes(heads, self._farewell, patience=STOP_SECONDS)
        end_processes(self._inhabitants(), signal.SIGKILL, patience=STOP_SECONDS)
        if self._child:
            self._child.wait()
            self._child = None

    def _inhabitants(self) -> list[psutil.Process]:
        return [
            process
            for process in psutil.process_iter(["name", "cwd", "ppid"])
            if process.info["name"] == self._program and process.info["cwd"] == str(self.home)
        ]


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody has, each another."""
    with ExitStack() as probes:
        found = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in found:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in found]
