"""What the sockets of one process share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from socketio import Server

from wandr.realtime.frames import framed_event
from wandr.realtime.rooms import Rooms

STATE = "wandr.sockets"


@dataclass
class Sockets:
    """The server of one application, who is connected to it, and the raw connections."""

    server: Server
    rooms: Rooms = field(default_factory=Rooms)
    opened: set[Any] = field(default_factory=set)

    def emit(self, event: str, payload: dict[str, Any], sids: Sequence[str]) -> None:
        """Give an event to local sockets; those that have gone are passed over."""
        packet = framed_event(event, payload)
        for sid in sids:
            raw = self.server.eio.sockets.get(self.server.manager.eio_sid_from_sid(sid, "/"))
            if raw is not None and not raw.closed:
                raw.steady.give(packet)


def sockets() -> Sockets:
    """Those of the application at work."""
    found: Sockets = current_app.extensions[STATE]
    return found
