"""The shapes of protocol 1: the handshake, what clients send and what they are answered."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import fields, validate

from wandr.ai.models import ACTIVE
from wandr.changes.schemas import (
    ChangesView,
    ChangeView,
    ErrorView,
    MutationSchema,
    OutcomeView,
    UndoView,
)
from wandr.http.fields import Choice, Flag, Identifier, JsonObject, ListOf, Text, Whole
from wandr.http.schema import WandrSchema
from wandr.trips.models import ROLES

MOST_STATE = 1024  # bytes of JSON
TRIP = "0198c0de-0000-7000-8000-000000000001"
CLIENT = "0198c0de-0000-7000-8000-000000000002"
PERSON = "0198c0de-0000-7000-8000-000000000003"
# Every code with which an acknowledgement may refuse.
CODES: Mapping[str, str] = {
    "ahead": "the trip has not reached `base_seq`: read its snapshot again",
    "bad_request": "the message cannot be read",
    "busy": "too much at once, or a part of the machinery is away: try again",
    "conflict": "the state of things does not allow it",
    "forbidden": "a member without the right",
    "internal": "a fault of the server",
    "invalid": "readable, and wrong: `errors` says where",
    "invalid_token": "the token is not good, or no longer",
    "mutation_reused": "this `mutation_id` came with other ops before",
    "not_found": "missing, or not yours",
    "not_joined": "the socket has not joined the trip, or was reset",
    "rate_limited": "too many of these from one socket",
    "too_large": "the event is too large",
    "trip_full": "the trip has no place left",
    "unauthorized": "the token has expired, or the session has ended",
    "unknown_event": "protocol 1 has no such event",
}
HANDSHAKE_CODES: Mapping[str, str] = {
    "ahead": "the trip has not reached `base_seq`: read its snapshot again",
    "bad_handshake": "`auth` is wrong",
    "busy": "the database is away: try again",
    "client_too_old": "this server does not speak your `proto`",
    "unauthorized": "the token is not good, or no longer",
}


def _code(codes: Mapping[str, str]) -> Choice:
    told = "; ".join(f"`{code}`: {meaning}" for code, meaning in codes.items())
    return Choice(*codes, required=True, metadata={"description": told})


# The handshake


class HandshakeSchema(WandrSchema):
    """The `auth` of a connection; `app` names the client in our logs."""

    example = {"token": "<access token>", "client_id": CLIENT, "proto": 1, "app": "web/1.4"}

    token = Text(4096, required=True)
    client_id = Identifier(required=True)
    proto = Whole(required=True)
    app = Text(100)


class ConnectedView(WandrSchema):
    """The connection stands; no trip is joined yet."""

    sid = Text(100, required=True)


class RefusalOfHandshake(WandrSchema):
    """Why there is no connection."""

    code = _code(HANDSHAKE_CODES)
    errors = fields.Dict()
    min = Whole(metadata={"description": "The oldest protocol that is spoken."})
    max = Whole(metadata={"description": "The newest protocol that is spoken."})
    retry_after_ms = Whole(1)


class ConnectErrorView(WandrSchema):
    """What `connect_error` carries."""

    example = {"message": "This server speaks protocol 1.", "data": {"code": "client_too_old"}}

    message = Text(1000, required=True)
    data = fields.Nested(RefusalOfHandshake, required=True)


# What clients send


class TripPayload(WandrSchema):
    """Which trip."""

    trip_id = Identifier(required=True)


class JoinPayload(TripPayload):
    """`since` is the last seq that the client has applied, null when it has nothing."""

    example = {"trip_id": TRIP, "since": 12}

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

    example = {"trip_id": TRIP, "state": {"view": "2027-04-02"}}

    state = JsonObject(MOST_STATE, required=True)


class MutatePayload(MutationSchema):
    """A batch of ops for a trip."""

    example = {"trip_id": TRIP, **MutationSchema.example}

    trip_id = Identifier(required=True)


class UndoPayload(TripPayload):
    """Which change to take back, once per `mutation_id`."""

    example = {"trip_id": TRIP, "seq": 12, "mutation_id": "0198c0de-0000-7000-8000-0000000000ac"}

    seq = Whole(1, required=True)
    mutation_id = Identifier(required=True)


class RefreshPayload(WandrSchema):
    """A newer access token of the same person."""

    token = Text(4096, required=True)


# What they are answered


class Acknowledgement(WandrSchema):
    """It is done."""

    ok = Flag(required=True, validate=validate.OneOf([True]))


class PresentView(WandrSchema):
    """A client that is present in a trip."""

    example = {"client_id": CLIENT, "user_id": PERSON, "display_name": "Ada", "state": {}}

    client_id = Identifier(required=True)
    user_id = Identifier(required=True)
    display_name = Text(1000, required=True)
    state = fields.Dict(required=True)


class RunningView(WandrSchema):
    """Something that the assistant works on; events up to `last_seq` are read by HTTP."""

    request_id = Identifier(required=True)
    last_seq = Whole(0, required=True)
    status = Choice(*ACTIVE, required=True)


class JoinAnswer(Acknowledgement):
    """Where to go on from: `changes`, or what is at `snapshot_url`."""

    mode = Choice("delta", "snapshot", required=True)
    head = Whole(0, required=True)
    role = Choice(*ROLES, required=True)
    changes = fields.List(fields.Nested(ChangeView), required=True, allow_none=True)
    snapshot_url = Text(1000, required=True, allow_none=True)
    presence = ListOf(
        fields.Nested(PresentView), 100_000, required=True, allow_none=True,
        metadata={"description": "Null while presence is not known."},
    )  # fmt: skip
    ai = ListOf(fields.Nested(RunningView), 100_000, required=True)


class CatchupAnswer(Acknowledgement, ChangesView):
    """A stretch of the log; `more` says that it goes on before `head`."""


class MutateAnswer(Acknowledgement, OutcomeView):
    """What became of the batch; `head` is the trip's seq afterwards."""


class UndoAnswer(Acknowledgement, UndoView):
    """What became of the undo: `partial` when something of it was left, and why."""


class RefreshAnswer(Acknowledgement):
    """Until when the connection may stand, in seconds since 1970."""

    expires_at = fields.Integer(required=True, metadata={"example": 1_806_710_400})


class RefusalView(ErrorView):
    """Why an event was refused; `retry_after_ms` says when to try again."""

    code = _code(CODES)  # type: ignore[assignment]
    retry_after_ms = Whole(1)


class Refusal(WandrSchema):
    """It is not done."""

    example = {"ok": False, "error": {"code": "not_found", "message": "Nothing here."}}

    ok = Flag(required=True, validate=validate.OneOf([False]))
    error = fields.Nested(RefusalView, required=True)
