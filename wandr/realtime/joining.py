"""Joining a trip: nothing is missed, nothing comes early, and a join that races a removal loses.

The socket takes a seat that holds back what the tailer gives out; then its access and the log are
read; then, in one go, the seat opens and the acknowledgement takes in what was held.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from wandr.ai.feed import BATCH, events_since, running_requests
from wandr.changes.feed import MOST_BYTES, change_as_json, read_log
from wandr.changes.models import TripChange
from wandr.config import current_settings
from wandr.errors import Busy, NotFound
from wandr.extensions import db
from wandr.realtime.rooms import Connection, Room, Seat
from wandr.realtime.state import sockets
from wandr.transaction import reading
from wandr.trips.access import trip_for

MOST_CHANGES = 500


def join(connection: Connection, trip_id: UUID, since: int | None) -> dict[str, Any]:
    """Seat a socket in a trip; the acknowledgement. NotFound outside, Busy when it is full."""
    seat = _take_seat(connection, trip_id)
    try:
        with reading():
            joined = _read_trip(connection.user_id, trip_id, since)
            running = running_requests(trip_id)
    except BaseException:
        sockets().rooms.leave(trip_id, connection.sid)
        raise
    seat.name = joined.pop("name")
    if not sockets().rooms.open(seat, joined["role"]):
        raise NotFound()
    more = {"role": seat.role, "presence": sockets().presence.introduce(seat)}
    return {**_with_held(joined, seat), **more, "ai": _with_heard(running, seat)}


def _take_seat(connection: Connection, trip_id: UUID) -> Seat:
    with reading():
        head = trip_for(connection.user_id, trip_id).trip.seq
        told = _told_before(trip_id) if sockets().rooms.find(trip_id) is None else {}
    room = Room(trip_id, head, told=told)
    limit = current_settings().sockets_per_trip - sockets().presence.count_elsewhere(trip_id)
    seat = sockets().rooms.enter(room, connection, limit=limit)
    if seat is None:
        raise Busy("There is no place left in this trip.", code="trip_full", retry_after=30)
    return seat


def _read_trip(user_id: UUID, trip_id: UUID, since: int | None) -> dict[str, Any]:
    """What a member gets who has everything up to `since`: changes, or where the snapshot is.

    With their display name beside it, which is not for the acknowledgement.
    """
    access = trip_for(user_id, trip_id)
    head, role, name = access.trip.seq, access.member.role, access.member.display_name
    if since is None or not _is_short(trip_id, since, head):
        url = f"/api/v1/trips/{trip_id}/snapshot"
        return {
            **{"mode": "snapshot", "head": head, "role": role, "name": name},
            **{"changes": None, "snapshot_url": url},
        }
    rows = read_log(trip_id, since, MOST_CHANGES, until=head)
    changes = [change_as_json(row, user_id) for row in rows]
    return {
        **{"mode": "delta", "head": head, "role": role, "name": name},
        **{"changes": changes, "snapshot_url": None},
    }


def _is_short(trip_id: UUID, since: int, head: int) -> bool:
    """Whether what came after `since` is little enough for one message."""
    if not 0 <= head - since <= MOST_CHANGES:
        return False
    if head == since:
        return True
    sizes = select(func.sum(TripChange.size)).where(
        TripChange.trip_id == trip_id, TripChange.seq > since, TripChange.seq <= head
    )
    return (db.session.scalar(sizes) or 0) <= MOST_BYTES


def _with_held(joined: dict[str, Any], seat: Seat) -> dict[str, Any]:
    """The acknowledgement, with the changes that came while it was being read."""
    held = [row for row in seat.held if row.seq > joined["head"]]
    seat.held = []
    if not held:
        return joined
    changes = joined["changes"]
    if changes is not None:
        viewer = seat.connection.user_id
        changes = changes + [change_as_json(row, viewer) for row in held]
    return {**joined, "head": held[-1].seq, "changes": changes}


def _with_heard(running: list[dict[str, Any]], seat: Seat) -> list[dict[str, Any]]:
    """What the assistant works on, up to its newest event; the client replays by HTTP."""
    known = {one["request_id"]: one for one in running}
    for request_id, seq in seat.heard.items():
        told = known.setdefault(
            str(request_id), {"request_id": str(request_id), "last_seq": 0, "status": "running"}
        )
        told["last_seq"] = max(told["last_seq"], seq)
    seat.heard = {}
    return list(known.values())


def _told_before(trip_id: UUID) -> dict[UUID, int]:
    """The events of the assistant that are history for whoever comes first to a trip."""
    told: dict[UUID, int] = {}
    while events := events_since([trip_id], told):
        told |= {event.request_id: event.seq for event in events}
        if len(events) < BATCH:
            break
    return told
