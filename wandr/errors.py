"""Domain errors, and the one shape in which every failure leaves: RFC 9457 problem details."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g
from marshmallow import INCLUDE, Schema, fields
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

log = structlog.get_logger()


class WandrError(Exception):
    """A refusal with a stable `code`; `errors` names fields, `extra` joins the answer."""

    status = 500
    code = "internal"
    challenge = "Bearer"  # WWW-Authenticate, should the status be 401

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.errors = errors
        self.retry_after = retry_after
        self.extra = extra or {}


class BadRequest(WandrError):
    """The request cannot be read."""

    status, code = 400, "bad_request"


class Unauthorized(WandrError):
    """Nobody is logged in, or the credentials are no longer good."""

    status, code = 401, "unauthorized"


class InvalidToken(Unauthorized):
    """A token was shown, and it is not good, or no longer (RFC 6750 section 3.1)."""

    code = "invalid_token"
    challenge = 'Bearer error="invalid_token"'


class Forbidden(WandrError):
    """A member without the right."""

    status, code = 403, "forbidden"


class NotFound(WandrError):
    """Missing, or not yours: the two are told apart nowhere."""

    status, code = 404, "not_found"

    def __init__(self, detail: str = "Nothing here that you may see.", **more: Any) -> None:
        super().__init__(detail, **more)


class Conflict(WandrError):
    """The state of things does not allow it."""

    status, code = 409, "conflict"


class Stale(WandrError):
    """`If-Match` names a version that is no longer the current one."""

    status, code = 412, "stale"


class TooLarge(WandrError):
    """The body is longer than the server reads."""

    status, code = 413, "too_large"


class UnsupportedMediaType(WandrError):
    """The body is not JSON."""

    status, code = 415, "unsupported_media_type"


class Invalid(WandrError):
    """Readable, and wrong: `errors` says where."""

    status, code = 422, "invalid"


def wrong_field(name: str, message: str) -> Invalid:
    """An Invalid that names one field of the body."""
    return Invalid(message, errors={"json": {name: [message]}})


class PreconditionRequired(WandrError):
    """The resource is only changed with `If-Match`."""

    status, code = 428, "precondition_required"


class TooManyRequests(WandrError):
    """A limit was reached; `retry_after` is in seconds."""

    status, code = 429, "rate_limited"


class Busy(WandrError):
    """Too much at once, or a part of the machinery is away: try again soon."""

    status, code = 503, "busy"

    def __init__(self, detail: str, *, retry_after: int = 1, **more: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **more)


class ProblemSchema(Schema):
    """A problem document (RFC 9457); `errors` names the fields that were refused."""

    class Meta:
        unknown = INCLUDE  # some say more, such as `current` or `quota`

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "Stable, for programs."})
    request_id = fields.String(allow_none=True)
    errors = fields.Dict(metadata={"additionalProperties": True})


def problem(
    status: int, code: str, detail: str, *, members: Mapping[str, Any] | None = None
) -> Response:
    """An `application/problem+json` response (RFC 9457 section 3)."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id"),
        **(members or {}),
    }
    text = json.dumps(body, ensure_ascii=True, default=str)
    return Response(text, status, mimetype="application/problem+json")


def problem_of(error: WandrError) -> Response:
    """The problem document of a domain error, with the headers its status demands."""
    members = dict(error.extra)
    if error.errors:
        members["errors"] = error.errors
    response = problem(error.status, error.code, error.detail, members=members)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = error.challenge
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


CODES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found",
    405: "method_not_allowed", 406: "not_acceptable", 408: "timeout", 413: "too_large",
    414: "uri_too_long", 415: "unsupported_media_type", 422: "invalid", 429: "rate_limited",
    500: "internal", 501: "not_implemented", 503: "busy",
}  # fmt: skip


def problem_of_http(error: HTTPException) -> Response:
    """The problem document of a werkzeug error; its headers (`Allow`, `Location`) are kept."""
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    data = getattr(error, "data", None) or {}
    members = {"errors": data["messages"]} if "messages" in data else None
    detail = "Some fields are not as they must be." if members else error.description
    response = problem(status, CODES.get(status, "error"), detail or error.name, members=members)
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers.add(name, value)
    if status == 401:
        response.headers.setdefault("WWW-Authenticate", "Bearer")
    if status == 503:
        response.headers.setdefault("Retry-After", "1")
    return response


def refusal_of(error: Exception) -> WandrError:
    """Any failure as what a caller may hear of it.

    What the database refused is the client's, its absence and overload are ours; what nobody
    expected is logged in full and told to nobody.
    """
    if isinstance(error, WandrError):
        return error
    if isinstance(error, (DataError, IntegrityError)):
        log.warning("database_refused", error=str(error.orig))
        kind = Invalid if isinstance(error, DataError) else Conflict
        return kind("The database cannot store these values.")
    away = isinstance(error, DBAPIError) and error.connection_invalidated
    if away or isinstance(error, (OperationalError, PoolTimeout)):
        log.error("database_away", error=str(error))
        return Busy("The database does not answer just now.")
    log.error("unexpected", exc_info=error)
    return WandrError("Something went wrong on our side.")


def problem_of_any(error: Exception) -> Response:
    """The last resort: the problem document of whatever went wrong."""
    return problem_of(refusal_of(error))


def register_error_handlers(app: Flask) -> None:
    """Let every failure of a request leave as a problem document."""
    app.register_error_handler(WandrError, problem_of)
    app.register_error_handler(HTTPException, problem_of_http)
    app.register_error_handler(Exception, problem_of_any)
