"""Asking a mapping service: politely, not for long, and never twice for the same.

An answer is kept in Postgres as long as it may be. The rate that a public server allows is kept by
all processes together. A service that fails is left alone for a while; whoever asks goes on
without it, and says so.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar, cast

import requests
import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from wandr.base import utc_now
from wandr.config import VERSION, current_settings
from wandr.errors import BadRequest
from wandr.extensions import db
from wandr.http.deadline import cutter_of, leave_redirects, within
from wandr.http.json import is_safe_json, read_json
from wandr.locations.models import ServiceAnswer, ServiceSlot
from wandr.transaction import atomic, reading

log = structlog.get_logger()
NOW: Final = func.clock_timestamp()
TIMEOUTS: Final = (2.0, 4.0)  # seconds to connect, and between two bytes
LONGEST: Final = 6.0  # seconds for an answer as a whole, tried again or not
MOST_BYTES: Final = 2 * 1024 * 1024
TRIES: Final = 2
LONGEST_QUEUE: Final = timedelta(seconds=2)  # for a turn
RESTS: Final = 30.0  # seconds, after failures in a row
FAILURES: Final = 3
NO_ANSWER: Final = frozenset({400, 404})  # to this question, such as a way over the sea
BUSY: Final = frozenset({403, 429, 503})  # with a Retry-After
SHORTEST_REST: Final = 60.0  # seconds
LONGEST_REST: Final = 3600.0
UNREADABLE: Final = (
    AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError
)  # fmt: skip
Answer = TypeVar("Answer")


class Unavailable(Exception):
    """The service gave no answer that could be used. `rest` is how long it wants to be left;
    `is_well` when the question was at fault."""

    def __init__(self, told: str, rest: timedelta | None = None, *, is_well: bool = False) -> None:
        super().__init__(told)
        self.rest, self.is_well = rest, is_well


@dataclass(frozen=True)
class Service:
    """A service and how it wants to be asked: at most once in an `interval`."""

    name: str
    base_url: str
    interval: timedelta = timedelta()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """One question: a path with a query, or with a JSON body. `kept` is how long its answer is."""

    path: str
    kept: timedelta
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def key_at(self, service: Service) -> bytes:
        """What names the question and whom it is put to."""
        told = [service.name, service.base_url, self.path, dict(self.query), self.body]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()


class Breakers:
    """Which services failed lately, in this process."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._rests_until: dict[str, float] = {}

    def check(self, name: str) -> None:
        """Raise Unavailable while a service is left alone."""
        if time.monotonic() < self._rests_until.get(name, 0.0):
            raise Unavailable(f"{name} failed lately")

    def note(self, name: str, *, failed: bool) -> None:
        """Count failures in a row; after some it is left alone."""
        self._failures[name] = self._failures.get(name, 0) + 1 if failed else 0
        if self._failures[name] >= FAILURES:
            self._rests_until[name] = time.monotonic() + RESTS
            self._failures[name] = 0


breakers = Breakers()


def ask(service: Service, question: Ask, read: Callable[[Any], Answer]) -> Answer:
    """What `read` makes of the answer, kept or new. Raises Unavailable. Holds no connection
    meanwhile.

    What it cannot read is a failure, and not kept. A door: each look into the database is a
    transaction of its own.
    """
    key = question.key_at(service)
    with reading():
        kept = select(ServiceAnswer.body).where(
            ServiceAnswer.key == key, ServiceAnswer.expires_at > NOW
        )
        row = db.session.execute(kept).one_or_none()
    if row is not None:
        with suppress(Unavailable):  # it was kept when more, or less, could be read
            return _understood(row[0], read)
    breakers.check(service.name)
    _wait_for_turn(service)
    try:
        answer = _fetch_in_time(service, question)
        told = _understood(answer, read)
    except Unavailable as error:
        breakers.note(service.name, failed=not error.is_well)
        log.warning("service_unavailable", service=service.name, error=str(error))
        if error.rest is not None:
            with atomic():
                _leave_alone(service, error.rest)
        raise
    breakers.note(service.name, failed=False)
    with atomic():
        _keep(service, key, answer, utc_now() + question.kept)
    return told


def number(told: Any, least: float, most: float) -> float:
    """What was told, if it is a number within these bounds. Raises ValueError."""
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not least <= told <= most:
        raise ValueError("It is no number that makes sense.")
    return told


def forget_old_answers() -> None:
    """Delete what is kept no longer."""
    old = delete(ServiceAnswer).where(ServiceAnswer.expires_at < NOW)
    db.session.execute(old.execution_options(synchronize_session=False))


def _understood(answer: Any, read: Callable[[Any], Answer]) -> Answer:
    """What can be read of it. Raises Unavailable."""
    try:
        return read(answer)
    except UNREADABLE:
        raise Unavailable("its answer has another shape") from None


