"""Passwords: argon2id, computed off the event loop and never too many at once.

`common_passwords.txt` holds the entries of ten characters and more of the list of common
passwords that Django ships (Royce Williams, from breaches).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gevent import get_hub, monkey

from wandr.config import current_settings
from wandr.errors import Busy, Invalid

SHORTEST, LONGEST = 10, 128
AT_ONCE = 4  # each takes 19 MiB and a processor
PATIENCE = 10.0  # seconds
COMMON = frozenset((Path(__file__).parent / "common_passwords.txt").read_text().split())

Result = TypeVar("Result")
_turns = BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """The argon2id hash to store. Busy when too many are being computed."""
    return _off_the_loop(_hasher().hash, password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether it is the password. The work is the same when nothing, or no hash, is stored."""
    hasher = _hasher()
    known = stored if stored and stored.startswith("$argon2id$") else _decoy(hasher)
    return _off_the_loop(_verify, hasher, known, password)


def refuse_common(password: str, *, email: str = "") -> None:
    """Raise Invalid for a password that is tried first: a common one, or one's own address."""
    if password.lower() in COMMON or (email and password.lower() == email):
        raise Invalid(
            "This password is too easy to guess.",
            code="password_common",
            errors={"json": {"password": ["Among the first that anybody would try."]}},
        )


def _verify(hasher: PasswordHasher, stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _off_the_loop(work: Callable[..., Result], *args: object) -> Result:
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy("Many people are logging in just now.")
    try:
        if monkey.is_module_patched("threading"):
            result: Result = get_hub().threadpool.apply(work, args)
            return result
        return work(*args)
    finally:
        _turns.release()


def _hasher() -> PasswordHasher:
    return _hasher_of(1, 64) if current_settings().environment == "test" else _hasher_of(2, 19_456)


@cache
def _hasher_of(rounds: int, kibibytes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=kibibytes, parallelism=1)


def _decoy(hasher: PasswordHasher) -> str:
    """A well-formed hash of no known password, as costly as the real ones."""
    salt, digest = (base64.b64encode(bytes(size)).decode().rstrip("=") for size in (16, 32))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"
