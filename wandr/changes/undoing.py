"""Taking back one op of a change: only where the row still holds what that change wrote.

What somebody wrote since stays, and is reported. An undo's own change has an inverse like any
other: to undo it is to redo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.changes.change import Change
from wandr.changes.entity import Entity, Row, registry
from wandr.changes.models import TripChange
from wandr.changes.ops import Op
from wandr.changes.outcome import Result
from wandr.changes.performing import (
    TRUSTED,
    find_row,
    follow,
    refuse_deleted,
    refuse_hidden,
    shorten_keys,
)
from wandr.changes.positions import Lane
from wandr.changes.registers import LIFE, holds, last_change, newest_origin
from wandr.changes.splices import Splice
from wandr.changes.texts import TextField, replace_text
from wandr.changes.writing import change_row, delete_row, restore_row
from wandr.errors import Conflict
from wandr.extensions import db


class ChangedSince(Conflict):
    """Somebody has written there since; `kept` says what was left as it is."""

    code = "changed_since"


def take_back(change: Change, undone: TripChange, inverse: Mapping[str, Any]) -> Result:
    """Perform an inverse that the log holds of a change. Raises what refuses it."""
    return ACTS[inverse["op"]](_step_of(change, undone, inverse))


def refuse_changed(change: Change, undone: TripChange, inverse: Mapping[str, Any]) -> None:
    """Raise what would refuse an inverse; ChangedSince when nothing of it is left to take back."""
    row = _step_of(change, undone, inverse).row
    registers = inverse.get("was", (LIFE,))
    if not any(holds(row, register, inverse, undone.seq) for register in registers):
        raise ChangedSince("Somebody changed since what this followed from.")


def _step_of(change: Change, undone: TripChange, inverse: Mapping[str, Any]) -> _Step:
    entity = registry.find(inverse["entity"])
    if entity is None or inverse["of"] not in entity.client_ops:
        raise Conflict("This cannot be undone.", code="not_undoable")
    change.require(entity.permission_for(inverse["of"]))
    row = find_row(change, entity, UUID(inverse["id"]))
    refuse_hidden(change, (entity, row))
    return _Step(change, entity, row, undone, inverse)


@dataclass(frozen=True)
class _Step:
    """An inverse op about to be performed on its row."""

    change: Change
    entity: Entity
    row: Row
    undone: TripChange  # the change that is taken back
    inverse: Mapping[str, Any]

    def set_fields_back(self) -> Result:
        """The fields as they were, register by register; also of a tombstone that moved along."""
        is_buried = "buried" in self.inverse and self.row.deleted_seq is not None
        if not is_buried:
            refuse_deleted((self.entity, self.row))
        old = self.inverse["fields"]
        ours = {name: value for name, value in old.items() if self._holds(name)}
        kept = self._kept(name for name in old if name not in ours)
        if not ours:
            raise ChangedSince("Somebody changed this since.", extra={"kept": kept})
        wanted = self._placed(self.entity.restorer.load(ours))
        registers = {self.entity.register_of(name) for name in ours}
        again = {name: seq for name, seq in self.inverse["was"].items() if name in registers}
        target = self.entity, self.row
        change_row(self.change, target, wanted, "update", again=again)
        shorten_keys(self.change, target)  # and nothing else follows: what did is taken back itself
        row_id: UUID = getattr(self.row, self.entity.key)
        status = "noop" if is_buried else "applied"
        return Result(row_id, status, None if is_buried else self.change.seq, kept=kept)

    def set_text_back(self) -> Result:
        """The text without what was typed."""
        refuse_deleted((self.entity, self.row))
        name = self.inverse["field"]
        if not self._holds(name):
            raise ChangedSince("Somebody typed here since.", extra={"kept": self._kept([name])})
        field = TextField(self.entity, self.row, name)
        text = Splice.from_json(self.inverse["splice"]).applied_to(field.plain)
        if not replace_text(self.change, field, text, TRUSTED, again=self.inverse["was"]):
            return Result(self.row.id, "noop")
        return Result(self.row.id, "applied", self.change.seq)

    def delete_again(self) -> Result:
        """Gone, unless somebody has changed it since it came."""
        if not self._holds(LIFE) or newest_origin(self.row) > self.undone.seq:
            current = {"current": self.entity.see(self.row)}
            raise ChangedSince("Somebody changed this since.", extra=current)
        again = self.inverse.get("was", {LIFE: 0})  # before its creation there was nothing
        before = delete_row(self.change, (self.entity, self.row), again)
        return self._done("delete", before)

    def bring_back(self) -> Result:
        """There again, as it was."""
        if not self._holds(LIFE):
            raise ChangedSince("Somebody restored or deleted this since.")
        restore_row(self.change, (self.entity, self.row), self.inverse["was"])
        return self._done("restore", {})

    def _holds(self, name: str) -> bool:
        return holds(self.row, self.entity.register_of(name), self.inverse, self.undone.seq)

    def _placed(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The fields, with a key that means the old place among the rows of today."""
        if self.entity.ordered_within is None:
            return wanted
        lane = Lane.of(self.entity, self.row, wanted)
        if not set(wanted) & {"position", *self.entity.ordered_within}:
            return wanted
        key = wanted.get("position", self.row.position)
        if "after" not in self.inverse:  # its list moved as a whole, or it followed from something
            return {**wanted, "position": lane.free_key(self.row.id, key)}
        behind = self.inverse["after"]
        behind = None if behind is None else UUID(behind)
        return {**wanted, "position": lane.key_again(self.row.id, key, behind)}

    def _kept(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """What somebody else's later values are, whose, and since when."""
        view = self.entity.see(self.row)
        seqs = {name: last_change(self.row, self.entity.register_of(name)) for name in names}
        authors = select(TripChange.seq, TripChange.actor_id).where(
            TripChange.trip_id == self.change.trip.id, TripChange.seq.in_(set(seqs.values()))
        )
        by = {row.seq: str(row.actor_id) for row in db.session.execute(authors)} if seqs else {}
        return [
            {"field": name, "by": by.get(seq), "seq": seq, "value": view[name]}
            for name, seq in seqs.items()
        ]

    def _done(self, kind: str, before: Mapping[str, Any]) -> Result:
        row_id: UUID = getattr(self.row, self.entity.key)
        put_back = {UUID(one["id"]) for one in self.undone.inverse}
        op = Op(kind, self.entity, row_id)
        follow(self.change, (self.entity, self.row), before, op, but=put_back)
        return Result(row_id, "applied", self.change.seq)


ACTS: Mapping[str, Callable[[_Step], Result]] = {
    "update": _Step.set_fields_back,
    "text": _Step.set_text_back,
    "delete": _Step.delete_again,
    "restore": _Step.bring_back,
}
