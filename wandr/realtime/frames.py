"""An event for many sockets, written once: as text for Engine.IO, and as the bytes of its frame."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from socketio.packet import EVENT
from wsproto.frame_protocol import FrameProtocol

from wandr.realtime.packets import StrictPacket


class FramedText(str):
    """A message, with its WebSocket frame: ours are neither masked nor compressed nor split."""

    @cached_property
    def frame(self) -> bytes:
        return bytes(FrameProtocol(client=False, extensions=[]).send_data(str(self), fin=True))


def framed_event(event: str, payload: dict[str, Any]) -> EnginePacket:
    """A packet that any number of sockets may be given."""
    return _packet(StrictPacket(EVENT, data=[event, payload]).encode())


def nothing() -> EnginePacket:
    """A packet of no bytes: it makes the writer of a socket send what is left of another."""
    packet = _packet("")
    packet.encode_cache.frame = b""
    return packet


def _packet(text: str) -> EnginePacket:
    packet = EnginePacket(MESSAGE, text)
    packet.encode_cache = FramedText(packet.encode())
    return packet
