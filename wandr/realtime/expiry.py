"""Ends connections: the token expired, the session ended, nobody reads, nobody shook hands."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import structlog
from wsproto.frame_protocol import CloseReason

from wandr.auth.sessions import live_session_ids
from wandr.realtime.rooms import Connection
from wandr.realtime.state import Sockets
from wandr.transaction import reading

log = structlog.get_logger()
WARNING = 60  # seconds before a token expires
PATIENCE = 20.0  # seconds to shake hands, and to hang up after the goodbye


class Expiry:
    """Looks after all connections of one process."""

    def __init__(self, sockets: Sockets) -> None:
        self.sockets = sockets
        self._strangers: dict[Any, float] = {}  # raw connections without a person, and since when

    def step(self) -> None:
        """End what is over; one statement. Needs an application context."""
        self._cut_unread()
        self._end_strangers()
        for connection in self.sockets.rooms.connections():
            left = connection.expires_at - time.time()
            if left <= 0 or self.sockets.is_gone(connection.sid):
                self._end(connection)
            elif left <= WARNING and not connection.warned:
                connection.warned = True
                self.sockets.emit("auth:expiring", {"in_s": int(left)}, [connection.sid])
        self._end_sessions(self.sockets.rooms.connections())

    def _end_sessions(self, connections: list[Connection]) -> None:
        if not connections:
            return
        sessions = {one.sid: one.session_id for one in connections}
        asked_at = time.monotonic()
        with reading():
            still_open = live_session_ids(set(sessions.values()))
        for connection in connections:
            if connection.session_id in still_open:
                connection.checked_at = asked_at
            elif connection.session_id == sessions[connection.sid]:  # not refreshed meanwhile
                self._end(connection)

    def _end(self, connection: Connection) -> None:
        self.sockets.server.disconnect(connection.sid)
        self.sockets.rooms.disconnect(connection.sid)

    def _cut_unread(self) -> None:
        """Nothing can be told to who does not read; to cut frees all that waits for them."""
        for raw in list(self.sockets.opened):
            if raw.is_unread:
                log.warning("socket_unread", eio_sid=raw.engine_socket.sid)
                raw.cut()

    def _end_strangers(self) -> None:
        """Hang up on who never shook hands, or does not go after being told to."""
        now = time.monotonic()
        strangers = {raw for raw in list(self.sockets.opened) if not self._is_known(raw)}
        self._strangers = {raw: self._strangers.get(raw, now) for raw in strangers}
        for raw, since in self._strangers.items():
            if now - since > 2 * PATIENCE:
                raw.cut()
            elif now - since > PATIENCE:
                goodbye = partial(raw.leave, CloseReason.POLICY_VIOLATION, "Nobody is logged in.")
                self.sockets.server.start_background_task(goodbye)

    def _is_known(self, raw: Any) -> bool:
        sid = self.sockets.server.manager.sid_from_eio_sid(raw.engine_socket.sid, "/")
        return self.sockets.rooms.find_connection(sid) is not None
