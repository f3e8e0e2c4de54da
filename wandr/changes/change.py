"""One change in the making: what is performed on a locked trip, numbered and stored at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from wandr.base import Content, utc_now
from wandr.changes.audience import StoredOp, addressed
from wandr.changes.entity import Entity, Row, Scene
from wandr.changes.models import TripMutation
from wandr.errors import Conflict, NotFound
from wandr.http.fields import instant_text
from wandr.permissions import Permission
from wandr.trips.access import require
from wandr.trips.models import Member, Trip

Mark = tuple[list[StoredOp], list[dict[str, Any]], int]
STAMPS = frozenset({"version", "updated_at"})
MOST_ROWS = 10_000  # of content in one trip, the deleted aside


@dataclass
class Change:
    """What one actor does to one locked trip. `member` is None for somebody who is not in it."""

    trip: Trip
    actor: UUID
    member: Member | None
    source: str
    client_id: UUID | None = None
    mutation_id: UUID | None = None
    earlier: TripMutation | None = None  # what became of the same mutation before
    undoes: int | None = None  # the seq of the change that this one takes back
    at: datetime = field(default_factory=utc_now)
    ops: list[StoredOp] = field(default_factory=list)
    inverse: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0  # of content, that it adds
    answer: Mapping[str, Any] | None = None  # that a second delivery of the mutation will get

    @property
    def seq(self) -> int:
        """The number that this change will have."""
        return self.trip.seq + 1

    @property
    def head(self) -> int:
        """The seq of the trip once this is stored: nothing is numbered that changed nothing."""
        return self.seq if self.ops else self.trip.seq

    @property
    def scene(self) -> Scene:
        """What the rules of an entity may look at."""
        return Scene(self.trip, self.actor, self.at)

    def require(self, needed: Permission) -> Member:
        """The actor's membership. NotFound for an outsider, Forbidden without the right."""
        if self.member is None:
            raise NotFound()
        require(self.member, needed)
        return self.member

    def stamp(
        self,
        entity: Entity,
        row: Row,
        changed: Iterable[str],
        again: Mapping[str, int] | None = None,
    ) -> None:
        """Mark a row, and the registers of its changed fields, as last changed here.

        `again` names registers that hold once more what an earlier change wrote, and which.
        """
        registers = {entity.register_of(name): self.seq for name in changed}
        row.register_seqs = {**row.register_seqs, **registers}
        others = {name: seq for name, seq in row.origins.items() if name not in registers}
        row.origins = others | dict(again or {})
        row.version, row.updated_at = self.seq, self.at

    def count(self, entity: Entity, rows: int) -> None:
        """Note rows that come or go. Raises Conflict beyond what a trip may hold."""
        if issubclass(entity.model, Content):
            self.rows += rows
            if rows > 0 and self.trip.content_rows + self.rows > MOST_ROWS:
                raise Conflict(f"A trip holds at most {MOST_ROWS} things.", code="trip_overfull")

    def tell(self, entity: Entity, row: Row, op: Mapping[str, Any]) -> None:
        """Keep a resolved op for those who may see the row."""
        told = {**op, **target_of(entity, row)}
        self.ops.append(addressed(told, entity.audience_of(row)))

    def remember(
        self, entity: Entity, row: Row, op: Mapping[str, Any], inverse: Mapping[str, Any]
    ) -> None:
        """Keep a resolved op, and the op that undoes it."""
        self.tell(entity, row, op)
        self.inverse.append({**inverse, **target_of(entity, row)})

    def mark(self) -> Mark:
        """What was performed so far, to come back to when a savepoint is rolled back."""
        return self.ops[:], self.inverse[:], self.rows

    def rewind(self, mark: Mark) -> None:
        """Forget what was performed since the mark."""
        self.ops, self.inverse, self.rows = mark


def target_of(entity: Entity, row: Row) -> dict[str, str]:
    """How an op names its row."""
    return {"entity": entity.name, "id": str(getattr(row, entity.key))}


def stamps_of(entity: Entity, row: Row) -> dict[str, Any]:
    """What a reader sees of the stamps of a row."""
    stamps = {"version": row.version, "updated_at": instant_text(row.updated_at)}
    return {name: value for name, value in stamps.items() if name in entity.viewer.fields}
