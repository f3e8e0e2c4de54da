"""One change in the making: what is performed on a locked trip, numbered and stored at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from wandr.base import utc_now
from wandr.changes.audience import StoredOp, addressed
from wandr.changes.entity import Entity, Row, Scene
from wandr.changes.models import TripChange
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.permissions import Permission
from wandr.trips.access import require
from wandr.trips.models import Member, Trip


@dataclass
class Change:
    """What one actor does to one locked trip. `member` is None for somebody who is not in it."""

    trip: Trip
    actor: UUID
    member: Member | None
    source: str
    client_id: UUID | None = None
    mutation_id: UUID | None = None
    at: datetime = field(default_factory=utc_now)
    ops: list[StoredOp] = field(default_factory=list)
    inverse: list[dict[str, Any]] = field(default_factory=list)

    @property
    def seq(self) -> int:
        """The number that this change will have."""
        return self.trip.seq + 1

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

    def stamp(self, entity: Entity, row: Row, changed: Mapping[str, Any]) -> None:
        """Mark a row, and the registers of its changed fields, as last changed here."""
        registers = {entity.register_of(name): self.seq for name in changed}
        row.register_seqs = {**row.register_seqs, **registers}
        row.version, row.updated_at = self.seq, self.at

    def remember(
        self, entity: Entity, row: Row, op: Mapping[str, Any], inverse: Mapping[str, Any]
    ) -> None:
        """Keep a resolved op, for those who may see the row, and the op that undoes it."""
        target = target_of(entity, row)
        self.ops.append(addressed({**op, **target}, entity.audience_of(row)))
        self.inverse.append({**inverse, **target})

    def record(self) -> int:
        """Number and store what was performed, if anything was; the head of the trip."""
        if self.ops:
            self.trip.seq = self.seq
            db.session.add(self._log_row())
            db.session.flush()
        return self.trip.seq

    def _log_row(self) -> TripChange:
        return TripChange(
            trip_id=self.trip.id,
            seq=self.trip.seq,
            actor_id=self.actor,
            client_id=self.client_id,
            mutation_id=self.mutation_id,
            source=self.source,
            ops=self.ops,
            inverse=self.inverse[::-1],
            at=self.at,
        )


def target_of(entity: Entity, row: Row) -> dict[str, str]:
    """How an op names its row."""
    return {"entity": entity.name, "id": str(getattr(row, entity.key))}
