"""Ending processes: asked first, waited for, killed if they must be."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Sequence

import psutil


def end_processes(
    processes: Sequence[psutil.Process],
    farewell: signal.Signals,
    *,
    patience: float,
    in_a_hurry: Callable[[], bool] = lambda: False,
) -> None:
    """Ask all, wait `patience` seconds, kill the rest. psutil never signals a recycled pid."""
    for process in processes:
        _signal(process, farewell)
    deadline = time.monotonic() + patience
    while (alive := [one for one in processes if is_alive(one)]) and not in_a_hurry():
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    for process in alive:
        _signal(process, signal.SIGKILL)


def is_alive(process: psutil.Process) -> bool:
    """A zombie is not: where nobody reaps orphans, as in many containers, it stays one forever."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(process: psutil.Process, farewell: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(farewell)
