"""The Socket.IO server of an application: WebSocket only, one event after the other.

Its client manager stays in the process: changes come to every process through its own tailer, from
Postgres, never through a Redis payload.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask
from gevent import monkey

from wandr.config import Settings
from wandr.extensions import socketio
from wandr.realtime import handshake
from wandr.realtime.backlog import counted
from wandr.realtime.events import answer
from wandr.realtime.handlers import client_events
from wandr.realtime.packets import StrictJson, StrictPacket
from wandr.realtime.state import STATE, Sockets
from wandr.realtime.websocket_patch import MAX_MESSAGE, steady


def init_sockets(app: Flask, settings: Settings) -> None:
    """Serve sockets beside the routes of an application. Starts nothing."""
    gevent_patched = monkey.is_module_patched("socket")
    socketio.init_app(
        app,
        async_mode="gevent" if gevent_patched else "threading",
        async_handlers=False,  # the events of one connection are handled in their order
        transports=["websocket"],  # so that several workers need no sticky sessions
        cors_allowed_origins=_origins(settings),
        ping_interval=20,
        ping_timeout=15,
        max_http_buffer_size=MAX_MESSAGE,
        serializer=StrictPacket,
        json=StrictJson,
    )
    server = socketio.server
    state = app.extensions[STATE] = Sockets(server)
    driver = server.eio._async
    ours = {"websocket": steady(driver["websocket"], state.opened)}
    server.eio._async = {**driver, **ours, "queue": counted(driver["queue"])}
    _register(app, server)


def _register(app: Flask, server: Any) -> None:
    # Handlers are given to python-socketio itself: Flask-SocketIO would make up an HTTP request
    # around each event.
    server.on("connect", lambda sid, environ, auth=None: handshake.connect(app, sid, auth))
    server.on("disconnect", lambda sid, reason=None: handshake.disconnect(app, sid))
    server.on("*", lambda name, sid, *args: answer(app, name, sid, args))
    for name in client_events():
        server.on(name, partial(_answer_known, app, name))


def _answer_known(app: Flask, name: str, sid: str, *args: Any) -> Any:
    return answer(app, name, sid, args)


def _origins(settings: Settings) -> Any:
    """Exact origins; None lets in pages of this very server, and programs, which send no origin."""
    return "*" if "*" in settings.cors_origins else list(settings.cors_origins) or None