def _wait_for_turn(service: Service) -> None:
    """Wait until the service may be asked, in the queue of all processes; not for long."""
    slot, step = ServiceSlot, service.interval
    if not step:
        resting = select(slot.next_at).where(slot.service == service.name, slot.next_at > NOW)
        with reading():
            if db.session.scalar(resting) is not None:
                raise Unavailable(f"{service.name} wants to be left alone")
        return
    free = func.greatest(slot.next_at, NOW)
    row = insert(slot).values(service=service.name, next_at=NOW + step)
    taken = row.on_conflict_do_update(
        index_elements=["service"],
        set_={"next_at": free + step},
        where=free - NOW <= LONGEST_QUEUE,
    ).returning(slot.next_at - step - NOW)
    with atomic():
        wait = cast(timedelta | None, db.session.execute(taken).scalar_one_or_none())
    if wait is None:
        raise Unavailable(f"{service.name} has too many questions before this one, or rests")
    time.sleep(max(0.0, wait.total_seconds()))


def _leave_alone(service: Service, rest: timedelta) -> None:
    """Let no process ask the service for so long."""
    slot, until = ServiceSlot, NOW + rest
    row = insert(slot).values(service=service.name, next_at=until)
    later = {"next_at": func.greatest(slot.next_at, until)}
    db.session.execute(row.on_conflict_do_update(index_elements=["service"], set_=later))


def _fetch_in_time(service: Service, question: Ask) -> Any:
    """The answer as JSON. Raises Unavailable, also when it takes too long."""
    session, until = _session(service), time.monotonic() + LONGEST
    cut = cutter_of(session)
    try:
        return within(LONGEST, lambda: _fetch(session, service, question, until), cut)
    except TimeoutError:
        raise Unavailable("it takes too long") from None


def _fetch(session: requests.Session, service: Service, question: Ask, until: float) -> Any:
    """Ask; a server that has no turns once more when it could not be reached, or had trouble.

    Raises Unavailable.
    """
    told = "it was not asked"
    for _ in range(1 if service.interval else TRIES):
        if time.monotonic() > until:
            break
        try:
            with session, _sent(session, service, question) as answer:
                if answer.status_code == 200:
                    return _read(answer, until)
                told = f"it answered {answer.status_code}"
                if answer.status_code in BUSY and "Retry-After" in answer.headers:
                    raise Unavailable(told, _rest_of(answer.headers["Retry-After"]))
                if answer.status_code < 500:
                    raise Unavailable(told, is_well=answer.status_code in NO_ANSWER)
        except requests.ReadTimeout as error:
            raise Unavailable(str(error)) from None  # asking again would take as long
        except requests.RequestException as error:
            told = f"{type(error).__name__}: {error}"
    raise Unavailable(told)


def _rest_of(told: str) -> timedelta:
    """What Retry-After asks for: seconds, or a date of HTTP."""
    try:
        whole = told.strip().isdecimal()
        late = float(told) if whole else (parsedate_to_datetime(told) - utc_now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        late = 0.0
    return timedelta(seconds=min(max(late, SHORTEST_REST), LONGEST_REST))


def _session(service: Service) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    leave_redirects(session)
    contact = current_settings().public_url
    session.headers["User-Agent"] = f"Wandr/{VERSION} (+{contact}; {current_settings().mail_from})"
    session.headers["Accept"] = "application/json"
    session.headers.update(service.headers)
    return session


def _sent(session: requests.Session, service: Service, question: Ask) -> requests.Response:
    url = service.base_url.rstrip("/") + question.path
    method = "GET" if question.body is None else "POST"
    return session.request(
        method,
        url,
        params=dict(question.query),
        json=question.body,
        timeout=TIMEOUTS,
        allow_redirects=False,  # to wherever a service might send us
        stream=True,
    )


def _read(answer: requests.Response, until: float) -> Any:
    """The body as JSON, within bounds."""
    body = bytearray()
    for part in answer.iter_content(65_536):
        body += part
        if len(body) > MOST_BYTES:
            raise Unavailable("its answer is too long")
        if time.monotonic() > until:
            raise Unavailable("it takes too long")
    try:
        value = read_json(bytes(body))
    except BadRequest:
        raise Unavailable("its answer is no JSON") from None
    if not is_safe_json(value):
        raise Unavailable("its answer cannot be stored")
    return value


def _keep(service: Service, key: bytes, answer: Any, until: datetime) -> None:
    row = insert(ServiceAnswer).values(key=key, service=service.name, body=answer, expires_at=until)
    again = {"body": row.excluded.body, "expires_at": row.excluded.expires_at}
    db.session.execute(row.on_conflict_do_update(index_elements=["key"], set_=again))
