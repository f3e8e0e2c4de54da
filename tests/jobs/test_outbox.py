"""The outbox: what a transaction promised is sent, at once or later, and never without it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import func, select, text, update

from wandr.extensions import db
from wandr.jobs.queue import QUEUE, TASKS, send_later
from wandr.jobs.relay import OutboxRelay
from wandr.outbox import NOW, Outbox, forget_sent
from wandr.transaction import atomic

TASK = next(iter(TASKS))


def send(**more: object) -> str:
    job_id = f"test-{uuid4()}"
    with atomic():
        send_later(TASK, "argument", 1, job_id=job_id, **more)  # type: ignore[arg-type]
    return job_id


def queued(redis_url: str) -> list[str]:
    with Redis.from_url(redis_url) as client:
        return [job.decode() for job in client.lrange(f"rq:queue:{QUEUE}", 0, -1)]


def unsent() -> int:
    with atomic():
        rows = select(func.count()).select_from(Outbox).where(Outbox.sent_at.is_(None))
        return db.session.scalar(rows) or 0


def let_time_pass() -> None:
    """Everything is due now, and what was sent was sent two days ago."""
    ago = text("interval '2 days'")
    with atomic():
        db.session.execute(update(Outbox).values(due_at=NOW))
        db.session.execute(
            update(Outbox).where(Outbox.sent_at.is_not(None)).values(sent_at=NOW - ago)
        )


def test_what_is_committed_is_sent_at_once(queue_app: Flask, own_redis: str) -> None:
    job_id = send()
    assert queued(own_redis) == [job_id]
    assert unsent() == 0
    with Redis.from_url(own_redis) as client:
        job = client.hgetall(f"rq:job:{job_id}")
    assert job[b"description"] == TASK.encode()  # logged: no arguments


def test_what_is_rolled_back_is_never_sent(queue_app: Flask, own_redis: str) -> None:
    with pytest.raises(ZeroDivisionError), atomic():
        send_later(TASK)
        raise ZeroDivisionError
    let_time_pass()
    assert OutboxRelay().step() == 0
    assert queued(own_redis) == []


def test_a_task_that_no_worker_knows_is_refused(queue_app: Flask) -> None:
    with pytest.raises(LookupError), atomic():
        send_later("os.system", "true")
    assert unsent() == 0


def test_a_delayed_task_waits_for_its_time(queue_app: Flask, own_redis: str) -> None:
    job_id = send(delay=timedelta(hours=1))
    assert OutboxRelay().step() == 0
    assert queued(own_redis) == []
    let_time_pass()
    assert OutboxRelay().step() == 1
    assert queued(own_redis) == [job_id]


def test_while_redis_is_away_tasks_wait_and_nobody_else(app_without_redis: Flask) -> None:
    began = time.monotonic()
    for _ in range(20):
        send()
    assert time.monotonic() - began < 2
    assert unsent() == 20
    let_time_pass()
    assert OutboxRelay().step() == 0
    assert unsent() == 20
    with atomic():
        assert db.session.scalar(select(func.max(Outbox.attempts))) == 1


def test_what_waited_is_sent_once_when_redis_is_back(
    queue_app: Flask, app_without_redis: Flask, own_redis: str
) -> None:
    with app_without_redis.app_context():
        jobs = [send() for _ in range(3)]
    with queue_app.app_context():
        let_time_pass()
        assert OutboxRelay().step() == 3
        assert OutboxRelay().step() == 0
    assert sorted(queued(own_redis)) == sorted(jobs)


def test_of_many_relays_one_sends(queue_app: Flask, own_redis: str) -> None:
    for _ in range(10):
        send(delay=timedelta(hours=1))
    let_time_pass()

    def step(_: int) -> int:
        with queue_app.app_context():
            return OutboxRelay().step()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(step, range(8))) == 10
    assert len(queued(own_redis)) == 10


def test_what_was_sent_long_ago_is_forgotten(queue_app: Flask) -> None:
    send()
    send(delay=timedelta(hours=1))
    let_time_pass()
    with atomic():
        forget_sent()
        assert db.session.scalar(select(func.count()).select_from(Outbox)) == 1
