"""A real receiver of webhooks that keeps what it gets, and answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from tests.cast import Person, make_person
from tests.realtime.server import free_port


@dataclass
class Receiver:
    """What came, in order, as (headers, body); `replies` are given in turn before 204."""

    port: int
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    replies: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def told(self) -> list[Any]:
        """The bodies."""
        return [json.loads(body) for _, body in self.got]

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = receiver.replies.pop(0) if receiver.replies else (204, {})
                if status < 300:
                    receiver.got.append((dict(self.headers), body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:  # noqa: N802
                receiver.got.append((dict(self.headers), b"null"))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def receiver(committed_app: Flask) -> Iterator[Receiver]:
    """It is up, and allowed though it is of the own network."""
    settings = committed_app.config["WANDR"]
    committed_app.config["WANDR"] = replace(settings, webhooks_to_private=True)
    made = Receiver(free_port())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def olga(committed_app: Flask) -> Person:
    return make_person(committed_app, "Olga Organizer")


@pytest.fixture
def path(olga: Person) -> str:
    """The address of a trip of hers."""
    return f"/trips/{olga.post('/trips', json={'title': 'Kyoto'})['id']}"


@pytest.fixture
def hook(olga: Person, path: str, receiver: Receiver) -> dict[str, Any]:
    """A webhook of the trip to the receiver, with its secret."""
    return olga.post(f"{path}/webhooks", json={"url": receiver.url}, status=201)
