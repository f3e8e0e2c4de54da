"""A change is stored: its number, its row in the log, and its answer, by one statement.

The unit of work of the ORM would send three, and take longer for them than all the rest takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import BindParameter, Executable, Table, bindparam, insert, update
from sqlalchemy.orm.attributes import set_committed_value

from wandr.base import Base
from wandr.changes.change import Change
from wandr.changes.models import TripChange, TripMutation
from wandr.extensions import db
from wandr.trips.models import Trip


def _given(table: type[Base], *names: str) -> dict[str, BindParameter[Any]]:
    """Parameters for columns, named otherwise: SQLAlchemy keeps the names of columns to itself."""
    return {name: bindparam(f"_{name}", type_=_of(table).c[name].type) for name in names}


def _of(table: type[Base]) -> Table:
    return cast(Table, table.__table__)


_ABOUT = "trip_id", "actor_id", "mutation_id", "at"
_LOGGED = *_ABOUT, "seq", "client_id", "source", "ops", "inverse", "undoes"
_LOG = insert(_of(TripChange)).values(_given(TripChange, *_LOGGED))
_ANSWER = insert(_of(TripMutation)).values(_given(TripMutation, *_ABOUT, "fingerprint", "outcome"))
_NUMBER = (
    update(_of(Trip))
    .where(_of(Trip).c.id == bindparam("_trip_id"))
    .values(_given(Trip, "seq", "content_rows"))
)
_STATEMENTS: Mapping[tuple[bool, bool], Executable] = {  # whether there are ops, and an answer
    (True, False): _NUMBER.add_cte(_LOG.cte("log")),
    (False, True): _ANSWER,
    (True, True): _NUMBER.add_cte(_LOG.cte("log"), _ANSWER.cte("answer")),
}


def store_change(change: Change) -> int:
    """Number and store what was performed, if anything was, and its answer; the trip's head."""
    db.session.flush()
    statement = _STATEMENTS.get((bool(change.ops), change.answer is not None))
    if statement is None:
        return change.trip.seq
    trip, seq, rows = change.trip, change.head, change.trip.content_rows + change.rows
    values = {
        "_trip_id": trip.id,
        "_actor_id": change.actor,
        "_mutation_id": change.mutation_id,
        "_at": change.at,
        "_seq": seq,
        "_client_id": change.client_id,
        "_source": change.source,
        "_ops": change.ops,
        "_inverse": change.inverse[::-1],
        "_undoes": change.undoes,
        "_content_rows": rows,
        **{f"_{name}": value for name, value in (change.answer or {}).items()},
    }
    db.session.execute(statement, values)
    set_committed_value(trip, "seq", seq)
    set_committed_value(trip, "content_rows", rows)
    return seq
