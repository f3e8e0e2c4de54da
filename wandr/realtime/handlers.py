"""The client events of protocol 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wandr.auth.door import Access
from wandr.auth.principal import principal_of
from wandr.changes.feed import changes_since
from wandr.changes.ops import Mode, read_ops
from wandr.changes.schemas import MutationSchema
from wandr.changes.service import apply
from wandr.config import current_settings
from wandr.errors import Conflict, Forbidden
from wandr.gate import gate
from wandr.http.fields import Identifier, JsonObject, Text, Whole
from wandr.http.schema import WandrSchema
from wandr.permissions import Permission
from wandr.realtime.events import EVENTS, ClientEvent, RateLimited, event
from wandr.realtime.joining import join
from wandr.realtime.presence import say
from wandr.realtime.rooms import Connection
from wandr.realtime.state import sockets
from wandr.transaction import atomic, reading

Payload = dict[str, Any]
MOST_STATE = 1024  # bytes of JSON


def client_events() -> Mapping[str, ClientEvent]:
    """All that clients may send, by name."""
    return EVENTS


class TripPayload(WandrSchema):
    """Which trip."""

    trip_id = Identifier(required=True)


class JoinPayload(TripPayload):
    """`since` is the last seq that the client has applied, null when it has nothing."""

    since = Whole(0, allow_none=True, load_default=None)


class CatchupPayload(TripPayload):
    """Which stretch of the log."""

    since = Whole(0, required=True)
    limit = Whole(1, 500, load_default=500)


class SeenPayload(TripPayload):
    """The last seq that the client has applied."""

    seq = Whole(0, required=True)


class PresencePayload(TripPayload):
    """What a client shows of itself: where it looks, what it edits; its own words."""

    state = JsonObject(MOST_STATE, required=True)


class MutatePayload(MutationSchema):
    """A batch of ops for a trip."""

    trip_id = Identifier(required=True)


class RefreshPayload(WandrSchema):
    """A newer access token of the same person."""

    token = Text(4096, required=True)


@event("trip:join", needs=Permission.VIEW, schema=JoinPayload)
def join_trip(connection: Connection, payload: Payload) -> Payload:
    """Follow a trip from `since` on."""
    return join(connection, payload["trip_id"], payload["since"])


@event("trip:leave", needs=Access.USER, schema=TripPayload)
def leave_trip(connection: Connection, payload: Payload) -> None:
    """Follow it no longer."""
    sockets().rooms.leave(payload["trip_id"], connection.sid)


@event("trip:catchup", needs=Permission.VIEW, schema=CatchupPayload)
def catch_up(connection: Connection, payload: Payload) -> Payload:
    """Changes after a seq, in order; `more` says that there are others before `head`."""
    with reading():
        return changes_since(
            payload["trip_id"], connection.user_id, payload["since"], payload["limit"]
        )


@event("trip:mutate", needs=Permission.VIEW, schema=MutatePayload)  # each op asks for its own
def mutate_trip(connection: Connection, payload: Payload) -> Payload:
    """Apply a batch of ops, once per `mutation_id`."""
    if current_settings().ratelimit_enabled and (wait := connection.writes.take()):
        raise RateLimited(wait)
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


@event("auth:refresh", needs=Access.USER, schema=RefreshPayload)
def refresh_token(connection: Connection, payload: Payload) -> Payload:
    """Let the connection live as long as a newer access token of the same person."""
    with reading():
        principal = principal_of(payload["token"])
    if principal.user_id != connection.user_id:
        raise Forbidden("This token is somebody else's: connect again.")
    connection.session_id = principal.session_id
    connection.expires_at, connection.warned = principal.token_expires_at, False
    return {"expires_at": principal.token_expires_at}
