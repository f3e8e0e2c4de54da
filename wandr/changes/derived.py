"""What follows from an op, performed on all its rows at once: two reads and one UPDATE.

A derived update sets what it says. Nobody is asked for a permission, and neither the rule nor a
strict register of its entity can refuse it: a trip's new dates must not fail for one activity. It
reaches tombstones too, unseen by the log, so that a row restored later stands where it belongs.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from fractional_indexing import generate_key_between, generate_n_keys_between
from sqlalchemy import Text, Uuid, all_, any_, cast, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from wandr.changes.audience import addressed
from wandr.changes.change import Change
from wandr.changes.entity import Entity, registry
from wandr.changes.ops import Op
from wandr.changes.registers import holds, traces
from wandr.extensions import db
from wandr.http.json import is_same
from wandr.trips.models import Trip

Values = Mapping[str, Any]
Inverse = Mapping[str, Any]  # as the log holds it
Found = Mapping[UUID, Values]  # what is stored of rows, by their keys
Changed = dict[UUID, dict[str, Any]]  # what becomes of them, in the order of the ops
Origins = Mapping[UUID, Mapping[str, int]]  # registers, with the changes whose values come again


def perform_derived(change: Change, ops: Sequence[Op]) -> Sequence[Op]:
    """Perform derived ops when all are updates of a kind of content that everybody sees and that
    nothing follows; returns those that are left for `write`: all, or none."""
    if not all(_is_plain(op) for op in ops):
        return ops
    wanted: dict[Entity, Changed] = defaultdict(dict)
    for op in ops:
        if op.entity is not None:
            wanted[op.entity][op.id] = {**wanted[op.entity].get(op.id, {}), **op.fields}
    for entity, fields in wanted.items():
        _update_all(change, entity, fields)
    return []


def take_back_derived(change: Change, seq: int, inverses: Sequence[Inverse]) -> Sequence[Inverse]:
    """Perform inverses that derived updates of one kind of content left in change `seq`, at once.

    Lists that moved as a whole move back, each row to the key that it had. Returns the inverses of
    rows that somebody else has written, deleted or restored since, for `take_back`.
    """
    [entity] = {registry.find(one["entity"]) for one in inverses}
    if entity is None:
        return inverses
    wanted = {UUID(one["id"]): entity.restorer.load(one["fields"]) for one in inverses}
    found = _find_rows(change, entity, wanted)
    ours = {UUID(one["id"]): one["was"] for one in inverses if _is_untouched(found, seq, one)}
    changed: Changed = {key: wanted[key] for key in ours}
    _put_back(change, entity, found, changed)
    if changed:
        _store(change, entity, found, changed, again=ours)
        _remember(change, entity, found, changed, again=ours)
    return [one for one in inverses if UUID(one["id"]) not in ours]


def _is_untouched(found: Found, seq: int, inverse: Inverse) -> bool:
    values = found.get(UUID(inverse["id"]))
    if values is None or (values["deleted_seq"] is not None) != ("buried" in inverse):
        return False
    return all(holds(_row(values), register, inverse, seq) for register in inverse["was"])


def _put_back(change: Change, entity: Entity, found: Found, changed: Changed) -> None:
    """Give those whose old place was taken by others meanwhile a place at the end of their list."""
    if entity.ordered_within is None:
        return
    model = entity.model
    columns = [getattr(model, name) for name in (*entity.ordered_within, "position")]
    others = select(*columns).where(
        model.trip_id == change.trip.id,
        model.deleted_seq.is_(None),
        getattr(model, entity.key) != all_(literal(list(changed), ARRAY(Uuid))),
    )
    taken = {tuple(row) for row in db.session.execute(others)}
    for key, fields in changed.items():
        if found[key]["deleted_seq"] is not None:
            continue
        lane = _lane(entity, {**found[key], **fields})
        place = fields.get("position", found[key]["position"])
        if (*lane, place) in taken:
            last = max(position for *where, position in taken if tuple(where) == lane)
            place = fields["position"] = generate_key_between(last, None)
        taken.add((*lane, place))


def _is_plain(op: Op) -> bool:
    entity = op.entity
    if op.kind != "update" or entity is None or entity.model is Trip or entity.audience:
        return False
    return not any(registry.followers_of(entity.name))


def _update_all(change: Change, entity: Entity, wanted: Changed) -> None:
    found = _find_rows(change, entity, wanted)
    differing = {key: _differing(found[key], wanted[key]) for key in wanted if key in found}
    changed = {key: fields for key, fields in differing.items() if fields}
    if changed:
        _place(change, entity, found, changed)
        _store(change, entity, found, changed, again={})
        _remember(change, entity, found, changed, again={})


def _find_rows(change: Change, entity: Entity, wanted: Changed) -> Found:
    """Only the columns that count: whole rows would cost ten times as much."""
    model = entity.model
    named = {name for fields in wanted.values() for name in fields}
    named |= {entity.key, "deleted_seq", "register_seqs", "origins", *_ordering(entity)}
    key = getattr(model, entity.key)
    statement = select(*(getattr(model, name) for name in sorted(named))).where(
        model.trip_id == change.trip.id, key == any_(literal(list(wanted), ARRAY(Uuid)))
    )
    return {row[entity.key]: dict(row) for row in db.session.execute(statement).mappings()}


def _ordering(entity: Entity) -> tuple[str, ...]:
    return () if entity.ordered_within is None else (*entity.ordered_within, "position")


def _differing(stored: Values, fields: Values) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if not is_same(stored[name], value)}


def _place(change: Change, entity: Entity, found: Found, changed: Changed) -> None:
    """Give a position to each row that comes into another list.

    A list that moves as a whole, into one that all have left, keeps its keys; others go to the
    end of theirs, in the order of the ops.
    """
    leaving: Counter[Any] = Counter()
    coming: dict[Any, list[UUID]] = defaultdict(list)
    for key, fields in changed.items():
        if not fields.keys().isdisjoint(entity.ordered_within or ()):
            leaving[_lane(entity, found[key])] += 1
            coming[_lane(entity, {**found[key], **fields})].append(key)
    lengths = _lanes_of(change, entity) if coming else {}
    for lane, keys in coming.items():
        length, last = lengths.get(lane, (0, None))
        moves_whole = len({_lane(entity, found[key]) for key in keys}) == 1
        if not moves_whole or length > leaving[lane]:
            for key, position in zip(
                keys, generate_n_keys_between(last, None, n=len(keys)), strict=True
            ):
                changed[key]["position"] = position


def _lane(entity: Entity, values: Values) -> tuple[Any, ...]:
    return tuple(values[name] for name in entity.ordered_within or ())


def _lanes_of(change: Change, entity: Entity) -> dict[tuple[Any, ...], tuple[int, str]]:
    """How long each list of the trip is, tombstones included, and its last key."""
    model = entity.model
    shared = [getattr(model, name) for name in entity.ordered_within or ()]
    statement = select(*shared, func.count(), func.max(model.position)).group_by(*shared)
    rows = db.session.execute(statement.where(model.trip_id == change.trip.id))
    return {tuple(lane): (length, last) for *lane, length, last in rows}


def _store(
    change: Change, entity: Entity, found: Found, changed: Changed, *, again: Origins
) -> None:
    model = entity.model
    names = sorted({name for fields in changed.values() for name in fields})
    registers = {name: entity.register_of(name) for name in names}
    written = [
        {
            **{name: fields.get(name, found[key][name]) for name in names},
            "_key": key,
            "_seqs": {registers[name]: change.seq for name in fields},
            "_registers": [registers[name] for name in fields],
            "_again": again.get(key, {}),
        }
        for key, fields in changed.items()
    ]
    new = _as_table(entity, names, written)
    statement = (
        update(model)
        .where(model.trip_id == change.trip.id, getattr(model, entity.key) == new.c["_key"])
        .values({name: new.c[name] for name in names})
        .values(version=change.seq, updated_at=change.at)
        .values(
            register_seqs=model.register_seqs.concat(new.c["_seqs"]),
            origins=model.origins.op("-")(new.c["_registers"]).concat(new.c["_again"]),
        )
    )
    db.session.execute(statement.execution_options(synchronize_session=False))
    for row in [one for one in db.session.identity_map.values() if isinstance(one, model)]:
        db.session.expire(row)


def _as_table(entity: Entity, names: Sequence[str], written: Sequence[Values]) -> Any:
    columns = [column(name, getattr(entity.model, name).type) for name in names]
    stamps = column("_seqs", JSONB), column("_registers", ARRAY(Text)), column("_again", JSONB)
    document = cast(literal(json.dumps(written, default=str), Text), JSONB)
    return (
        func.jsonb_to_recordset(document)
        .table_valued(column("_key", Uuid), *stamps, *columns, name="new")
        .render_derived(with_types=True)
    )


def _remember(
    change: Change, entity: Entity, found: Found, changed: Changed, *, again: Origins
) -> None:
    stamps = _seen(entity, {"version": change.seq, "updated_at": change.at})
    for key, new in changed.items():
        before, after = _seen(entity, {name: found[key][name] for name in new}), _seen(entity, new)
        op = {"op": "update", "entity": entity.name, "id": str(key)}
        traced = traces(entity, _row(found[key]), new, again.get(key))
        undone = {**op, "of": "update", "fields": before, **traced, "derived": True}
        if found[key]["deleted_seq"] is None:
            change.ops.append(addressed({**op, "fields": {**after, **stamps}}, None))
        else:
            undone["buried"] = True  # a tombstone: nobody is told
        change.inverse.append(undone)


def _row(values: Values) -> SimpleNamespace:
    return SimpleNamespace(**values)


def _seen(entity: Entity, values: Values) -> dict[str, Any]:
    """Some fields as a reader sees them."""
    shown = entity.viewer.fields
    return {name: shown[name].serialize(name, values) for name in values if name in shown}
