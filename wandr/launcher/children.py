"""What this launcher started, on disk, so that the next one can end what a `kill -9` left."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from wandr.devstack.ending import end_processes

GRACE_SECONDS = 25.0  # a worker finishes its job; platforms give 30
CLOCK_SECONDS = 2.0  # a start time is counted from the boot time, which clock corrections move


class Children:
    """A file of pids with their start times: a pid alone may be somebody else's by now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._started: list[tuple[int, float]] = []

    def remember(self, pid: int) -> None:
        self._started = [one for one in self._started if _is_still(*one)]
        self._started.append((pid, psutil.Process(pid).create_time()))
        unfinished = self._path.with_suffix(".new")
        unfinished.write_text(json.dumps(self._started))
        unfinished.rename(self._path)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def end_leftovers(self) -> bool:
        """End what a killed launcher left running. Tells whether one was killed at all."""
        if not self._path.exists():
            return False
        remembered = json.loads(self._path.read_text())
        end_trees([psutil.Process(pid) for pid, started in remembered if _is_still(pid, started)])
        self.forget()
        return True


def end_trees(
    heads: Sequence[psutil.Process], in_a_hurry: Callable[[], bool] = lambda: False
) -> None:
    """Ask the heads, which tell their own children; after the grace, kill what is left of each."""
    trees = [*heads, *(child for head in heads for child in head.children(recursive=True))]
    end_processes(heads, signal.SIGTERM, patience=GRACE_SECONDS, in_a_hurry=in_a_hurry)
    end_processes(trees, signal.SIGKILL, patience=1)


def _is_still(pid: int, started: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started) < CLOCK_SECONDS
    except psutil.NoSuchProcess:
        return False
