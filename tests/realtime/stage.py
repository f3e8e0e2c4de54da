"""A tailer whose emissions are noted instead of sent, and seats without sockets."""

from __future__ import annotations

import time
from uuid import UUID, uuid4

from tests.realtime import protocol
from wandr.realtime.presence import Presence
from wandr.realtime.presence_store import PresenceStore
from wandr.realtime.rooms import Connection, Room, Rooms, Seat
from wandr.realtime.tailer import Tailer


class Stage:
    """Around one trip."""

    def __init__(self, trip_id: UUID) -> None:
        self.trip_id = trip_id
        self.rooms = Rooms()
        self.tailer = Tailer(self.rooms, self.note)
        self.presence = Presence(self.rooms, self.note, PresenceStore())
        self.noted: list[tuple[str, dict, list[str]]] = []

    def note(self, event: str, payload: dict, sids) -> None:
        assert protocol.told(event, payload) == []
        self.noted.append((event, payload, list(sids)))

    def connect(self, person, client_id: UUID | None = None) -> Connection:
        session, client = person.session_id, client_id or uuid4()
        connection = Connection(uuid4().hex, person.user_id, session, client, int(time.time()) + 60)
        self.rooms.connect(connection)
        return connection

    def enter(self, person, head: int = 3) -> Seat:
        seat = self.rooms.enter(Room(self.trip_id, head), self.connect(person), limit=10)
        assert seat is not None
        return seat

    def sit(self, person, role: str = "viewer", head: int = 3) -> Seat:
        seat = self.enter(person, head)
        assert self.rooms.open(seat, role)
        return seat

    def come(self, person, client_id: UUID | None = None) -> tuple[Seat, list[dict] | None]:
        """Somebody joins: their seat, and who is present as they are told."""
        connection = self.connect(person, client_id)
        seat = self.rooms.enter(Room(self.trip_id, 3), connection, limit=10)
        assert seat is not None
        seat.name = person.display_name
        assert self.rooms.open(seat, "viewer")
        return seat, self.presence.introduce(seat)

    def diffs(self, seat: Seat) -> list[dict]:
        """The `presence:diff` that a seat has heard since it was last asked for these."""
        diffs = [told for event, told in self.heard_by(seat) if event == "presence:diff"]
        self.noted = []
        return diffs

    def look(self) -> list[tuple[str, dict, list[str]]]:
        """Let it look at every trip; what it emitted."""
        self.noted = []
        self.tailer.look_again()
        self.tailer.step()
        return self.noted

    def heard_by(self, seat: Seat) -> list[tuple[str, dict]]:
        sid = seat.connection.sid
        return [(event, payload) for event, payload, sids in self.noted if sid in sids]
