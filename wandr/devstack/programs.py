"""Where the wheels keep their programs, and who may run them.

Postgres refuses to run as root, so root lends its servers a user of their own. (The wheels' own
Python is not imported: as root it opens every folder above the programs, homes included, to all.)
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SYSTEM_USER = "wandr-devstack"


def as_ordinary_user() -> dict[str, Any]:
    """The subprocess options that make a child an ordinary user's, even when we are root."""
    if os.geteuid() != 0:
        return {}
    account = _system_account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give_away(path: Path) -> None:
    """As root, let the servers' user own the file or folder."""
    if owner := as_ordinary_user():
        os.chown(path, owner["user"], owner["group"])


def make_folder_for_server(path: Path) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    give_away(path)


def all_may_enter(folder: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def find_program(name: str, wheel: str, *, cache: Path) -> Path:
    """A program inside an installed wheel, or in a copy below `cache`.

    The copy is for a root whose venv is closed to the servers' user, such as one in /root.
    """
    spec = find_spec(wheel)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{wheel} is not installed: make setup")
    package = Path(spec.origin).parent
    program = next(path for path in package.rglob(name) if os.access(path, os.X_OK))
    if os.geteuid() != 0 or all_may_enter(program):
        return program
    return _copy_wheel(package, cache) / program.relative_to(package.parent)


def _copy_wheel(package: Path, cache: Path) -> Path:
    copy = cache / f"{package.name}-{version(package.name)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in package.parent.glob(f"{package.name}*"):
            if part.suffix != ".dist-info":  # the package, and the shared libraries beside it
                shutil.copytree(part, unfinished / part.name)
        subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)
        unfinished.rename(copy)
    return copy


def _system_account() -> pwd.struct_passwd:
    with _one_at_a_time():
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            options = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
            subprocess.run(["useradd", *options, SYSTEM_USER], check=True)
            return pwd.getpwnam(SYSTEM_USER)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of processes that start together, one makes the user, and the others find it whole."""
    folder = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
