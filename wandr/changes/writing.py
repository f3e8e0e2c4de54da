"""How rows come, change, go and come back: what a client's op and an undo have in common.

Each of these keeps the resolved op, its inverse and the stamps of what it wrote in the change, and
performs what follows from it. Permissions and conflicts are not its matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from wandr.changes.audience import split_update
from wandr.changes.change import STAMPS, Change, stamps_of, target_of
from wandr.changes.entity import Entity, Row
from wandr.changes.positions import Lane
from wandr.changes.registers import LIFE, MAKING, traces
from wandr.extensions import db
from wandr.http.json import is_same

Target = tuple[Entity, Row]
Again = Mapping[str, int] | None  # registers, each with the change whose values they hold again


def insert_row(change: Change, target: Target, given: Mapping[str, Any]) -> None:
    """Add a row that has been made of the `given` fields. Raises Invalid by its rule."""
    settle(change, target, given)
    insert_rows(change, target[0], [target[1]])


def insert_rows(change: Change, entity: Entity, rows: Sequence[Row]) -> None:
    """Add rows that have been made and settled. Raises Conflict beyond what a trip may hold."""
    change.count(entity, len(rows))
    for row in rows:
        row.created_at, row.register_seqs, row.origins = change.at, {MAKING: change.seq}, {}
        change.stamp(entity, row, ())
    db.session.add_all(rows)
    db.session.flush()
    undone = {"op": "delete", "of": "create"}
    for row in rows:
        change.remember(entity, row, {"op": "create", "value": entity.see(row)}, undone)


def change_row(
    change: Change, target: Target, wanted: Mapping[str, Any], kind: str, *, again: Again = None
) -> Mapping[str, Any]:
    """Set fields of a row; what a reader saw before. Raises Invalid by its rule.

    With `again`, for an undo, what is derived is among `wanted`, and not derived anew. What becomes
    of a tombstone is told to nobody.
    """
    entity, row = target
    before, was = entity.see(row), entity.audience_of(row)
    behind = Lane.of(entity, row).neighbour_before(row) if "position" in wanted else None
    for name, value in wanted.items():
        setattr(row, name, value)
        flag_modified(row, name)  # SQLAlchemy leaves out what Python calls equal
    settle(change, target, wanted, derives=again is None)
    settled = entity.see(row)
    fields = {name: now for name, now in settled.items() if not is_same(before.get(name), now)}
    traced = traces(entity, row, fields, again)
    change.stamp(entity, row, fields, again)
    stamps = stamps_of(entity, row)
    resolved = {"op": kind, **target_of(entity, row), "fields": {**fields, **stamps}}
    if row.deleted_seq is None:
        change.ops += split_update(resolved, {**settled, **stamps}, was, entity.audience_of(row))
    undone: dict[str, Any] = {"op": "update", "of": kind, **target_of(entity, row), **traced}
    undone["fields"] = {name: before[name] for name in fields if name not in STAMPS}
    undone |= {"after": behind} if "position" in fields else {}
    change.inverse.append(undone | ({} if row.deleted_seq is None else {"buried": True}))
    return before


def delete_row(change: Change, target: Target, again: Again = None) -> Mapping[str, Any]:
    """Leave a tombstone of a row, or nothing; what a reader saw before."""
    entity, row = target
    change.count(entity, -1)
    before = entity.see(row)
    undone = {"op": "restore", "of": "delete", **traces(entity, row, (LIFE,), again)}
    change.remember(entity, row, {"op": "delete"}, undone)
    if entity.keeps_tombstones:
        row.deleted_seq = change.seq
        change.stamp(entity, row, (LIFE,), again)
    else:
        db.session.delete(row)
    return before


def restore_row(change: Change, target: Target, again: Again = None) -> None:
    """Bring a deleted row back as it was, in its place. Raises Invalid by its rule."""
    entity, row = target
    change.count(entity, 1)
    undone = {"op": "delete", "of": "restore", **traces(entity, row, (LIFE,), again)}
    row.deleted_seq = None
    if entity.ordered_within is not None:
        row.position = Lane.of(entity, row).free_key(row.id, row.position)
    settle(change, target, {}, derives=again is None)
    change.stamp(entity, row, (LIFE,), again)
    change.remember(entity, row, {"op": "restore", "value": entity.see(row)}, undone)


def settle(
    change: Change, target: Target, changed: Mapping[str, Any], *, derives: bool = True
) -> None:
    """Derive what follows from the changed fields of a row, and refuse what its rule refuses."""
    entity, row = target
    names = frozenset(changed)
    with db.session.no_autoflush:
        if derives:
            entity.prepare(change.scene, row, names)
        entity.rule(change.scene, row, names)
