"""The five kinds of op, each performed on one row of a change in the making."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from wandr.changes.audience import split_update
from wandr.changes.change import Change, target_of
from wandr.changes.derived import perform_derived
from wandr.changes.entity import Entity, Row, registry
from wandr.changes.ops import Op
from wandr.changes.outcome import Result
from wandr.changes.overwrites import Seen
from wandr.changes.positions import LONGEST, Lane
from wandr.changes.relative import made_absolute
from wandr.errors import Conflict, NotFound
from wandr.extensions import db
from wandr.http.json import is_same
from wandr.trips.models import Trip

NOTHING_SEEN = Seen()


class Deleted(Conflict):
    """The row was deleted; `current` says what it was, to restore it with the edit."""

    code = "deleted"


def perform(change: Change, op: Op, seen: Seen = NOTHING_SEEN) -> Result:
    """Do what a client asks for. Raises what refuses it: a WandrError."""
    if op.problem is not None:
        raise op.problem
    change.require(_entity_of(op).permission_for(op.kind))
    return write(change, op, seen)


def write(change: Change, op: Op, seen: Seen = NOTHING_SEEN) -> Result:
    """Do it without asking for a permission: for what follows from a change, and for members."""
    entity = _entity_of(op)
    if op.kind == "create":
        return _create(change, entity, op)
    row = _find_row(change, entity, op.id)
    if row is None:
        raise NotFound(f"There is no such {entity.name} in this trip.")
    seen.check_version(row)
    if op.kind in ("update", "move"):
        return _update(change, (entity, row), *made_absolute(change.scene, row, op, seen))
    if (row.deleted_seq is not None) == (op.kind == "delete"):
        return Result(op.id, "noop")
    return (
        _delete(change, entity, row, op)
        if op.kind == "delete"
        else _restore(change, entity, row, op)
    )


def _entity_of(op: Op) -> Entity:
    if op.entity is None:
        raise RuntimeError("An op without an entity carries a problem and is never performed.")
    return op.entity


def _find_row(change: Change, entity: Entity, key: UUID) -> Row | None:
    if entity.model is Trip:
        return change.trip if key == change.trip.id else None
    model = entity.model
    statement = select(model).where(
        getattr(model, entity.key) == key, model.trip_id == change.trip.id
    )
    fresh = statement.execution_options(populate_existing=True)
    return db.session.execute(fresh).scalar_one_or_none()


def _create(change: Change, entity: Entity, op: Op) -> Result:
    if _is_taken(change, entity, op.id):
        raise Conflict("This id is taken.", code="id_taken")
    row = entity.model(**{**op.fields, "trip_id": change.trip.id, entity.key: op.id})
    row.created_at, row.register_seqs = change.at, {"*": change.seq}
    change.stamp(entity, row, {})
    if entity.ordered_within is not None:
        row.position = Lane.of(entity, row).key_for(op.id, op.after)
    _settle(change, entity, row, op.fields)
    db.session.add(row)
    db.session.flush()
    change.remember(entity, row, {"op": "create", "value": entity.see(row)}, {"op": "delete"})
    _follow(change, (entity, row), {}, op)
    return Result(op.id, "applied", change.seq)


def _update(change: Change, target: tuple[Entity, Row], op: Op, seen: Seen) -> Result:
    entity, row = target
    before, was = entity.see(row), entity.audience_of(row)
    if row.deleted_seq is not None:
        raise Deleted(f"The {entity.name} was deleted.", extra={"current": before})
    wanted = _wanted(entity, row, op)
    if not wanted:
        return Result(op.id, "noop")
    overwrote = seen.overwritten(entity, row, wanted, before)
    if seen.refuses(entity, row, op, overwrote):
        return Result(op.id, "conflict", current=before)
    for name, value in wanted.items():
        setattr(row, name, value)
        flag_modified(row, name)  # SQLAlchemy leaves out what Python calls equal
    _settle(change, entity, row, wanted)
    settled = entity.see(row)
    change.stamp(entity, row, _changed(before, settled))
    after = entity.see(row)
    fields = _changed(before, after)
    undone = {name: before[name] for name in fields if name in entity.settable}
    resolved = {"op": op.kind, **target_of(entity, row), "fields": fields}
    change.ops += split_update(resolved, after, was, entity.audience_of(row))
    change.inverse.append({"op": "update", **target_of(entity, row), "fields": undone})
    _follow(change, target, before, op)
    return Result(op.id, "applied", change.seq, overwrote=overwrote)


def _delete(change: Change, entity: Entity, row: Row, op: Op) -> Result:
    value = entity.see(row)
    change.remember(entity, row, {"op": "delete"}, {"op": "restore", "value": value})
    if entity.keeps_tombstones:
        row.deleted_seq = change.seq
        change.stamp(entity, row, {})
    else:
        db.session.delete(row)
    _follow(change, (entity, row), value, op)
    return Result(op.id, "applied", change.seq)


def _restore(change: Change, entity: Entity, row: Row, op: Op) -> Result:
    row.deleted_seq = None
    _settle(change, entity, row, {})
    change.stamp(entity, row, {})
    change.remember(entity, row, {"op": "restore", "value": entity.see(row)}, {"op": "delete"})
    _follow(change, (entity, row), {}, op)
    return Result(op.id, "applied", change.seq)


def _is_taken(change: Change, entity: Entity, key: UUID) -> bool:
    """Ids are unique over all trips, other keys within theirs."""
    if entity.key == "id":
        return db.session.get(entity.model, key) is not None
    return _find_row(change, entity, key) is not None


def _wanted(entity: Entity, row: Row, op: Op) -> dict[str, Any]:
    """What an op would really change, a new position included."""
    wanted = {n: value for n, value in op.fields.items() if not is_same(getattr(row, n), value)}
    changes_lane = bool(set(wanted) & set(entity.ordered_within or ()))
    if op.kind == "move" or changes_lane:
        wanted["position"] = Lane.of(entity, row, wanted).key_for(row.id, op.after)
    return wanted


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if not is_same(before.get(name), value)}


def _settle(change: Change, entity: Entity, row: Row, changed: Mapping[str, Any]) -> None:
    names = frozenset(changed)
    with db.session.no_autoflush:
        entity.prepare(change.scene, row, names)
        entity.rule(change.scene, row, names)


def _follow(change: Change, target: tuple[Entity, Row], before: Mapping[str, Any], op: Op) -> None:
    """Perform what follows from an op, in the same change: derived ops, then shorter keys."""
    entity, row = target
    for follow in registry.followers_of(entity.name):
        for derived in perform_derived(change, follow(change.scene, row, before, op)):
            write(change, derived, Seen(base_seq=change.seq))  # nothing is newer: never refused
    if entity.ordered_within is not None and len(row.position) > LONGEST:
        _rewrite_keys(change, entity, row)


def _rewrite_keys(change: Change, entity: Entity, row: Row) -> None:
    db.session.flush()
    change.stamp(entity, row, {})
    stamps = _stamps(entity, row)  # of all of them: they change in one change
    for neighbour, key in Lane.of(entity, row).short_keys():
        before = neighbour.position
        neighbour.position = key
        change.stamp(entity, neighbour, {})
        fields = {"position": key, **stamps}
        undone = {"position": before}
        if neighbour.deleted_seq is None:
            change.remember(
                entity,
                neighbour,
                {"op": "update", "fields": fields},
                {"op": "update", "fields": undone},
            )


def _stamps(entity: Entity, row: Row) -> dict[str, Any]:
    seen = entity.see(row)
    return {name: seen[name] for name in ("version", "updated_at") if name in seen}
