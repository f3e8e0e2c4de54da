"""A WebSocket server under gevent that sends megabytes; run by `test_slow_reader.py`.

`python -m tests.realtime.slow_server PORT plain|patched`
"""

from gevent import monkey

if __name__ == "__main__":  # not when the test reads our constants
    monkey.patch_all()

import socket  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

import simple_websocket  # noqa: E402
from wsproto.events import Ping  # noqa: E402

from wandr.realtime.websocket_patch import with_whole_sends  # noqa: E402

FRAMES = 3000
FRAME = "x" * 1000


def serve(port: int, *, patched: bool) -> None:
    with socket.create_server(("127.0.0.1", port)) as listener:
        connection, _ = listener.accept()
    environ: dict[str, Any] = {"gunicorn.socket": connection}
    for line in _request_head(connection).split("\r\n")[1:]:
        name, _, value = line.partition(": ")
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    environ |= {"HTTP_HOST": "x", "REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": ""}
    server = simple_websocket.Server(with_whole_sends(environ) if patched else environ)
    for number in range(FRAMES):
        server.send(f"{number} {FRAME}")
    server.sock.send(server.ws.send(Ping()))
    server.send("end")
    server.thread.join(60)


def _request_head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    return head.decode().removesuffix("\r\n\r\n")


if __name__ == "__main__":
    serve(int(sys.argv[1]), patched=sys.argv[2] == "patched")
