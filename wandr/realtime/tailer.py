"""The tailer: reads the log of every trip with local sockets, in order, and emits it to them.

One of them runs in each web process. Nothing depends on who committed a change, nor on Redis: a
poke only makes it look at once instead of within a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from threading import Event, Lock
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from wandr.ai.feed import BATCH as AI_BATCH
from wandr.ai.feed import STILL_TOLD, AiFeedEvent, events_since
from wandr.changes.feed import MOST_BYTES, LogRow, change_as_json, read_log
from wandr.extensions import db
from wandr.pokes import About
from wandr.realtime.rooms import PATIENCE, Lane, Room, Rooms, Seat
from wandr.transaction import reading
from wandr.trips.models import Member, Trip

log = structlog.get_logger()
PERIOD = 1.0  # seconds between looks at every trip, poked or not
BATCH = 100  # changes in one event
REMEMBERED = 2 * STILL_TOLD.total_seconds()  # after its last event, a request is not told again
Emit = Callable[[str, dict[str, Any], Sequence[str]], None]  # (event, payload, sids)


class Tailer:
    """Follows the trips of `rooms`. `emit` gives an event to local sockets."""

    def __init__(self, rooms: Rooms, emit: Emit) -> None:
        self.rooms = rooms
        self.emit = emit
        self.woken = Event()
        self._lock = Lock()
        self._poked: set[tuple[UUID, About]] = set()
        self._next_look = 0.0

    def wake(self, trip_id: UUID, about: About = About.CHANGES) -> None:
        """Something was committed in this trip. Any thread may say so, at any time."""
        if self.rooms.find(trip_id) is not None:
            with self._lock:
                self._poked.add((trip_id, about))
            self.woken.set()

    def step(self) -> None:
        """Emit what is new in the trips that were poked or, once a second, in all."""
        with self._lock:
            poked, self._poked = self._poked, set()
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + PERIOD
            self._follow(self.rooms.all_rooms())
            self._drop_lagging()
        else:
            for room in self._rooms_poked(poked, About.CHANGES):
                self._follow_changes(room)
            self._follow_ai(self._rooms_poked(poked, About.ASSISTANT))

    def _rooms_poked(self, poked: Collection[tuple[UUID, About]], about: About) -> list[Room]:
        ids = [trip_id for trip_id, what in poked if what is about]
        return [room for one in ids if (room := self.rooms.find(one)) is not None]

    def tell_heads(self) -> None:
        """Let every client notice what it has missed."""
        for room in self.rooms.all_rooms():
            told = {"trip_id": str(room.trip_id), "head": room.last}
            self._emit("trip:head", told, room.open_seats())
            room.forget_ended(time.monotonic() - REMEMBERED)

    def _follow(self, rooms: Sequence[Room]) -> None:
        with reading():
            behind, ahead = _rooms_behind(rooms)
        for room, head in ahead:
            log.error("log_went_back", trip_id=str(room.trip_id), head=head, told=room.last)
            self._reset(room, room.open_seats(), "too_old")
            room.rewind(head)
        for room in behind:
            self._follow_changes(room)
        self._follow_ai(rooms)

    def _follow_ai(self, rooms: Sequence[Room]) -> None:
        if not rooms:
            return
        with reading():
            spoken = events_since([room.trip_id for room in rooms], _told(rooms))
        # Whoever was removed before one of these was committed is evicted before it is told.
        for trip_id in {event.trip_id for event in spoken}:
            if (room := self.rooms.find(trip_id)) is not None:
                self._follow_changes(room)
        for event in spoken:
            self._tell_ai(event)
        if len(spoken) == AI_BATCH:
            self.look_again()

    def look_again(self) -> None:
        """Take the next step at once, and look at every trip."""
        self._next_look = 0.0
        self.woken.set()

    def _follow_changes(self, room: Room) -> None:
        """Give what is new in the log of a trip."""
        while room.seats:
            with reading():
                rows = read_log(room.trip_id, room.last, BATCH)
                roles = _roles(room) if any(map(_touches_members, rows)) else None
            if not rows:
                break
            if roles is not None:
                self._enforce(room, roles)
            self._give(room, rows)
            if len(rows) < BATCH and sum(row.size for row in rows) < MOST_BYTES:
                break

    def _enforce(self, room: Room, roles: dict[UUID, str]) -> None:
        """Evict the removed before anything is emitted, and tell the others their new roles."""
        trip_id = str(room.trip_id)
        self.rooms.stir(room.trip_id)
        for sid, seat in list(room.seats.items()):
            role = roles.get(seat.connection.user_id)
            if role is None:
                self.rooms.leave(room.trip_id, sid)
                self.emit("trip:revoked", {"trip_id": trip_id}, [sid])
            elif seat.role != role:
                seat.role = role  # of one that is joining: its acknowledgement tells it
                if seat.lane is Lane.OPEN:
                    self.emit("trip:role", {"trip_id": trip_id, "role": role}, [sid])

    def _give(self, room: Room, rows: Sequence[LogRow]) -> None:
        """Emit rows to the open seats, hold them for those who are joining; without a pause."""
        room.give(rows[-1].seq)
        for seat in room.seats.values():
            if seat.lane is Lane.JOINING:
                seat.held += rows
        for viewer, seats in _audiences(rows, room.open_seats()):
            changes = [change_as_json(row, viewer) for row in rows]
            self._emit("trip:changes", {"trip_id": str(room.trip_id), "changes": changes}, seats)
        room.unchecked += sum(row.size for row in rows)
        if room.unchecked > MOST_BYTES // 2:  # before anybody's backlog can overflow
            self._drop_lagging_of(room)

    def _drop_lagging(self) -> None:
        settled = time.monotonic() - PATIENCE
        for room in self.rooms.all_rooms():
            room.settle(settled)
            self._drop_lagging_of(room)

    def _drop_lagging_of(self, room: Room) -> None:
        room.unchecked = 0
        self._reset(room, [seat for seat in room.open_seats() if seat.lags], "lagging")

    def _reset(self, room: Room, seats: Sequence[Seat], reason: str) -> None:
        """Close the lane of these seats; their clients may join again."""
        for seat in seats:
            self.rooms.leave(room.trip_id, seat.connection.sid)
        self._emit("trip:reset", {"trip_id": str(room.trip_id), "reason": reason}, seats)

    def _tell_ai(self, event: AiFeedEvent) -> None:
        room = self.rooms.find(event.trip_id)
        if room is None or not room.hear(event.request_id, event.seq, is_last=event.is_last):
            return
        told = {
            "trip_id": str(event.trip_id),
            "request_id": str(event.request_id),
            "seq": event.seq,
            "type": event.type,
            "data": event.data,
        }
        self._emit("ai:event", told, room.open_seats())

    def _emit(self, event: str, payload: dict[str, Any], seats: Iterable[Seat]) -> None:
        sids = [seat.connection.sid for seat in seats]
        if sids:
            self.emit(event, payload, sids)


def _rooms_behind(rooms: Sequence[Room]) -> tuple[list[Room], list[tuple[Room, int]]]:
    """Rooms whose log goes on, and those that were told what the log no longer has, with its head.

    The latter happens when the database has lost commits: a standby took over that lacked some.
    """
    if not rooms:
        return [], []
    heads = select(Trip.id, Trip.seq).where(Trip.id.in_([room.trip_id for room in rooms]))
    head_of = {row.id: row.seq for row in db.session.execute(heads)}
    known = [(room, head_of.get(room.trip_id, room.last)) for room in rooms]
    behind = [room for room, head in known if head > room.last]
    return behind, [(room, head) for room, head in known if head < room.last]


def _roles(room: Room) -> dict[UUID, str]:
    users = {seat.connection.user_id for seat in room.seats.values()}
    members = select(Member.user_id, Member.role).where(
        Member.trip_id == room.trip_id, Member.user_id.in_(users)
    )
    return {row.user_id: row.role for row in db.session.execute(members)}


def _touches_members(row: LogRow) -> bool:
    return any(op["entity"] == "member" for op in row.ops)


def _audiences(rows: Sequence[LogRow], seats: Sequence[Seat]) -> list[tuple[UUID, Sequence[Seat]]]:
    """Seats that see the same of these rows, and one of the users at them."""
    if not seats:
        return []
    if not any(op["audience"] is not None or op["except"] for row in rows for op in row.ops):
        return [(seats[0].connection.user_id, seats)]
    by_user: dict[UUID, list[Seat]] = {}
    for seat in seats:
        by_user.setdefault(seat.connection.user_id, []).append(seat)
    return list(by_user.items())


def _told(rooms: Sequence[Room]) -> dict[UUID, int]:
    return {request: seq for room in rooms for request, seq in room.told.items()}
