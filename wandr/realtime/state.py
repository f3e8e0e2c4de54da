"""What the sockets of one process share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import current_app
from socketio import Server

from wandr.extensions import db
from wandr.notifications.models import Notification
from wandr.notifications.schemas import NotificationView
from wandr.realtime.backlog import Backlog
from wandr.realtime.frames import framed_event
from wandr.realtime.presence import Presence
from wandr.realtime.presence_store import PresenceStore
from wandr.realtime.rooms import Rooms
from wandr.transaction import reading

STATE = "wandr.sockets"


@dataclass
class Sockets:
    """The server of one application, who is connected to it, and the raw connections."""

    server: Server
    rooms: Rooms = field(default_factory=Rooms)
    opened: set[Any] = field(default_factory=set)

    @cached_property
    def presence(self) -> Presence:
        """Who is in the trips of these rooms, here and elsewhere."""
        return Presence(self.rooms, self.emit, PresenceStore())

    def emit(self, event: str, payload: dict[str, Any], sids: Sequence[str]) -> None:
        """Give an event to local sockets; those that have gone are passed over."""
        packet = framed_event(event, payload)
        for sid in sids:
            raw = self.server.eio.sockets.get(self.server.manager.eio_sid_from_sid(sid, "/"))
            if raw is not None and not raw.closed:
                raw.steady.give(packet)

    def tell_notification(self, message: str) -> None:
        """Give a person's sockets here what they were told. ValueError for what is no hint."""
        user_id, notification_id = map(UUID, message.split(" "))
        sids = [one.sid for one in self.rooms.connections() if one.user_id == user_id]
        if not sids:
            return
        with reading():
            found = db.session.get(Notification, notification_id)
            told = None if found is None else NotificationView().dump(found)
        if told is not None:
            self.emit("notification", told, sids)

    def backlog_of(self, sid: str) -> Backlog:
        """What waits for a socket. KeyError when it has gone."""
        raw = self.server.eio.sockets[self.server.manager.eio_sid_from_sid(sid, "/")]
        backlog: Backlog = raw.queue.backlog
        return backlog

    def is_gone(self, sid: str) -> bool:
        """Whether no connection is left behind this socket."""
        eio_sid = self.server.manager.eio_sid_from_sid(sid, "/")
        return eio_sid not in self.server.eio.sockets


def sockets() -> Sockets:
    """Those of the application at work."""
    found: Sockets = current_app.extensions[STATE]
    return found
