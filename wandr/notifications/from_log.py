"""What a stretch of a trip's log means to each of its members."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from wandr.changes.audience import visible_ops
from wandr.changes.deeds import Deeds
from wandr.changes.entity import Entity, registry
from wandr.changes.feed import LogRow
from wandr.extensions import db
from wandr.notifications.service import Notice
from wandr.permissions import Permission, allows
from wandr.trips.models import Member, Trip

LONGEST_TEXT: Final = 500
MOST_NAMED: Final = 3  # people in a sentence


@dataclass(frozen=True)
class Stretch:
    """Consecutive rows of a trip's log, and who is in the trip now."""

    trip: Trip
    rows: Sequence[LogRow]
    members: Sequence[Member]

    @property
    def title(self) -> str:
        return f"“{self.trip.title}”"

    @property
    def last(self) -> int:
        return int(self.rows[-1].seq)

    def name_of(self, user_id: UUID) -> str:
        """The name of a member, or of nobody in particular."""
        return next(
            (one.display_name for one in self.members if one.user_id == user_id), "Somebody"
        )

    def joined_at(self, member: Member) -> int:
        """The row of the stretch in which a member came in, last; 1 when that was before."""
        return max((row.seq for row in self.rows if _joins(row, member.user_id)), default=1)

    def seen_by(self, member: Member) -> Iterator[tuple[LogRow, list[dict[str, Any]]]]:
        """What others did since the member is in the trip, as far as they may see it."""
        joined = self.joined_at(member)
        for row in self.rows:
            if row.seq > joined and row.actor_id != member.user_id:
                ops = visible_ops(row.ops, str(member.user_id))
                if ops:
                    yield row, ops


def notices_of(stretch: Stretch) -> list[Notice]:
    """Everything that the stretch tells, to everybody whom it concerns."""
    return [
        *_memberships(stretch),
        *_mentions(stretch),
        *(notice for member in stretch.members for notice in _edits(stretch, member)),
    ]


def _memberships(stretch: Stretch) -> Iterator[Notice]:
    for row in stretch.rows:
        for op in row.ops:
            if op["entity"] == "member" and row.seq > 1:
                yield from _membership(stretch, row, op)


def _membership(stretch: Stretch, row: LogRow, op: dict[str, Any]) -> Iterator[Notice]:
    who, title, trip_id = UUID(op["id"]), stretch.title, stretch.trip.id
    more = {"trip_id": trip_id, "actor_id": row.actor_id, "data": {"seq": row.seq}}
    if op["op"] == "update" and "role" in op["fields"]:
        told = f"You are {op['fields']['role']} in {title} now."
        yield Notice(who, "role_changed", f"role:{trip_id}:{row.seq}", told, **more)
    if op["op"] == "delete" and row.actor_id != who:
        told = f"You are no longer in {title}."
        yield Notice(who, "removed", f"removed:{trip_id}:{row.seq}", told, **more)
    if op["op"] == "create":
        told = f"{op['value']['display_name']} has joined {title}."
        for one in _organizers(stretch, row):
            yield Notice(one.user_id, "joined", f"joined:{trip_id}:{row.seq}", told, **more)
    if op["op"] == "delete" and row.actor_id == who:
        told = f"Somebody has left {title}."
        for one in _organizers(stretch, row):
            yield Notice(one.user_id, "left", f"left:{trip_id}:{row.seq}", told, **more)


def _edits(stretch: Stretch, member: Member) -> Iterator[Notice]:
    """What others did to the trip and its content, in one notice."""
    by: dict[UUID, list[dict[str, Any]]] = {}
    sources: dict[UUID, str] = {}
    for row, ops in stretch.seen_by(member):
        content = [op for op in ops if op["entity"] != "member"]
        if content and row.source != "system":
            by.setdefault(row.actor_id, []).extend(content)
            sources[row.actor_id] = row.source
    if not by:
        return
    deeds = Deeds.of([op for ops in by.values() for op in ops], member.user_id)
    told = [
        deeds.told(ops, stretch.name_of(actor), sources[actor])
        for actor, ops in list(by.items())[:MOST_NAMED]
    ]
    trip_id = stretch.trip.id
    yield Notice(
        member.user_id,
        "changes",
        f"changes:{trip_id}:{stretch.last}",
        f"{stretch.title}: {' '.join(told)}"[:LONGEST_TEXT],
        trip_id=trip_id,
        data={"first_seq": stretch.rows[0].seq, "seq": stretch.last, "by": [str(a) for a in by]},
    )


def _mentions(stretch: Stretch) -> Iterator[Notice]:
    """Names behind an @ in the notes of what was touched; of each row once, to each."""
    touched: dict[tuple[str, str], LogRow] = {}
    for row in stretch.rows:
        for op in row.ops:
            if _touches_text(op):
                touched[op["entity"], op["id"]] = row
    for entity in registry:
        ids = [key for name, key in touched if name == entity.name]
        for found in _texts_of(entity, stretch.trip.id, ids):
            row = touched[entity.name, str(found.id)]
            yield from _named_in(stretch, entity, found, row)


def _named_in(stretch: Stretch, entity: Entity, found: Any, row: LogRow) -> Iterator[Notice]:
    text = " ".join(getattr(found, name) for name in sorted(entity.texts)).casefold()
    audience = entity.audience_of(found)
    for member in stretch.members:
        name = re.escape(member.display_name.casefold())
        if audience is not None and str(member.user_id) not in audience:
            continue
        if re.search(rf"@{name}(?!\w)", text):
            label = getattr(found, entity.label)
            yield Notice(
                member.user_id,
                "mentioned",
                f"mention:{entity.name}:{found.id}",
                f"{stretch.name_of(row.actor_id)} mentions you in “{label}” ({stretch.title}).",
                trip_id=stretch.trip.id,
                actor_id=row.actor_id,
                data={"seq": row.seq, "entity": entity.name, "id": str(found.id)},
            )


def _texts_of(entity: Entity, trip_id: UUID, ids: Sequence[str]) -> Sequence[Any]:
    if not entity.texts or not ids:
        return []
    model = entity.model
    mine = model.id == trip_id if model is Trip else model.trip_id == trip_id
    wanted = getattr(model, entity.key).in_([UUID(one) for one in ids])
    return db.session.scalars(select(model).where(mine, wanted, model.deleted_seq.is_(None))).all()


def _touches_text(op: dict[str, Any]) -> bool:
    entity = registry.find(op["entity"])
    if entity is None or not entity.texts:
        return False
    said = {op.get("field"), *op.get("fields", {}), *op.get("value", {})}
    return bool(said & entity.texts)


def _organizers(stretch: Stretch, row: LogRow) -> Iterator[Member]:
    """Those who were in the trip already when the row was written."""
    for one in stretch.members:
        may = allows(one.role, one.permissions, Permission.MANAGE_MEMBERS)
        if may and stretch.joined_at(one) < row.seq:
            yield one


def _joins(row: LogRow, user_id: UUID) -> bool:
    return any(
        (op["entity"], op["op"], op["id"]) == ("member", "create", str(user_id)) for op in row.ops
    )
