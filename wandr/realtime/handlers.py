"""The client events of protocol 1."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from wandr.auth.door import Access
from wandr.auth.principal import principal_of
from wandr.changes.feed import changes_since
from wandr.changes.ops import Mode, read_ops
from wandr.changes.service import apply
from wandr.changes.undo import undo_change
from wandr.config import current_settings
from wandr.errors import Conflict, Forbidden
from wandr.gate import gate
from wandr.permissions import Permission
from wandr.realtime.events import EVENTS, ClientEvent, RateLimited, event
from wandr.realtime.joining import join
from wandr.realtime.presence import say
from wandr.realtime.rooms import Connection
from wandr.realtime.schemas import (
    CatchupAnswer,
    CatchupPayload,
    JoinAnswer,
    JoinPayload,
    MutateAnswer,
    MutatePayload,
    PresencePayload,
    RefreshAnswer,
    RefreshPayload,
    SeenPayload,
    TripPayload,
    UndoAnswer,
    UndoPayload,
)
from wandr.realtime.state import sockets
from wandr.transaction import atomic, reading

Payload = dict[str, Any]


def client_events() -> Mapping[str, ClientEvent]:
    """All that clients may send, by name."""
    return EVENTS


@event("trip:join", needs=Permission.VIEW, schema=JoinPayload, answer=JoinAnswer)
def join_trip(connection: Connection, payload: Payload) -> Payload:
    """Follow a trip from `since` on."""
    return join(connection, payload["trip_id"], payload["since"])


@event("trip:leave", needs=Access.USER, schema=TripPayload)
def leave_trip(connection: Connection, payload: Payload) -> None:
    """Follow it no longer."""
    sockets().rooms.leave(payload["trip_id"], connection.sid)


@event("trip:catchup", needs=Permission.VIEW, schema=CatchupPayload, answer=CatchupAnswer)
def catch_up(connection: Connection, payload: Payload) -> Payload:
    """Changes after a seq, in order; `more` says that there are others before `head`."""
    with reading():
        return changes_since(
            payload["trip_id"], connection.user_id, payload["since"], payload["limit"]
        )


# Each op asks for its own permission.
@event("trip:mutate", needs=Permission.VIEW, schema=MutatePayload, answer=MutateAnswer)
def mutate_trip(connection: Connection, payload: Payload) -> Payload:
    """Apply a batch of ops, once per `mutation_id`."""
    _require_turn(connection)
    ops = read_ops(payload["ops"])
    with gate.hold(payload["trip_id"]), atomic():
        outcome = apply(
            payload["trip_id"],
            connection.user_id,
            ops,
            source="socket",
            mutation_id=payload["mutation_id"],
            client_id=connection.client_id,
            base_seq=payload["base_seq"],
            mode=Mode(payload["mode"]),
        )
    return outcome.as_json()


# Each op asks for its own permission.
@event("trip:undo", needs=Permission.VIEW, schema=UndoPayload, answer=UndoAnswer)
def undo_in_trip(connection: Connection, payload: Payload) -> Payload:
    """Take a change back, as far as nobody has written there since; undo the undo to redo."""
    _require_turn(connection)
    with gate.hold(payload["trip_id"]), atomic():
        outcome = undo_change(
            payload["trip_id"],
            connection.user_id,
            payload["seq"],
            mutation_id=payload["mutation_id"],
            client_id=connection.client_id,
        )
    return outcome.as_json()


@event("trip:seen", needs=Access.USER, schema=SeenPayload)
def note_seen(connection: Connection, payload: Payload) -> None:
    """Note how far the client is: from now on it is told when it lags too far behind."""
    seat = sockets().rooms.seat(payload["trip_id"], connection.sid)
    if seat is not None:
        seat.seen = max(seat.seen or 0, min(payload["seq"], seat.room.last))


@event("presence:set", needs=Access.USER, schema=PresencePayload)
def set_presence(connection: Connection, payload: Payload) -> None:
    """Show something of oneself to the others; of what comes too fast, the newest is shown."""
    seat = sockets().rooms.seat(payload["trip_id"], connection.sid)
    if seat is None:
        raise Conflict("Join the trip first.", code="not_joined")
    say(seat, sockets().rooms, payload["state"])


@event("auth:refresh", needs=Access.USER, schema=RefreshPayload, answer=RefreshAnswer)
def refresh_token(connection: Connection, payload: Payload) -> Payload:
    """Let the connection live as long as a newer access token of the same person."""
    with reading():
        principal = principal_of(payload["token"])
    if principal.user_id != connection.user_id:
        raise Forbidden("This token is somebody else's: connect again.")
    connection.session_id, connection.checked_at = principal.session_id, time.monotonic()
    connection.expires_at, connection.warned = principal.token_expires_at, False
    return {"expires_at": principal.token_expires_at}


def _require_turn(connection: Connection) -> None:
    """RateLimited when the socket writes too much just now."""
    if current_settings().ratelimit_enabled and (wait := connection.writes.take()):
        raise RateLimited(wait)
