"""A folder for servers: one process at a time holds it, and their user can reach it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from wandr.devstack.programs import SYSTEM_USER, all_may_enter


class DevstackError(RuntimeError):
    """Why Wandr cannot run here, in a sentence for the screen."""


def hold_folder(folder: Path) -> IO[str]:
    """Hold a folder until the returned file is closed; after a kill -9 the kernel closes it."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read()
        lock.close()
        raise DevstackError(f"Wandr already runs: process {holder} uses {folder}.") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def open_for_system_user(folder: Path) -> None:
    """Let the servers' user pass through the folder. As root we open no folder but our own."""
    if os.geteuid() != 0:
        return
    if not all_may_enter(folder.parent):
        raise DevstackError(
            f"As root, Postgres runs as the user {SYSTEM_USER}, who may not enter"
            f" {folder.parent}: choose a folder elsewhere, such as tempfile.mkdtemp() makes."
        )
    folder.chmod(0o711)
