"""Waiting for the assistant: news come at once, and waiting costs no database connection."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.cast import Person, make_person
from tests.conftest import settings_for
from wandr import create_app
from wandr.ai import leases
from wandr.ai.leases import Event, Lease
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.transaction import atomic

WAITING = 8


@pytest.fixture
def narrow_app(committed_db: str, servers: EmbeddedServers) -> Iterator[Flask]:
    """An application with one database connection."""
    app = create_app(settings_for(committed_db, servers.redis_url, DB_POOL_SIZE="1"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def asker(narrow_app: Flask) -> Person:
    return make_person(narrow_app, "Pavel Participant")


@pytest.fixture
def lease(asker: Person) -> Lease:
    trip = asker.post("/trips", json={"title": "Kyoto"})
    made = asker.post(f"/trips/{trip['id']}/ai/requests", json={"kind": "ask"})
    with atomic():
        lease = leases.claim(UUID(made["id"]), 1, "test")
    assert lease is not None
    return lease


@pytest.fixture
def follow(asker: Person) -> Iterator[Callable[..., Future[Any]]]:
    """Begin to follow a request, in a thread."""
    with ThreadPoolExecutor(WAITING) as pool:

        def begin(lease: Lease, query: str = "", **headers: str) -> Future[Any]:
            someone = Person(**{**vars(asker), "raw": None})
            address = f"/ai/requests/{lease.request_id}/events{query}"
            return pool.submit(someone.get, address, headers=headers)

        yield begin


def say(lease: Lease, text: str) -> None:
    with atomic():
        leases.renew(lease, [Event("delta", {"text": text})])


def finish(lease: Lease) -> None:
    with atomic():
        leases.finish(lease, "succeeded", [Event("done", {})])


def test_many_wait_while_one_writes(lease: Lease, follow: Callable[..., Future[Any]]) -> None:
    began = time.monotonic()
    waiting = [follow(lease) for _ in range(WAITING)]
    say(lease, "at last")
    for answer in waiting:
        assert [event["data"]["text"] for event in answer.result(10)["events"]] == ["at last"]
    assert time.monotonic() - began < 5


def test_who_waits_long_enough_hears_that_nothing_was_said(
    lease: Lease, follow: Callable[..., Future[Any]]
) -> None:
    say(lease, "before")
    told = follow(lease, "?after=1&wait=1").result(10)
    assert told == {"status": "running", "last_seq": 1, "events": []}


def test_a_stream_goes_on_until_the_end(lease: Lease, follow: Callable[..., Future[Any]]) -> None:
    stream = follow(lease, Accept="text/event-stream")
    for text in ("a", "b"):
        say(lease, text)
    finish(lease)
    blocks = stream.result(10).strip().split("\n\n")
    assert [block.split("\n")[1] for block in blocks] == ["event: delta"] * 2 + ["event: done"]


def test_what_is_over_is_not_waited_for(lease: Lease, follow: Callable[..., Future[Any]]) -> None:
    finish(lease)
    began = time.monotonic()
    assert follow(lease, "?after=1").result(10)["events"] == []
    assert time.monotonic() - began < 5
