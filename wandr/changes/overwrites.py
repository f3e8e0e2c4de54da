"""What a write would overwrite of somebody else's, decided under the lock, in server order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.changes.entity import Entity, Row
from wandr.changes.models import TripChange
from wandr.changes.ops import Mode, Op
from wandr.changes.registers import last_change
from wandr.errors import PreconditionRequired, Stale
from wandr.extensions import db


@dataclass(frozen=True)
class Seen:
    """What the writer had seen when it wrote, and who "somebody else" is: another client.

    `relative` fields were computed from what is there, and need not have been seen.
    """

    base_seq: int | None = None
    mode: Mode = Mode.LIVE
    client_id: UUID | None = None
    expect_version: int | None = None
    checks: bool = True  # False for what the server itself writes
    relative: frozenset[str] = frozenset()

    def check_version(self, row: Row) -> None:
        """Raise Stale when `If-Match` named another version than the row has."""
        if self.expect_version is not None and self.expect_version != row.version:
            raise Stale(f"The current version is {row.version}, not {self.expect_version}.")

    def overwritten(
        self, entity: Entity, row: Row, wanted: Mapping[str, Any], view: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """The values of others, newer than what the writer had seen, that `wanted` replaces."""
        if self.base_seq is None:
            return []
        found = []
        for name in [one for one in wanted if one not in self.relative]:
            if author := self._author_unseen(entity, row, entity.register_of(name)):
                by, seq = author
                found.append({"field": name, "by": str(by), "seq": seq, "value": view.get(name)})
        return found

    def refuses(
        self,
        target: tuple[Entity, Row],
        op: Op,
        wanted: Collection[str],
        overwrote: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Whether the op must be answered `conflict` instead of being applied.

        Raises PreconditionRequired for money that is there, when nobody says what they have seen.
        """
        if not self.checks:
            return False
        entity, row = target
        money = entity.strict & set(wanted)
        if money and self.base_seq is None and self.expect_version is None and _is_set(*target):
            raise PreconditionRequired(
                "Money is changed by who has seen it: send If-Match, or base_seq.",
                extra={"current": entity.see(row)},
            )
        if any(one["field"] in money for one in overwrote):
            return True
        return bool(overwrote) and (self.mode is Mode.OFFLINE or op.rejects_conflicts)

    def is_own(self, change: Any) -> bool:
        """Whether a change in the log came from this very client."""
        return self.client_id is not None and bool(change.client_id == self.client_id)

    def _author_unseen(self, entity: Entity, row: Row, register: str) -> tuple[UUID, int] | None:
        """Who else changed a register, and when, after what the writer had seen; the last one.

        Behind a change of one's own there may be one of others that a queue made offline has not
        seen: for it, the log is looked through.
        """
        seq = last_change(row, register)
        if self.base_seq is None or seq <= self.base_seq:
            return None
        columns = TripChange.seq, TripChange.actor_id, TripChange.client_id, TripChange.ops
        log = select(*columns).where(TripChange.trip_id == getattr(row, "trip_id", row.id))
        change = db.session.execute(log.where(TripChange.seq == seq)).one_or_none()
        if change is None:
            return None
        if not self.is_own(change):
            return change.actor_id, seq
        if self.mode is not Mode.OFFLINE:
            return None
        target = {"entity": entity.name, "id": str(getattr(row, entity.key))}
        behind = log.where(TripChange.seq > self.base_seq, TripChange.seq < seq)
        about = behind.where(TripChange.ops.contains([target])).order_by(TripChange.seq.desc())
        for change in db.session.execute(about):
            if not self.is_own(change) and _writes(change.ops, entity, target["id"], register):
                return change.actor_id, change.seq
        return None


def _writes(ops: Sequence[Mapping[str, Any]], entity: Entity, row_id: str, register: str) -> bool:
    names = (name for op in ops if op["id"] == row_id for name in op.get("fields", ()))
    return any(entity.register_of(name) == register for name in names)


def _is_set(entity: Entity, row: Row) -> bool:
    return any(getattr(row, name) is not None for name in entity.strict)
