"""A real SMTP server (aiosmtpd) that keeps what it gets, and answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from tests.realtime.server import free_port


@dataclass
class Server:
    """What came, in order; `replies` are given to DATA in turn before all is accepted."""

    port: int
    got: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)  # the same as they came
    parting: str | None = None  # the answer to QUIT
    replies: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)  # by recipient
    controller: Controller | None = None

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.replies:
            return self.replies.pop(0)
        self.raw.append(envelope.content)
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return self.parting or "221 Bye"

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None


@pytest.fixture
def smtp(committed_app: Flask) -> Iterator[Server]:
    """The server that the application sends its mails to; it is up."""
    server = Server(free_port())
    settings = committed_app.config["WANDR"]
    url = f"smtp://127.0.0.1:{server.port}?starttls=0"
    committed_app.config["WANDR"] = replace(settings, smtp_url=url)
    server.start()
    yield server
    server.stop()
