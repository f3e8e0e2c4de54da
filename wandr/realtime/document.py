"""Protocol 1 as an AsyncAPI 3 document, made of the registries of events and their schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from wandr.auth.door import Access
from wandr.changes.schemas import MAX_OPS
from wandr.config import VERSION
from wandr.http.openapi import example_of, write_property
from wandr.realtime import backlog, limits, packets, presence, rooms, schemas, websocket_patch
from wandr.realtime.events import ClientEvent
from wandr.realtime.handlers import client_events
from wandr.realtime.server_events import SERVER_EVENTS

Doc = dict[str, Any]
ABOUT = (
    "The live side of Wandr, over Socket.IO v4, WebSocket transport only. Each message is an event "
    "of the namespace `/`, its payload the only argument. What a client sends is acknowledged, "
    "even if it is refused; the events of one connection are handled in their order. A client "
    "joins a trip with the last `seq` that it has applied, applies `trip:changes` in the order of "
    "`seq` without gaps, and asks for what is missing."
)
CHANNEL = "#/channels/namespace"


@dataclass(frozen=True)
class _Message:
    """One message of the channel."""

    key: str
    name: str
    schema: type[Schema]

    def as_json(self, spec: APISpec) -> Doc:
        return {
            "name": self.name,
            "title": self.name,
            "summary": _first_line(self.schema),
            "payload": _named(spec, self.schema),
            "examples": [{"payload": example_of(self.schema)}],
        }


HANDSHAKE = _Message("connect", "connect", schemas.HandshakeSchema)
CONNECTED = _Message("connected", "connect", schemas.ConnectedView)
CONNECT_ERROR = _Message("connect_error", "connect_error", schemas.ConnectErrorView)
REFUSED = _Message("refused", "refused", schemas.Refusal)


def describe_protocol(sockets_per_trip: int) -> Doc:
    """The document."""
    spec = _spec()
    messages = {one.key: one.as_json(spec) for one in _messages()}
    operations = {"connect": _handshake()}
    operations |= {_key(one.name): _receive(one) for one in client_events().values()}
    operations |= {f"tell_{_key(name)}": _send(name) for name in SERVER_EVENTS}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Wandr, live", "version": VERSION, "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "wandr": {
                "host": "{host}",
                "pathname": "/socket.io/",
                "protocol": "wss",
                "description": "Socket.IO v4 (Engine.IO 4); plain ws where there is no TLS.",
                "variables": {"host": {"default": "localhost:8000"}},
            }
        },
        "channels": {
            "namespace": {
                "address": "/",
                "description": "The default namespace of Socket.IO.",
                "messages": messages,
                "x-limits": _limits(sockets_per_trip),
            }
        },
        "operations": operations,
        "components": {"schemas": spec.to_dict()["components"]["schemas"]},
    }


def _messages() -> Iterator[_Message]:
    yield from (HANDSHAKE, CONNECTED, CONNECT_ERROR, REFUSED)
    for one in client_events().values():
        yield _Message(_key(one.name), one.name, type(one.schema))
        yield _Message(f"{_key(one.name)}_done", f"{one.name} acknowledged", one.answer)
    for name, schema in SERVER_EVENTS.items():
        yield _Message(_key(name), name, schema)


def _handshake() -> Doc:
    return {
        "action": "receive",
        "channel": {"$ref": CHANNEL},
        "summary": "Connect: who you are, by which client, in which protocol.",
        "messages": [_ref(HANDSHAKE.key)],
        "reply": _reply(CONNECTED.key, CONNECT_ERROR.key),
        "x-needs": Access.USER.value,
    }


def _receive(one: ClientEvent) -> Doc:
    return {
        "action": "receive",
        "channel": {"$ref": CHANNEL},
        "summary": (one.handle.__doc__ or "").split("\n")[0],
        "messages": [_ref(_key(one.name))],
        "reply": _reply(f"{_key(one.name)}_done", REFUSED.key),
        "x-needs": one.needs.value,
    }


def _send(name: str) -> Doc:
    return {
        "action": "send",
        "channel": {"$ref": CHANNEL},
        "summary": _first_line(SERVER_EVENTS[name]),
        "messages": [_ref(_key(name))],
    }


def _reply(*keys: str) -> Doc:
    return {"channel": {"$ref": CHANNEL}, "messages": [_ref(one) for one in keys]}


def _limits(sockets_per_trip: int) -> Doc:
    """What is refused, or ends a connection, beyond these."""
    return {
        "event_characters": packets.MAX_EVENT,
        "message_bytes": websocket_patch.MAX_MESSAGE,
        "ops_per_mutation": MAX_OPS,
        "mutations_per_second": limits.RATE,
        "mutations_at_once": limits.BURST,
        "presence_state_bytes": schemas.MOST_STATE,
        "presence_diffs_per_second": 1 / presence.PERIOD,
        "sockets_per_trip": sockets_per_trip,
        "changes_unseen": rooms.MOST_UNSEEN,
        "seconds_unseen": rooms.PATIENCE,
        "messages_unread": backlog.MOST_MESSAGES,
        "bytes_unread": backlog.MOST_BYTES,
    }


def _spec() -> APISpec:
    """A specification that only resolves schemas, as the one of REST writes them."""
    plugin: Any = MarshmallowPlugin()
    spec = APISpec("Wandr", VERSION, "3.1.0", plugins=[plugin])
    plugin.converter.add_attribute_function(write_property)
    return spec


def _named(spec: APISpec, schema: type[Schema]) -> Doc:
    name = schema.__name__
    if name not in spec.components.schemas:
        spec.components.schema(name, schema=schema)
        spec.components.schemas[name].setdefault("description", _first_line(schema))
    return {"$ref": f"#/components/schemas/{name}"}


def _ref(key: str) -> Doc:
    return {"$ref": f"{CHANNEL}/messages/{key}"}


def _key(name: str) -> str:
    return name.replace(":", "_")


def _first_line(schema: type[Schema]) -> str:
    return (schema.__doc__ or "").strip().split("\n")[0]
