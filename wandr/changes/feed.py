"""Reading the log and the whole: what a viewer missed, and what there is now."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from wandr.changes.audience import visible_ops
from wandr.changes.entity import Entity, registry
from wandr.changes.models import TripChange, TripText
from wandr.changes.rendering import json_list, json_of, permissions_json, seen_by
from wandr.changes.ytext import seed
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.http.fields import instant_text
from wandr.trips.access import trip_for
from wandr.trips.models import Member, Trip

LogRow = Row[Any]  # of LOG: a change without its inverse, which readers have no use for
MOST_BYTES = 256 * 1024  # of ops, in one answer, delta or event
LOG = select(
    TripChange.seq,
    TripChange.actor_id,
    TripChange.client_id,
    TripChange.mutation_id,
    TripChange.source,
    TripChange.ops,
    TripChange.size,
    TripChange.at,
)


def _select_light_rows() -> Select[Any]:
    """The rows of a trip after `since`, until they weigh so many bytes."""
    until = bindparam("until", type_=BigInteger)
    weight = func.sum(TripChange.size).over(order_by=TripChange.seq) - TripChange.size
    asked = TripChange.trip_id == bindparam("trip_id"), TripChange.seq > bindparam("since")
    log = LOG.add_columns(weight.label("before_it")).where(*asked)
    log = log.where(or_(until.is_(None), TripChange.seq <= until))
    rows = log.order_by(TripChange.seq).limit(bindparam("limit", type_=Integer)).subquery()
    return select(rows).where(rows.c.before_it < bindparam("bytes")).order_by(rows.c.seq)


_LIGHT_ROWS = _select_light_rows()  # once: building it takes longer than asking


def changes_since(trip_id: UUID, viewer: UUID, since: int, limit: int) -> dict[str, Any]:
    """At most `limit` changes after `since`: `{"changes", "head", "more"}`. NotFound, outside.

    Fewer when they are large: an answer has about `MOST_BYTES`, and at least one change.
    """
    head = trip_for(viewer, trip_id).trip.seq
    # Not beyond that head: whoever was removed since then must not see what came after.
    rows = read_log(trip_id, since, limit, until=head)
    return _told(rows, head, viewer)


def changes_of_each(
    heads: Mapping[UUID, int], viewer: UUID, since: int, limit: int
) -> dict[UUID, dict[str, Any]]:
    """What `changes_since` tells, of several trips by one statement; `heads` are theirs as seen
    by a member. Checks nobody's access."""
    weight = func.sum(TripChange.size).over(
        partition_by=TripChange.trip_id, order_by=TripChange.seq
    )
    number = func.row_number().over(partition_by=TripChange.trip_id, order_by=TripChange.seq)
    log = LOG.add_columns(
        TripChange.trip_id, (weight - TripChange.size).label("before_it"), number.label("number")
    )
    named = TripChange.trip_id.in_(list(heads)), TripChange.seq > since
    rows = log.where(*named).subquery()
    light = select(rows).where(rows.c.number <= limit, rows.c.before_it < MOST_BYTES)
    found: dict[UUID, list[Any]] = {trip_id: [] for trip_id in heads}
    for row in db.session.execute(light.order_by(rows.c.trip_id, rows.c.seq)):
        if row.seq <= heads[row.trip_id]:
            found[row.trip_id].append(row)
    return {trip_id: _told(rows, heads[trip_id], viewer) for trip_id, rows in found.items()}


def _told(rows: Sequence[LogRow], head: int, viewer: UUID) -> dict[str, Any]:
    changes = [change_as_json(row, viewer) for row in rows]
    return {"changes": changes, "head": head, "more": bool(rows) and rows[-1].seq < head}


def read_log(
    trip_id: UUID, since: int, limit: int, *, until: int | None = None
) -> Sequence[LogRow]:
    """At most `limit` rows of the log after `since`, in order, and of `MOST_BYTES` when several.

    Checks nobody's access.
    """
    asked = {
        "trip_id": trip_id,
        "since": since,
        "until": until,
        "limit": limit,
        "bytes": MOST_BYTES,
    }
    return db.session.execute(_LIGHT_ROWS, asked).all()


