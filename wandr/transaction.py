"""One transaction per request, message or job; what must wait for the commit waits here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import event, func, select
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from wandr.extensions import db

READS_AUTOCOMMIT = True  # a read needs no BEGIN and no ROLLBACK: two round trips fewer
_OPEN, _READS = "wandr.atomic", "wandr.reading"


@dataclass
class _Hooks:
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    at_end: list[Callable[[], None]] = field(default_factory=list)


@contextmanager
def atomic() -> Iterator[None]:
    """Commit all of the block, or none of it. An inner `atomic` joins the outer one."""
    info = db.session().info
    if _OPEN in info:
        yield
        return
    hooks = info[_OPEN] = _Hooks()
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        del info[_OPEN]
        for release in reversed(hooks.at_end):
            release()
    for callback in hooks.after_commit:
        callback()


@contextmanager
def reading() -> Iterator[None]:
    """Let the session read without a transaction; its connection goes back at the end."""
    try:
        if READS_AUTOCOMMIT:
            _let_driver_commit()
        yield
    finally:
        db.session.rollback()


def take_turn(purpose: int, whose: UUID) -> None:
    """Wait until no other transaction has this turn; it is ours until the end of this one."""
    number = func.hashtextextended(str(whose), purpose)
    db.session.execute(select(func.pg_advisory_xact_lock(number)))


def on_commit(callback: Callable[..., None], *args: Any) -> None:
    """Call back once the surrounding `atomic` has committed. RuntimeError when none is open."""
    _hooks().after_commit.append(partial(callback, *args))


def at_end(callback: Callable[..., None], *args: Any) -> None:
    """Call back when the surrounding `atomic` ends, either way. RuntimeError when none is open."""
    _hooks().at_end.append(partial(callback, *args))


def _let_driver_commit() -> None:
    """Set the driver's own switch. SQLAlchemy's isolation levels would send a SET after each read,
    and lose the connection's place in the pool when Postgres has died before it.
    """
    pooled = db.session.connection().connection
    pooled.dbapi_connection.autocommit = pooled.info[_READS] = True  # type: ignore[union-attr]


@event.listens_for(Pool, "checkin")
def _end_autocommit(connection: Any, record: ConnectionPoolEntry) -> None:
    """Whoever takes the connection next gets transactions. Sends nothing."""
    if record.info.pop(_READS, False) and connection is not None and not connection.closed:
        connection.autocommit = False


def _hooks() -> _Hooks:
    try:
        hooks: _Hooks = db.session().info[_OPEN]
    except KeyError:
        raise RuntimeError("No atomic() is open here.") from None
    return hooks
