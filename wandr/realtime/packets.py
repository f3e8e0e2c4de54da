"""Socket.IO packets, read as strictly as bodies: what cannot be read becomes an event that says so.

An exception while a packet is decoded would leave the client without an answer. Here the packet
arrives all the same, under a name that nobody can send, and is refused in its acknowledgement.
"""

from __future__ import annotations

import json
from typing import Any

from socketio.packet import (
    ACK,
    BINARY_ACK,
    BINARY_EVENT,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    Packet,
)

from wandr.errors import BadRequest
from wandr.http.json import is_safe_json, read_json

MAX_EVENT = 128 * 1024  # characters of one event, its name included
NO_BINARY = "Protocol 1 has no binary data: send text."
UNREADABLE = "\0unreadable"  # NUL is refused in every string that a client sends
NO_PACKET = "?"
TOO_LARGE = "\0too_large"
FROM_CLIENTS = frozenset({CONNECT, DISCONNECT, EVENT, ACK})
BINARY = frozenset({BINARY_EVENT, BINARY_ACK})
RESERVED = frozenset({"connect", "disconnect", "*"})  # names with a meaning of their own inside


class StrictJson:
    """The JSON module of the server: what `wandr.http.json` refuses is a ValueError."""

    @staticmethod
    def loads(text: str) -> Any:
        """Parse. Raises ValueError for all that is not plain, bounded, safe JSON."""
        try:
            value = read_json(text.encode("utf-8"))
        except BadRequest as problem:
            raise ValueError(problem.detail.replace("body", "message")) from None
        if not is_safe_json(value):
            raise ValueError("A string has NUL or an unpaired surrogate.")
        return value

    @staticmethod
    def dumps(value: Any, **options: Any) -> str:
        return json.dumps(value, **options)


class StrictPacket(Packet):
    """A packet that is always readable; without binary attachments, which protocol 1 has not."""

    data: Any
    json = StrictJson
    uses_binary_events = False

    def __init__(self, *args: Any, encoded_packet: Any = None, **more: Any) -> None:
        # What is empty would not be decoded at all, and engineio parses JSON objects on its own.
        is_text = isinstance(encoded_packet, str) and encoded_packet
        given = encoded_packet if is_text or encoded_packet is None else NO_PACKET
        super().__init__(*args, encoded_packet=given, **more)
        if self.packet_type == CONNECT_ERROR and isinstance(self.data, str):
            # another namespace, or a second handshake; the library's text alone reaches no client
            self.data = {"message": self.data, "data": {"code": "bad_handshake"}}

    def decode(self, encoded_packet: str) -> int:
        self.packet_type, self.id = EVENT, None
        try:
            super().decode(encoded_packet)
        except (ValueError, TypeError) as error:
            self.data = [UNREADABLE, str(error)]
        if self.packet_type not in FROM_CLIENTS:
            told = NO_BINARY if self.packet_type in BINARY else "No such packet is understood."
            self.packet_type, self.data = EVENT, [UNREADABLE, told]
        if self.packet_type == EVENT:
            self.data = _event(self.data, len(encoded_packet))
        return 0


def _event(data: Any, size: int) -> list[Any]:
    if size > MAX_EVENT:
        return [TOO_LARGE]
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        return [UNREADABLE, "An event is a list that begins with its name."]
    if data[0] in RESERVED:
        return [f"\0{data[0]}"]
    return data
