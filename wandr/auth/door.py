"""The door of every REST route: who may come in, and one transaction for what they do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from enum import Enum
from functools import partial, wraps
from typing import Any, TypeVar

from flask import Response, make_response, request

from wandr.auth.principal import Principal, authenticate, request_claims
from wandr.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    UnsupportedMediaType,
    WandrError,
)
from wandr.gate import gate
from wandr.http.idempotency import idempotently
from wandr.http.schema import problems
from wandr.permissions import Permission
from wandr.transaction import atomic, reading

View = TypeVar("View", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD"})
BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class Access(Enum):
    """Doors that ask for no right in a trip."""

    OPEN = "open"  # to everybody, logged in or not
    USER = "user"  # to anybody who is logged in


Needs = Permission | Access


def door(
    needs: Needs, *, opens_transaction: bool = True, most_bytes: int | None = None
) -> Callable[[View], View]:
    """Guard a route; stands just below `@blueprint.route`.

    It authenticates, and opens what the view works in: a reading for GET, the trip's gate and one
    transaction for the rest. A Permission is declared here, and checked by the service that loads
    the trip. `opens_transaction=False` is for views that must not hold a connection
    meanwhile; `most_bytes` for those that take more than the 1 MiB of a usual body.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            if most_bytes is not None:
                request.max_content_length = most_bytes
            answer = partial(_answer, view, *args, **kwargs)
            if not opens_transaction:
                return _without_transaction(needs, answer)
            if request.method in SAFE:
                return _read(needs, answer)
            return _write(needs, answer, kwargs.get("trip_id"))

        guarded.door = needs  # type: ignore[attr-defined]
        return _documented(guarded, needs, keyed=opens_transaction)  # type: ignore[return-value]

    return decorate


def _answer(view: Callable[..., Any], *args: Any, **kwargs: Any) -> Response:
    return make_response(view(*args, **kwargs))


def _without_transaction(needs: Needs, answer: Callable[[], Response]) -> Response:
    if needs is not Access.OPEN:
        _let_in()
    return answer()


def _read(needs: Needs, answer: Callable[[], Response]) -> Response:
    if needs is not Access.OPEN:
        request_claims()
    with reading():
        if needs is not Access.OPEN:
            authenticate()
        return answer()


def _write(needs: Needs, answer: Callable[[], Response], trip_id: Any) -> Response:
    principal = None if needs is Access.OPEN else _let_in()
    request.get_data(cache=True)  # a slow sender must hold neither the trip nor a connection
    with gate.hold(trip_id) if trip_id else nullcontext(), atomic():
        if principal is None:
            return answer()
        return idempotently(principal.user_id, answer)


def _let_in() -> Principal:
    """Who is calling; the connection is back in the pool afterwards. A bad token takes none."""
    request_claims()
    with reading():
        return authenticate()


def _documented(view: Callable[..., Any], needs: Needs, *, keyed: bool) -> Callable[..., Any]:
    refusals: list[type[WandrError]] = [TooManyRequests]
    if needs is not Access.OPEN:
        refusals.append(Unauthorized)
    if isinstance(needs, Permission):
        refusals += [Forbidden, NotFound]
    if _reads_json(view):
        refusals += [BadRequest, TooLarge, UnsupportedMediaType]
    view = problems(*refusals)(view)
    document: dict[str, Any] = view._apidoc  # type: ignore[attr-defined]
    if needs is not Access.OPEN:
        document.setdefault("manual_doc", {})["security"] = [{"bearer": []}]
        document["keyed"] = keyed
    return view


def _reads_json(view: Callable[..., Any]) -> bool:
    arguments = getattr(view, "_apidoc", {}).get("arguments", {})
    return any(one.get("in") in ("json", "body") for one in arguments.get("parameters", ()))