def change_as_json(row: LogRow | TripChange, viewer: UUID) -> dict[str, Any]:
    """A change as a viewer may see it: a seq remains where all of it is hidden, so none misses."""
    ops = visible_ops(row.ops, str(viewer))
    told = bool(ops) or not row.ops
    return {
        "seq": row.seq,
        "by": str(row.actor_id) if told else None,
        "source": row.source,
        "client_id": _text(row.client_id) if told else None,
        "mutation_id": _text(row.mutation_id) if told else None,
        "at": instant_text(row.at),
        "ops": ops,
    }


def snapshot(trip_id: UUID, viewer: UUID) -> tuple[str, int]:
    """The whole trip as JSON text, and its seq: one statement, one instant. NotFound, outside."""
    mine = aliased(Member)
    statement = (
        select(cast(_snapshot_json(viewer, mine), Text), Trip.seq)
        .join(mine, mine.trip_id == Trip.id)
        .where(Trip.id == trip_id, mine.user_id == viewer, Trip.deleted_seq.is_(None))
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def snapshots_of(trip_ids: Collection[UUID], viewer: UUID) -> dict[str, dict[str, Any]]:
    """Several whole trips, by their ids: one statement. Those that are not the viewer's miss."""
    mine = aliased(Member)
    statement = (
        select(cast(Trip.id, Text), cast(_snapshot_json(viewer, mine), Text))
        .join(mine, mine.trip_id == Trip.id)
        .where(Trip.id.in_(trip_ids), mine.user_id == viewer, Trip.deleted_seq.is_(None))
    )
    return {trip_id: json.loads(text) for trip_id, text in db.session.execute(statement)}


def snapshot_of(trip_id: UUID, viewer: UUID) -> dict[str, Any]:
    """The whole trip as `snapshot` tells it, read. NotFound, outside."""
    found: dict[str, Any] = json.loads(snapshot(trip_id, viewer)[0])
    return found


def read_text(
    entity: Entity, trip_id: UUID, row_id: UUID, field: str, *, viewer: UUID
) -> tuple[dict[str, Any], int]:
    """`{"state", "seq"}` of a text at one instant, and its row's version. NotFound, outside."""
    model = entity.model
    columns = (Trip.seq, model.version, getattr(model, field), TripText.state)
    document = and_(
        TripText.trip_id == trip_id, TripText.entity == entity.name,
        TripText.row_id == row_id, TripText.field == field,
    )  # fmt: skip
    statement = select(*columns).select_from(Trip).join(Member, Member.trip_id == Trip.id)
    if model is not Trip:
        statement = statement.join(model, model.trip_id == Trip.id)
    named = Trip.id == trip_id, Member.user_id == viewer, getattr(model, entity.key) == row_id
    found = statement.outerjoin(TripText, document).where(*named, *seen_by(entity, viewer))
    row = db.session.execute(found.where(Trip.deleted_seq.is_(None))).one_or_none()
    if row is None:
        raise NotFound()
    seq, version, plain, state = row
    state = seed(field, plain) if state is None else state
    return {"state": b64encode(state).decode(), "seq": seq}, version


def _snapshot_json(viewer: UUID, mine: Any) -> Any:
    content = [one for one in registry if one.name not in ("trip", "member")]
    named: list[Any] = []
    for entity in content:
        named += [entity.name, _rows_of(entity, viewer)]
    return func.json_build_object(
        *("seq", Trip.seq),
        *("role", mine.role),
        *("permissions", permissions_json(mine)),
        *("trip", json_of(_entity("trip"))),
        *("members", _rows_of(_entity("member"), viewer)),
        *("entities", func.json_build_object(*named)),
    )


def _rows_of(entity: Entity, viewer: UUID) -> Any:
    rows = select(json_list(entity)).where(
        entity.model.trip_id == Trip.id, *seen_by(entity, viewer)
    )
    return rows.correlate(Trip).scalar_subquery()


def _entity(name: str) -> Entity:
    entity = registry.find(name)
    if entity is None:
        raise LookupError(f"The entity {name} is not registered.")
    return entity


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
