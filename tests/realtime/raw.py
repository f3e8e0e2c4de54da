"""A socket without a library's good manners: it sends the frames it is told to."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import websocket

from tests.cast import Person


class RawSocket:
    """Speaks Engine.IO 4 and Socket.IO 5 by hand."""

    def __init__(self, url: str, person: Person | None = None, **more: Any) -> None:
        address = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=5, **more)
        assert self.socket.recv().startswith("0")
        if person is not None:
            auth = {"token": person.token, "client_id": str(uuid4()), "proto": 1}
            self.socket.send(f"40{json.dumps(auth)}")
            assert self.read().startswith("40")

    def read(self) -> str:
        """The next frame that is no ping."""
        while (frame := self.socket.recv()) == "2":
            self.socket.send("3")
        return frame

    def ask(self, text: str) -> Any:
        """Send an event as its JSON text; what it is acknowledged with."""
        self.socket.send(f"427{text}")
        frame = self.read()
        assert frame.startswith("437"), frame
        return json.loads(frame[3:])[0]

    def close(self) -> None:
        self.socket.shutdown()
