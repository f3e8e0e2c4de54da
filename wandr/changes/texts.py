"""Collaborative text: a field declared in `Entity.texts` changes here and nowhere else.

Its plain text stands in the row, for every reader; the Yjs document behind it in `trip_texts`, from
the first edit on. Until then the document is the seed of the plain text, the same for everybody.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from wandr.changes.change import Change, stamps_of
from wandr.changes.entity import Entity, Row
from wandr.changes.models import TripChange, TripText
from wandr.changes.overwrites import Seen
from wandr.changes.registers import last_change, origin, traces
from wandr.changes.splices import Splice, merged, splice_between
from wandr.changes.ytext import merge, normal, rewrite, seed
from wandr.errors import Conflict, Invalid
from wandr.extensions import db

MOST_UNSEEN = 200  # edits of others that a rewrite is merged with; it takes time under the lock


@dataclass(frozen=True)
class TextField:
    """One text of one row."""

    entity: Entity
    row: Row
    name: str

    @property
    def plain(self) -> str:
        """What stands there now."""
        text: str = getattr(self.row, self.name)
        return text

    @property
    def key(self) -> dict[str, Any]:
        """Its document, in `trip_texts`."""
        row_id: UUID = getattr(self.row, self.entity.key)
        trip_id: UUID = getattr(self.row, "trip_id", row_id)
        return {
            "trip_id": trip_id, "entity": self.entity.name, "row_id": row_id, "field": self.name,
        }  # fmt: skip

    def document(self) -> bytes:
        """The Yjs document as an update that makes it from nothing."""
        state = db.session.scalar(select(TripText.state).filter_by(**self.key))
        return seed(self.name, self.plain) if state is None else state


def type_into(change: Change, field: TextField, update: bytes) -> bool:
    """Merge what somebody typed; False when it was there already.

    Raises Invalid (`bad_update`, or a text too long), Conflict (`text_gap`, `text_full`).
    """
    before = field.document()
    state, text = merge(field.name, before, update)
    if state == before:
        return False
    # Typed and erased again: the text is still that of the change before, which can be undone.
    holds = {field.name: origin(field.row, field.name)} if text == field.plain else None
    _write(change, field, _Edit(state, text, normal(update)), holds)
    return True


def replace_text(
    change: Change,
    field: TextField,
    text: str,
    seen: Seen,
    *,
    again: Mapping[str, int] | None = None,
) -> bool:
    """Make the text another one, word by word; what others typed unseen stays. False: it was so.

    Raises Invalid when both together are too long, Conflict when too much came unseen
    (`text_moved_on`) or the document is full. `again` as in `change_row`.
    """
    wanted = _with_unseen(field, text, seen)
    if wanted == field.plain:
        return False
    state, update = rewrite(field.name, field.document(), wanted)
    _write(change, field, _Edit(state, wanted, update), again)
    return True


@dataclass(frozen=True)
class _Edit:
    state: bytes
    text: str
    update: bytes


def _write(
    change: Change, field: TextField, edit: _Edit, again: Mapping[str, int] | None = None
) -> None:
    entity, row, name = field.entity, field.row, field.name
    try:
        entity.loader.fields[name].deserialize(edit.text)
    except ValidationError as error:
        told = {"json": {name: error.messages}}
        raise Invalid("The text cannot be like this.", errors=told) from None
    traced, before = traces(entity, row, (name,), again), field.plain
    setattr(row, name, edit.text)
    _keep(field, edit.state)
    change.stamp(entity, row, (name,), again)
    splice = splice_between(before, edit.text)
    update = b64encode(edit.update).decode()
    resolved = {"op": "text", "field": name, "update": update, "splice": splice.as_json()}
    back = splice_between(edit.text, before).as_json()
    inverse = {"op": "text", "of": "text", "field": name, "splice": back, **traced}
    change.remember(entity, row, {**resolved, "fields": stamps_of(entity, row)}, inverse)


def _keep(field: TextField, state: bytes) -> None:
    row = insert(TripText).values(**field.key, state=state)
    kept = row.on_conflict_do_update(index_elements=list(field.key), set_={"state": state})
    db.session.execute(kept)


def _with_unseen(field: TextField, text: str, seen: Seen) -> str:
    if seen.base_seq is None or last_change(field.row, field.name) <= seen.base_seq:
        return text
    edits = _edits_since(field, seen.base_seq)
    if len(edits) > MOST_UNSEEN:
        current = {"current": field.entity.see(field.row)}
        raise Conflict("Too much was typed since then.", code="text_moved_on", extra=current)
    splices = [(one, seen.is_own(edit)) for edit in edits for one in _splices(edit.ops, field)]
    base = field.plain
    for edit in reversed(edits):
        for one in _splices(edit.inverse, field):
            base = one.applied_to(base)
    return merged(base, text, splices)


def _edits_since(field: TextField, seq: int) -> Sequence[Row]:
    """The changes after a seq that edited a text, in order; at most one beyond `MOST_UNSEEN`."""
    rows = select(TripChange.client_id, TripChange.ops, TripChange.inverse).where(
        TripChange.trip_id == field.key["trip_id"],
        TripChange.seq > seq,
        TripChange.ops.contains([_target(field)]),
    )
    return db.session.execute(rows.order_by(TripChange.seq).limit(MOST_UNSEEN + 1)).all()


def _splices(ops: Sequence[Mapping[str, Any]], field: TextField) -> list[Splice]:
    target = _target(field).items()
    return [Splice.from_json(op["splice"]) for op in ops if target <= op.items()]


def _target(field: TextField) -> dict[str, str]:
    row_id = str(field.key["row_id"])
    return {"op": "text", "entity": field.entity.name, "id": row_id, "field": field.name}
