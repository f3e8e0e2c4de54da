"""Places in a list: keys between keys, made under the trip's lock (fractional indexing).

The algorithm is David Greenspan's "Implementing Fractional Indexing"; a tombstone keeps its key,
so that a neighbour that was deleted still places what comes after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fractional_indexing import generate_key_between, generate_n_keys_between
from sqlalchemy import ColumnElement, Select, func, select

from wandr.changes.entity import Entity, Row
from wandr.changes.ops import End
from wandr.errors import Invalid
from wandr.extensions import db

LONGEST = 48


@dataclass(frozen=True)
class Lane:
    """One list of a trip: the rows of an entity that share the fields they are ordered within."""

    entity: Entity
    trip_id: UUID
    shared: Mapping[str, Any]

    @classmethod
    def of(cls, entity: Entity, row: Row, wanted: Mapping[str, Any] | None = None) -> Lane:
        """The list in which a row stands, or will stand with the `wanted` values."""
        wanted = wanted or {}
        names = entity.ordered_within or ()
        shared = {name: wanted.get(name, getattr(row, name)) for name in names}
        return cls(entity, row.trip_id, shared)

    def key_for(self, row_id: UUID, after: UUID | None | End) -> str:
        """A key for a row after a neighbour, on top (None) or at the end.

        A neighbour of another list means the top; one that never was raises Invalid.
        """
        column = self.entity.model.position
        others = [*self._rows(), self.entity.model.id != row_id]
        if isinstance(after, End):
            last = db.session.scalar(select(func.max(column)).where(*others))
            return str(generate_key_between(last, None))
        lower = None if after is None else self._key_of_neighbour(row_id, after)
        beyond = others if lower is None else [*others, column > lower]
        upper = db.session.scalar(select(func.min(column)).where(*beyond))
        return str(generate_key_between(lower, upper))

    def keys_at_end(self, many: int) -> list[str]:
        """Keys for that many new rows, one behind the other."""
        last = select(func.max(self.entity.model.position)).where(*self._rows())
        return list(generate_n_keys_between(db.session.scalar(last), None, n=many))

    def neighbour_before(self, row: Row) -> str | None:
        """The id of what a row stands behind; None on top."""
        model = self.entity.model
        before = select(model.id).where(*self._rows(), model.position < row.position)
        found = db.session.scalar(before.order_by(model.position.desc()).limit(1))
        return None if found is None else str(found)

    def key_again(self, row_id: UUID, key: str, behind: UUID | None) -> str:
        """The key that a row had behind a neighbour, or a fresh one where that means another now.

        Keys may have been rewritten since, and the neighbour may stand elsewhere.
        """
        neighbour = None if behind is None else db.session.get(self.entity.model, behind)
        if neighbour is not None and not self._holds(neighbour):
            return self.free_key(row_id, key)
        lower = "" if neighbour is None else neighbour.position
        model = self.entity.model
        between = self._live_others(row_id, model.position > lower, model.position <= key)
        if lower < key and not db.session.scalar(select(between.exists())):
            return key
        return self.key_for(row_id, behind)

    def free_key(self, row_id: UUID, key: str) -> str:
        """A key that a row had, or the next one if another row has got it meanwhile."""
        model = self.entity.model
        taken = self._live_others(row_id, model.position == key)
        if not db.session.scalar(select(taken.exists())):
            return key
        beyond = select(func.min(model.position)).where(*self._rows(), model.position > key)
        return str(generate_key_between(key, db.session.scalar(beyond)))

    def _live_others(self, row_id: UUID, *conditions: ColumnElement[bool]) -> Select[Any]:
        model = self.entity.model
        alive = model.deleted_seq.is_(None)
        return select(model.id).where(*self._rows(), alive, model.id != row_id, *conditions)

    def short_keys(self) -> list[tuple[Row, str]]:
        """Every row of the list, in the order it has, with a fresh key; one statement."""
        model = self.entity.model
        ordered = select(model).where(*self._rows()).order_by(model.position, model.id)
        rows = db.session.scalars(ordered).all()
        return list(zip(rows, generate_n_keys_between(None, None, n=len(rows)), strict=True))

    def _rows(self) -> list[ColumnElement[Any]]:
        model = self.entity.model
        shared = [getattr(model, n).is_not_distinct_from(v) for n, v in self.shared.items()]
        return [model.trip_id == self.trip_id, *shared]

    def _key_of_neighbour(self, row_id: UUID, neighbour_id: UUID) -> str | None:
        neighbour = db.session.get(self.entity.model, neighbour_id)
        if neighbour is None or neighbour.trip_id != self.trip_id or neighbour_id == row_id:
            raise Invalid("There is no such neighbour.", code="unknown_neighbour")
        return neighbour.position if self._holds(neighbour) else None

    def _holds(self, row: Row) -> bool:
        return all(getattr(row, name) == value for name, value in self.shared.items())
