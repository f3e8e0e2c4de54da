"""The door of every client event: who may send it, what it must hold, and an answer whatever comes.

An acknowledgement is `{"ok": true, …}` or `{"ok": false, "error": {"code", "message", …}}`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask
from marshmallow import Schema, ValidationError

from wandr.auth.door import Needs
from wandr.auth.sessions import live_session_ids
from wandr.changes.outcome import error_as_json
from wandr.errors import BadRequest, Invalid, Unauthorized, WandrError, refusal_of
from wandr.realtime.packets import MAX_EVENT, TOO_LARGE, UNREADABLE
from wandr.realtime.rooms import Connection
from wandr.realtime.schemas import Acknowledgement
from wandr.realtime.state import sockets
from wandr.transaction import reading

log = structlog.get_logger()
FRESH = 2.0  # seconds for which a session that was seen open counts as open
Handler = Callable[[Connection, dict[str, Any]], dict[str, Any] | None]
Ack = dict[str, Any]


@dataclass(frozen=True)
class ClientEvent:
    """One event that clients may send. `needs` is checked by the service that loads the trip.

    `schema` is of its payload, `answer` of its acknowledgement when it is not refused.
    """

    name: str
    needs: Needs
    schema: Schema
    answer: type[Schema]
    handle: Handler


EVENTS: dict[str, ClientEvent] = {}


def event(
    name: str, *, needs: Needs, schema: type[Schema], answer: type[Schema] = Acknowledgement
) -> Callable[[Handler], Handler]:
    """Register the handler of a client event; what it returns joins the acknowledgement."""

    def decorate(handler: Handler) -> Handler:
        EVENTS[name] = ClientEvent(name, needs, schema(), answer, handler)
        return handler

    return decorate


class RateLimited(WandrError):
    """Too many of these from one socket; `retry_after_ms` says when the next will be taken."""

    status, code = 429, "rate_limited"

    def __init__(self, retry_after_ms: int) -> None:
        super().__init__("Too many at once: wait a little.")
        self.retry_after_ms = retry_after_ms


def answer(app: Flask, name: str, sid: str, args: tuple[Any, ...]) -> Ack:
    """The acknowledgement of an event that a socket has sent. Never raises."""
    with app.app_context():
        try:
            one = _known_event(name, args)
            connection = _connection_in_good_standing(sid)
            payload = _load(one, args)
            return {"ok": True, **(one.handle(connection, payload) or {})}
        except Exception as error:  # noqa: BLE001 - a client must not wait for ever
            return refusal(refusal_of(error))


def refusal(problem: WandrError) -> Ack:
    """The acknowledgement that refuses."""
    told = error_as_json(problem)
    if isinstance(problem, RateLimited):
        told["retry_after_ms"] = problem.retry_after_ms
    return {"ok": False, "error": told}


def _known_event(name: str, args: tuple[Any, ...]) -> ClientEvent:
    if name == UNREADABLE:
        raise BadRequest(str(args[0]) if args else "The message cannot be read.")
    if name == TOO_LARGE:
        raise Invalid(f"An event has at most {MAX_EVENT} characters.", code="too_large")
    if name not in EVENTS:
        raise BadRequest("There is no such event in protocol 1.", code="unknown_event")
    return EVENTS[name]


def _connection_in_good_standing(sid: str) -> Connection:
    connection = sockets().rooms.find_connection(sid)
    if connection is None or connection.expires_at <= time.time():
        raise Unauthorized("The access token has expired: connect again.")
    if time.monotonic() - connection.checked_at > FRESH:
        with reading():
            is_open = live_session_ids([connection.session_id])
        if not is_open:
            raise Unauthorized("The session has ended: log in again.")
        connection.checked_at = time.monotonic()
    return connection


def _load(one: ClientEvent, args: tuple[Any, ...]) -> dict[str, Any]:
    if len(args) != 1 or not isinstance(args[0], Mapping):
        raise Invalid("The payload must be one object.")
    try:
        payload: dict[str, Any] = one.schema.load(args[0])
    except ValidationError as error:
        errors = {"json": error.messages}
        raise Invalid("Some fields are not as they must be.", errors=errors) from None
    return payload
