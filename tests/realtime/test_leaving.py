"""A web process that is told to end closes its sockets at once and finishes what it has begun."""

from __future__ import annotations

import signal
import socket
import time

import pytest

from tests.realtime.device import Device
from tests.realtime.raw import RawSocket
from tests.realtime.server import WebServer, wait_until


@pytest.fixture
def ending(live_database, servers, tmp_path):
    with WebServer(live_database, servers.redis_url, tmp_path / "web.log") as server:
        yield server
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


def test_told_to_end_it_says_goodbye_and_finishes_requests(group, ending) -> None:
    polite = Device(ending.url, group.viewer).connect()
    rude, deaf = (RawSocket(ending.url, group.viewer) for _ in range(2))
    polite.join(group.trip_id)
    slow = begin_slow_request(ending.port, group.organizer.token)
    ending.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    wait_until(lambda: polite.gone, 4)
    opcode, data = rude.socket.recv_data()
    assert (opcode, int.from_bytes(data[:2])) == (8, 1001)
    slow.sendall(b'{"title":"Late"}')
    assert slow.recv(100).startswith(b"HTTP/1.1 201")
    ending.process.wait(20)  # the deaf one, who never answered, was cut off
    assert time.monotonic() - began < 20  # what gunicorn would wait for anybody
    for one in (slow, rude, deaf, polite):
        one.close()


def begin_slow_request(port: int, token: str) -> socket.socket:
    """A request whose body is still to come."""
    connection = socket.create_connection(("127.0.0.1", port), 8)
    head = (
        "POST /api/v1/trips HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 16\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection
