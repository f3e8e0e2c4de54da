"""The kinds of op that clients send, each performed on one row of a change in the making."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.changes.change import Change, stamps_of
from wandr.changes.derived import perform_derived
from wandr.changes.entity import Entity, Row, registry
from wandr.changes.ops import Op
from wandr.changes.outcome import Result
from wandr.changes.overwrites import Seen
from wandr.changes.positions import LONGEST, Lane
from wandr.changes.relative import made_absolute
from wandr.changes.texts import TextField, replace_text, type_into
from wandr.changes.writing import Target, change_row, delete_row, insert_row, restore_row
from wandr.errors import Conflict, NotFound
from wandr.extensions import db
from wandr.http.json import is_same
from wandr.trips.models import Trip

TRUSTED = Seen(checks=False)  # what the server itself writes overwrites nothing blindly


class Deleted(Conflict):
    """The row was deleted; `current` says what it was, to restore it with the edit."""

    code = "deleted"


def perform(change: Change, op: Op, seen: Seen = TRUSTED) -> Result:
    """Do what a client asks for. Raises what refuses it: a WandrError."""
    if op.problem is not None:
        raise op.problem
    change.require(_entity_of(op).permission_for(op.kind))
    return write(change, op, seen)


def write(change: Change, op: Op, seen: Seen = TRUSTED) -> Result:
    """Do it without asking for a permission: for what follows from a change, and for members."""
    entity = _entity_of(op)
    if op.kind == "create":
        return _create(change, entity, op)
    target = entity, find_row(change, entity, op.id)
    if seen.checks:
        refuse_hidden(change, target)
    seen.check_version(target[1])
    if op.kind in ("delete", "restore"):
        return _end(change, target, op)
    refuse_deleted(target)
    if op.kind == "text":
        return _type(change, target, op)
    return _update(change, target, *made_absolute(change.scene, target[1], op, seen))


def find_row(change: Change, entity: Entity, key: UUID) -> Row:
    """A row of the trip, fresh, deleted or not. Raises NotFound."""
    if entity.model is Trip:
        row = change.trip if key == change.trip.id else None
    else:
        named = {"key": key, "trip_id": change.trip.id}
        row = db.session.execute(entity.finder, named).scalar_one_or_none()
    if row is None:
        raise NotFound(f"There is no such {entity.name} in this trip.")
    return row


def refuse_hidden(change: Change, target: Target) -> None:
    """Raise NotFound for a row that the actor may not see."""
    entity, row = target
    audience = entity.audience_of(row)
    if audience is not None and str(change.actor) not in audience:
        raise NotFound(f"There is no such {entity.name} in this trip.")


def refuse_deleted(target: Target) -> None:
    """Raise Deleted, with the row as it was, when there is only a tombstone."""
    entity, row = target
    if row.deleted_seq is not None:
        raise Deleted(f"The {entity.name} was deleted.", extra={"current": entity.see(row)})


def follow(
    change: Change,
    target: Target,
    before: Mapping[str, Any],
    op: Op,
    *,
    but: Collection[UUID] = (),
) -> None:
    """Perform what follows from an op, in the same change: derived ops, then shorter keys.

    Rows in `but` are seen to otherwise.
    """
    entity, row = target
    for derive in registry.followers_of(entity.name):
        derived = [one for one in derive(change.scene, row, before, op) if one.id not in but]
        for left in perform_derived(change, derived):
            write(change, left)
    shorten_keys(change, target)


def shorten_keys(change: Change, target: Target) -> None:
    """Rewrite the keys of a row's list when its own has grown too long."""
    entity, row = target
    if entity.ordered_within is not None and len(row.position) > LONGEST:
        _rewrite_keys(change, entity, row)


def _entity_of(op: Op) -> Entity:
    if op.entity is None:
        raise RuntimeError("An op without an entity carries a problem and is never performed.")
    return op.entity


def _create(change: Change, entity: Entity, op: Op) -> Result:
    if _is_taken(change, entity, op.id):
        raise Conflict("This id is taken.", code="id_taken")
    row = entity.model(**{**op.fields, "trip_id": change.trip.id, entity.key: op.id})
    if entity.ordered_within is not None:
        row.position = Lane.of(entity, row).key_for(op.id, op.after)
    insert_row(change, (entity, row), op.fields)
    follow(change, (entity, row), {}, op)
    return Result(op.id, "applied", change.seq)


def _update(change: Change, target: Target, op: Op, seen: Seen) -> Result:
    entity, row = target
    texts = {name: text for name, text in op.fields.items() if name in entity.texts}
    wanted = _wanted(target, op)
    before = entity.see(row)
    overwrote = seen.overwritten(entity, row, wanted, before)
    if seen.refuses(target, op, wanted, overwrote):
        return Result(op.id, "conflict", current=before)
    rewritten = [
        replace_text(change, TextField(entity, row, name), text, seen)
        for name, text in texts.items()
    ]
    if wanted:
        follow(change, target, change_row(change, target, wanted, op.kind), op)
    if not wanted and not any(rewritten):
        return Result(op.id, "noop")
    return Result(op.id, "applied", change.seq, overwrote=overwrote)


def _type(change: Change, target: Target, op: Op) -> Result:
    [(name, update)] = op.fields.items()
    if not type_into(change, TextField(*target, name), update):
        return Result(op.id, "noop")
    return Result(op.id, "applied", change.seq)


def _end(change: Change, target: Target, op: Op) -> Result:
    """Delete a row, or restore it."""
    entity, row = target
    before: Mapping[str, Any] = {}
    if (row.deleted_seq is not None) == (op.kind == "delete"):
        return Result(op.id, "noop")
    if op.kind == "delete":
        before = delete_row(change, target)
    else:
        restore_row(change, target)
    follow(change, target, before, op)
    return Result(op.id, "applied", change.seq)


def _is_taken(change: Change, entity: Entity, key: UUID) -> bool:
    """Ids are unique over all trips, other keys within theirs."""
    if entity.key == "id":
        return db.session.get(entity.model, key) is not None
    model = entity.model
    named = getattr(model, entity.key) == key
    statement = select(model.id).where(named, model.trip_id == change.trip.id)
    return db.session.scalar(statement) is not None


def _wanted(target: Target, op: Op) -> dict[str, Any]:
    """What an op would really change, a new position included; texts are another matter."""
    entity, row = target
    fields = {name: value for name, value in op.fields.items() if name not in entity.texts}
    wanted = {n: value for n, value in fields.items() if not is_same(getattr(row, n), value)}
    changes_lane = bool(set(wanted) & set(entity.ordered_within or ()))
    if op.kind == "move" or changes_lane:
        key = Lane.of(entity, row, wanted).key_for(row.id, op.after)
        wanted |= {"position": key} if changes_lane or key != row.position else {}
    return wanted


def _rewrite_keys(change: Change, entity: Entity, row: Row) -> None:
    """Shorten the keys of a list. Their order stays, so there is nothing in it to undo."""
    db.session.flush()
    for neighbour, key in Lane.of(entity, row).short_keys():
        neighbour.position = key
        change.stamp(entity, neighbour, ())
        fields = {"position": key, **stamps_of(entity, neighbour)}
        if neighbour.deleted_seq is None:
            change.tell(entity, neighbour, {"op": "update", "fields": fields})
