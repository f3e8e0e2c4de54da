"""Who may connect: an access token, a client id and protocol 1."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask
from marshmallow import ValidationError
from socketio.exceptions import ConnectionRefusedError
from sqlalchemy.exc import SQLAlchemyError

from wandr.auth.principal import principal_of
from wandr.errors import Unauthorized
from wandr.realtime.rooms import Connection
from wandr.realtime.schemas import HandshakeSchema
from wandr.realtime.state import sockets
from wandr.transaction import reading

log = structlog.get_logger()
PROTOCOL = 1


_schema = HandshakeSchema()


def connect(app: Flask, sid: str, auth: Any) -> None:
    """Let somebody in. Joins nothing. Raises ConnectionRefusedError, its code in `data`."""
    given = _read(auth)
    with app.app_context():
        connection = _connection(sid, given)
        if not sockets().is_gone(sid):
            connection.backlog = sockets().backlog_of(sid)
            sockets().rooms.connect(connection)


def disconnect(app: Flask, sid: str) -> None:
    """Forget somebody who has gone."""
    with app.app_context():
        sockets().rooms.disconnect(sid)


def _read(auth: Any) -> dict[str, Any]:
    if not isinstance(auth, dict):
        raise _refused("bad_handshake", "Send `auth` with token, client_id and proto.")
    if type(auth.get("proto")) is int and auth["proto"] != PROTOCOL:
        raise _refused("client_too_old", "This server speaks protocol 1.", min=1, max=1)
    try:
        given: dict[str, Any] = _schema.load(auth)
    except ValidationError as error:
        raise _refused("bad_handshake", "`auth` is wrong.", errors=error.messages) from None
    return given


def _connection(sid: str, given: dict[str, Any]) -> Connection:
    try:
        with reading():
            principal = principal_of(given["token"])
    except Unauthorized as problem:
        raise _refused("unauthorized", problem.detail) from None
    except SQLAlchemyError as error:
        log.error("database_away", error=str(error))
        raise _refused("busy", "Try again soon.", retry_after_ms=1000) from None
    return Connection(
        sid=sid,
        user_id=principal.user_id,
        session_id=principal.session_id,
        client_id=given["client_id"],
        expires_at=principal.token_expires_at,
    )


def _refused(code: str, message: str, **more: Any) -> ConnectionRefusedError:
    return ConnectionRefusedError(message, {"code": code, **more})
