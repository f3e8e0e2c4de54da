"""Who is connected to this process, and who of them follows which trip."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import RLock
from typing import Any
from uuid import UUID

from wandr.changes.feed import LogRow
from wandr.realtime.backlog import Backlog
from wandr.realtime.limits import TokenBucket
from wandr.realtime.present import Known

MOST_UNSEEN = 500  # changes that a client which tells what it has seen may be behind
PATIENCE = 15.0  # seconds within which it must have seen a change


@dataclass
class Connection:
    """One socket: who is at it, by which session, and until when."""

    sid: str
    user_id: UUID
    session_id: UUID
    client_id: UUID
    expires_at: int  # seconds since 1970
    checked_at: float = field(default_factory=time.monotonic)  # when its session was last seen open
    warned: bool = False
    writes: TokenBucket = field(default_factory=TokenBucket)
    backlog: Backlog = field(default_factory=Backlog)


class Lane(StrEnum):
    """Whether the changes of a trip go to a socket."""

    JOINING = "joining"  # held back until its access has been read
    OPEN = "open"
    CLOSED = "closed"  # it left, was removed, or lags behind


@dataclass
class Seat:
    """A socket's place in a trip."""

    connection: Connection
    room: Room = field(repr=False)
    lane: Lane = Lane.JOINING
    role: str = ""
    name: str = ""  # of the member at it
    since: int = 0  # its acknowledgement told everything up to here
    seen: int | None = None  # what the client says it has applied; None until it says so
    held: list[LogRow] = field(default_factory=list)  # changes that came while it was joining
    heard: dict[UUID, int] = field(default_factory=dict)  # and events of the assistant
    opened_at: float = 0.0  # seconds since 1970
    state: dict[str, Any] = field(default_factory=dict)  # what it shows of itself, the newest
    shown: dict[str, Any] = field(default_factory=dict)  # the same as others know it
    shown_at: float = 0.0
    knows_others: bool = False  # whether it was told who is present, and hears what changes
    knew: Known = field(default_factory=dict)  # who was present when it last was

    @property
    def lags(self) -> bool:
        """Whether its client reads, or says that it reads, too slowly to be given more."""
        if self.connection.backlog.is_full:
            return True
        if self.seen is None:
            return False
        seen = max(self.seen, self.since)
        return seen < self.room.overdue or self.room.last - seen > MOST_UNSEEN


@dataclass
class Room:
    """A trip with local sockets. `last` is the newest seq given to them."""

    trip_id: UUID
    last: int
    seats: dict[str, Seat] = field(default_factory=dict)
    told: dict[UUID, int] = field(default_factory=dict)  # the last seq told of each AI request
    ended: dict[UUID, float] = field(default_factory=dict)  # when its last event was told
    given: deque[tuple[float, int]] = field(default_factory=deque)  # when, and up to which seq
    overdue: int = 0  # who has not seen this by now is too slow
    unchecked: int = 0  # bytes of changes given since it was looked who lags

    def give(self, seq: int) -> None:
        """Note that everything up to `seq` is given to the seats now."""
        self.last = seq
        self.given.append((time.monotonic(), seq))

    def settle(self, before: float) -> None:
        """What was given before this instant should have been seen."""
        while self.given and self.given[0][0] <= before:
            self.overdue = self.given.popleft()[1]

    def rewind(self, head: int) -> None:
        """Go on from a head that lies before what was given."""
        self.last, self.overdue = head, 0
        self.given.clear()
        for seat in self.seats.values():
            seat.held.clear()

    def open_seats(self) -> list[Seat]:
        """Those whose lane is open."""
        return [seat for seat in self.seats.values() if seat.lane is Lane.OPEN]

    def hear(self, request_id: UUID, seq: int, *, is_last: bool) -> bool:
        """Note an event of the assistant; False when it was told before."""
        if seq <= self.told.get(request_id, 0):
            return False
        self.told[request_id] = seq
        if is_last:
            self.ended[request_id] = time.monotonic()
        for seat in self.seats.values():
            if seat.lane is Lane.JOINING:
                seat.heard[request_id] = seq
        return True

    def forget_ended(self, before: float) -> None:
        """Forget the requests whose last event was told before this instant."""
        for request_id in [one for one, at in self.ended.items() if at < before]:
            del self.ended[request_id]
            self.told.pop(request_id, None)


class Rooms:
    """The connections and rooms of one process. Every method is atomic."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._connections: dict[str, Connection] = {}
        self._rooms: dict[UUID, Room] = {}
        self._stirred: set[UUID] = set()

    def connect(self, connection: Connection) -> None:
        with self._lock:
            self._connections[connection.sid] = connection

    def disconnect(self, sid: str) -> None:
        """Forget a socket and its seats."""
        with self._lock:
            self._connections.pop(sid, None)
            for trip_id in [one for one, room in self._rooms.items() if sid in room.seats]:
                self.leave(trip_id, sid)

    def find_connection(self, sid: str) -> Connection | None:
        return self._connections.get(sid)

    def connections(self) -> list[Connection]:
        with self._lock:
            return list(self._connections.values())

    def enter(self, room: Room, connection: Connection, *, limit: int) -> Seat | None:
        """A seat that holds back what comes until it is opened; None when there is no place left.

        `room` is used when the trip has none yet. Its `last` was read before: whoever reads the log
        afterwards misses nothing.
        """
        with self._lock:
            room = self._rooms.setdefault(room.trip_id, room)
            self._close(room, connection.sid)
            if len(room.seats) >= limit or connection.sid not in self._connections:
                self._drop_empty(room)
                return None
            seat = room.seats[connection.sid] = Seat(connection, room)
            return seat

    def open(self, seat: Seat, role: str) -> bool:
        """Let changes through to the seat; False when it was evicted meanwhile.

        `role` counts unless the tailer has heard of another one since the seat was taken.
        """
        with self._lock:
            if seat.lane is not Lane.JOINING:
                return False
            seat.lane, seat.role = Lane.OPEN, seat.role or role
            seat.since, seat.opened_at = seat.room.last, time.time()
            self._stirred.add(seat.room.trip_id)
            return True

    def stir(self, trip_id: UUID) -> None:
        """Who is in this trip, or what they show, may be another now."""
        with self._lock:
            self._stirred.add(trip_id)

    def take_stirred(self) -> set[UUID]:
        """The trips that were stirred since the last call."""
        with self._lock:
            stirred, self._stirred = self._stirred, set()
            return stirred

    def leave(self, trip_id: UUID, sid: str) -> Seat | None:
        """Give up a seat; the seat, if there was one."""
        with self._lock:
            room = self._rooms.get(trip_id)
            if room is None:
                return None
            seat = self._close(room, sid)
            self._drop_empty(room)
            return seat

    def find(self, trip_id: UUID) -> Room | None:
        return self._rooms.get(trip_id)

    def seat(self, trip_id: UUID, sid: str) -> Seat | None:
        """The seat of a socket in a trip, if it has one."""
        room = self._rooms.get(trip_id)
        return room.seats.get(sid) if room else None

    def all_rooms(self) -> Sequence[Room]:
        with self._lock:
            return list(self._rooms.values())

    def _drop_empty(self, room: Room) -> None:
        if not room.seats:
            self._rooms.pop(room.trip_id, None)

    def _close(self, room: Room, sid: str) -> Seat | None:
        seat = room.seats.pop(sid, None)
        if seat is not None:
            seat.lane = Lane.CLOSED
            self._stirred.add(room.trip_id)
        return seat
