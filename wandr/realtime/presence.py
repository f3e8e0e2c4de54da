"""Who is in a trip just now: lossy, the newest wins, and never in anybody's way.

Joins and events only touch this process's memory; `step`, a chore, exchanges it with the other
processes through Redis and tells the sockets what has changed, at most ten times a second.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import RLock
from typing import Any
from uuid import UUID

import structlog
from redis import RedisError
from sqlalchemy import select

from wandr.extensions import db
from wandr.realtime.presence_store import ALIVE, PresenceStore
from wandr.realtime.present import Known, Page, Present, difference, merge
from wandr.realtime.rooms import Room, Rooms, Seat
from wandr.realtime.tailer import Emit
from wandr.transaction import reading
from wandr.trips.models import Member

log = structlog.get_logger()
PERIOD = 0.1  # seconds between two diffs of a trip
REFRESH = 10.0  # seconds between saying everything again; a dead process is known after ALIVE + it
PAUSE = 1.0  # seconds until Redis is tried again after it did not answer
MIN_GAP = 0.2  # seconds between two states of one socket: what comes in between is skipped
HEARTBEAT = 2.0  # seconds after which Redis is asked whether it is there


class Presence:
    """Presence in the trips of `rooms`, as this process knows it."""

    def __init__(self, rooms: Rooms, emit: Emit, store: PresenceStore) -> None:
        self.rooms, self.emit, self.store = rooms, emit, store
        self.is_reachable = False  # whether Redis answered when it was last asked
        self._elsewhere: dict[UUID, dict[str, Page]] = {}  # of the other processes
        self._told: dict[UUID, Known] = {}  # what the sockets here know
        self._unwritten: set[UUID] = set()
        self._unread: set[UUID] = set()
        self._untold: set[UUID] = set()
        self._answered_at = self._refresh_at = self._retry_at = 0.0
        self._lock = RLock()

    def introduce(self, seat: Seat) -> list[dict[str, Any]] | None:
        """Who is present, for a socket that has just joined; None while Redis is away.

        What only other processes know yet follows within moments, as a diff: nobody waits for it.
        """
        with self._lock:
            trip_id = seat.room.trip_id
            known = dict(self._told.get(trip_id, {}))
            me = str(seat.connection.client_id)
            before = known.get(me)
            if before is not None and before.user_id == str(seat.connection.user_id):
                seat.state = seat.shown = before.state  # it has come back before it was missed
            known[me] = _present(seat)
            seat.knows_others = self.is_reachable
            return [one.as_json() for one in known.values()] if self.is_reachable else None

    def count_elsewhere(self, trip_id: UUID) -> int:
        """How many sockets the other processes have in a trip, as far as is known here."""
        return sum(len(page) for page in self._elsewhere.get(trip_id, {}).values())

    def hear(self, message: str) -> None:
        """Another process has written its page of a trip: `"<trip id> <process>"`."""
        trip_id, _, process = message.partition(" ")
        if not self.store.hears_itself(process):
            with self._lock:
                self._unread.add(UUID(trip_id))

    def refresh(self) -> None:
        """Let the next step say and ask everything again."""
        self._refresh_at = 0.0

    def step(self) -> None:
        """Exchange what is new with the other processes, and tell it to the sockets here."""
        stirred = self.rooms.take_stirred()
        self._unwritten |= stirred
        self._untold |= stirred
        for trip_id in stirred:
            if not _settle(self.rooms.find(trip_id)):
                self.rooms.stir(trip_id)
        self._forget_empty()
        if time.monotonic() >= self._retry_at:
            self._exchange()
        self._tell()

    def _exchange(self) -> None:
        try:
            self._ask_for_all()
            self._write()
            self._read()
        except RedisError as error:
            self._retry_at = time.monotonic() + PAUSE
            self._lose(error)
            return
        self._answered_at, self.is_reachable = time.monotonic(), True

    def _ask_for_all(self) -> None:
        """Everything again now and then: what was missed, or lost by Redis, mends itself."""
        if self.is_reachable and time.monotonic() < self._refresh_at:
            return
        here = {room.trip_id for room in self.rooms.all_rooms()}
        self._unwritten |= here
        self._unread |= here
        self._untold |= {one.trip_id for one in self.rooms.all_rooms() if _has_strangers(one)}
        self._refresh_at = time.monotonic() + REFRESH

    def _write(self) -> None:
        trips, self._unwritten = self._unwritten, set()
        try:
            if trips or time.monotonic() - self._answered_at > HEARTBEAT:
                self.store.write({one: _page(self.rooms.find(one)) for one in trips})
        except RedisError:
            self._unwritten |= trips
            raise

    def _read(self) -> None:
        with self._lock:
            asked, self._unread = self._unread, set()
        here = {one for one in asked if self.rooms.find(one) is not None}
        here |= {room.trip_id for room in self.rooms.all_rooms()} - self._elsewhere.keys()
        try:
            found = self.store.read(here)
        except RedisError:
            with self._lock:
                self._unread |= here
            raise
        self._untold |= {one for one in here if found[one] != self._elsewhere.get(one, {})}
        self._elsewhere |= found

    def _lose(self, error: RedisError) -> None:
        """Keep what is known of the others for as long as they might be alive."""
        if self.is_reachable:
            log.warning("presence_away", error=str(error))
        self.is_reachable = False
        if self._elsewhere and time.monotonic() - self._answered_at > ALIVE:
            self._untold |= self._elsewhere.keys()
            self._elsewhere = {}

    def _forget_empty(self) -> None:
        for known in (self._elsewhere, self._told):
            for trip_id in [one for one in known if self.rooms.find(one) is None]:
                del known[trip_id]

    def _tell(self) -> None:
        rooms = [room for one in self._untold if (room := self.rooms.find(one)) is not None]
        if rooms:
            with reading():  # whoever was removed is neither told of, nor told anything
                members = _members([room.trip_id for room in rooms])
            for room in rooms:
                self._tell_room(room, members[room.trip_id])
        self._untold = set()

    def _tell_room(self, room: Room, members: dict[UUID, str]) -> None:
        with self._lock:
            pages = [_page(room), *self._elsewhere.get(room.trip_id, {}).values()]
            now = merge(pages, {str(one): name for one, name in members.items()})
            before = self._told.get(room.trip_id, {})
            self._told[room.trip_id] = now
            seats = [one for one in room.open_seats() if one.connection.user_id in members]
            for seat in seats:  # presence is the first thing that a slow reader does without
                if seat.knows_others and seat.connection.backlog.is_half_full:
                    seat.knows_others, seat.knew = False, before
            self._emit(room, difference(before, now), [one for one in seats if one.knows_others])
            if self.is_reachable:
                for seat in filter(_is_stranger, seats):
                    self._emit(room, difference(seat.knew, now), [seat])
                    seat.knows_others = True

    def _emit(self, room: Room, diff: dict[str, Any], seats: Sequence[Seat]) -> None:
        if seats and any(diff.values()):
            told = {"trip_id": str(room.trip_id), **diff}
            self.emit("presence:diff", told, [one.connection.sid for one in seats])


def say(seat: Seat, rooms: Rooms, state: dict[str, Any]) -> None:
    """Let a socket show this state of itself; soon, and unless another one comes before."""
    seat.state = state
    rooms.stir(seat.room.trip_id)


def _page(room: Room | None) -> Page:
    return [_present(seat) for seat in room.open_seats()] if room is not None else []


def _present(seat: Seat) -> Present:
    connection = seat.connection
    who = str(connection.client_id), str(connection.user_id)
    return Present(*who, seat.name, seat.opened_at, seat.shown)


def _settle(room: Room | None) -> bool:
    """Show the newest states, each socket's at most so often; False when some have to wait."""
    now, waits = time.monotonic(), False
    for seat in room.open_seats() if room is not None else []:
        if seat.state != seat.shown:
            if now - seat.shown_at >= MIN_GAP:
                seat.shown, seat.shown_at = seat.state, now
            else:
                waits = True
    return not waits


def _has_strangers(room: Room) -> bool:
    return any(map(_is_stranger, room.open_seats()))


def _is_stranger(seat: Seat) -> bool:
    """Whether a socket still has to be told who is there, and reads fast enough to be."""
    return not seat.knows_others and not seat.connection.backlog.is_half_full


def _members(trip_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, str]]:
    """The names of the members of each trip, by their user id."""
    statement = select(Member.trip_id, Member.user_id, Member.display_name).where(
        Member.trip_id.in_(trip_ids)
    )
    members: dict[UUID, dict[UUID, str]] = {one: {} for one in trip_ids}
    for trip_id, user_id, name in db.session.execute(statement):
        members[trip_id][user_id] = name
    return members
