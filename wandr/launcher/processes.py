"""The processes of the Procfile: kept running, their output told apart, stopped together."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import IO

import psutil
from honcho.colour import get_colours
from honcho.printer import Message, Printer

from wandr.launcher.children import Children, end_trees

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 10.0
HEALTHY_SECONDS = 30.0  # who lived this long is started again after the first pause


class Screen:
    """One line at a time, behind the time and the name of who says it."""

    def __init__(self, names: Iterable[str]) -> None:
        self._colours = dict(zip(names, get_colours(), strict=False))
        self._printer = Printer(sys.stdout, width=max(map(len, self._colours)))
        self._turn = threading.Lock()

    def say(self, name: str, text: str | bytes) -> None:
        now = datetime.now(UTC).astimezone()
        # A terminal that is gone must not stop us from reading what the processes write.
        with self._turn, contextlib.suppress(OSError):
            self._printer.write(Message("line", text, now, name, self._colours[name]))


class Process:
    """One command of the Procfile, started again whenever it dies."""

    def __init__(self, name: str, command: str, screen: Screen) -> None:
        self._name = name
        self._command = command
        self._screen = screen
        self._child: subprocess.Popen[bytes] | None = None
        self._relay: threading.Thread | None = None
        self._started_at = 0.0
        self._pause = FIRST_PAUSE

    def tend(self, environ: Mapping[str, str], children: Children) -> None:
        if self._child is None:
            if time.monotonic() >= self._started_at:
                self._start(environ, children)
        elif self._child.poll() is not None:
            self._pause_after_death(self._child.returncode)

    def _start(self, environ: Mapping[str, str], children: Children) -> None:
        self._child = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {self._command}"],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the launcher, which stops all in order
        )
        children.remember(self._child.pid)
        self._started_at = time.monotonic()
        self._relay = threading.Thread(target=self._repeat, args=[self._child.stdout], daemon=True)
        self._relay.start()

    def _pause_after_death(self, code: int) -> None:
        if time.monotonic() - self._started_at > HEALTHY_SECONDS:
            self._pause = FIRST_PAUSE
        self._screen.say(self._name, f"ended ({code}); starts again in {self._pause:.0f} s")
        self._started_at = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._child = None

    def _repeat(self, output: IO[bytes]) -> None:
        with output:
            for line in output:
                self._screen.say(self._name, line)

    def head(self) -> psutil.Process | None:
        if self._child is None or self._child.poll() is not None:
            return None
        return psutil.Process(self._child.pid)

    def lay_to_rest(self) -> None:
        """Reap it, and let its last words reach the screen."""
        if self._child and self._relay:
            self._child.wait()
            self._relay.join(timeout=1)


class Processes:
    """All of them, in front of one screen."""

    def __init__(self, commands: Mapping[str, str], environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._screen = Screen([*commands, "servers"])
        self._all = [Process(name, text, self._screen) for name, text in commands.items()]

    def tend(self, children: Children) -> None:
        """Start what does not run and has had its pause. To be called again and again."""
        for process in self._all:
            process.tend(self._environ, children)

    def say(self, text: str) -> None:
        self._screen.say("servers", text)

    def stop(self, children: Children, in_a_hurry: Callable[[], bool]) -> None:
        end_trees([head for process in self._all if (head := process.head())], in_a_hurry)
        for process in self._all:
            process.lay_to_rest()
        children.forget()
