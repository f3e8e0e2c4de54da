"""The log as people read it: who did what, newest first, in groups of what belongs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.changes.audience import visible_ops
from wandr.changes.deeds import Deeds
from wandr.changes.feed import LOG
from wandr.changes.models import TripChange
from wandr.extensions import db
from wandr.http.fields import instant_text
from wandr.trips.access import trip_for
from wandr.trips.models import Member

TOGETHER = timedelta(minutes=5)  # between one change of a group and the next
MOST_IN_A_GROUP = 20  # changes


@dataclass(frozen=True)
class Entry:
    """A change as a viewer may read it."""

    seq: int
    actor_id: UUID
    source: str
    undoes: int | None
    at: datetime
    ops: list[dict[str, Any]]


def read_history(
    trip_id: UUID, viewer: UUID, *, entity_id: UUID | None, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """At most `limit` groups of changes before a seq, and the seq to read on before, if any.

    With `entity_id` only what concerns that row. Fewer groups, or none, where much is hidden from
    the viewer: no page looks through more than a bounded part. Raises NotFound for an outsider.
    """
    head = trip_for(viewer, trip_id).trip.seq
    top = head + 1 if before is None else min(before, head + 1)
    entries, end = _entries(trip_id, viewer, entity_id, top, most=limit * MOST_IN_A_GROUP + 1)
    groups = _grouped(entries)[:limit]
    told = [entry for group in groups for entry in group]
    deeds = Deeds.of([op for entry in told for op in entry.ops], viewer)
    names = _names(trip_id, {entry.actor_id for entry in told})
    items = [_as_json(group, deeds, names) for group in groups]
    return items, told[-1].seq if len(entries) > len(told) else end


def _entries(
    trip_id: UUID, viewer: UUID, entity_id: UUID | None, before: int, *, most: int
) -> tuple[list[Entry], int | None]:
    """What the viewer may read of `most` changes; the seq before which others follow, if any."""
    log = LOG.add_columns(TripChange.undoes).where(
        TripChange.trip_id == trip_id, TripChange.seq < before
    )
    if entity_id is not None:
        log = log.where(TripChange.ops.contains([{"id": str(entity_id)}]))
    rows = db.session.execute(log.order_by(TripChange.seq.desc()).limit(most)).all()
    found = []
    for row in rows:
        ops = visible_ops(row.ops, str(viewer))
        about = [op for op in ops if entity_id is None or op["id"] == str(entity_id)]
        if about:
            found.append(Entry(row.seq, row.actor_id, row.source, row.undoes, row.at, about))
    return found, rows[-1].seq if len(rows) == most else None


def _grouped(entries: Sequence[Entry]) -> list[list[Entry]]:
    groups: list[list[Entry]] = []
    for entry in entries:
        if groups and _belongs(entry, groups[-1]):
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return groups


def _belongs(entry: Entry, group: Sequence[Entry]) -> bool:
    """Whether an older change stands in one group with newer ones. An undo stands alone."""
    newer = group[-1]
    alike = (entry.actor_id, entry.source) == (newer.actor_id, newer.source)
    alone = entry.undoes is not None or newer.undoes is not None
    return alike and not alone and newer.at - entry.at <= TOGETHER and len(group) < MOST_IN_A_GROUP


def _names(trip_id: UUID, users: set[UUID]) -> Mapping[UUID, str]:
    """The display names of members. Who has left has none any more."""
    members = select(Member.user_id, Member.display_name).where(
        Member.trip_id == trip_id, Member.user_id.in_(users)
    )
    return {row.user_id: row.display_name for row in db.session.execute(members)}


def _as_json(group: Sequence[Entry], deeds: Deeds, names: Mapping[UUID, str]) -> dict[str, Any]:
    newest, oldest = group[0], group[-1]
    ops = [op for entry in reversed(group) for op in entry.ops]
    name = names.get(newest.actor_id)
    return {
        "first_seq": oldest.seq,
        "last_seq": newest.seq,
        "first_at": instant_text(oldest.at),
        "last_at": instant_text(newest.at),
        "by": str(newest.actor_id),
        "display_name": name,
        "source": newest.source,
        "undoes": newest.undoes,
        "what": deeds.listed(ops),
        "text": deeds.told(ops, name or "Somebody", newest.source),
    }
