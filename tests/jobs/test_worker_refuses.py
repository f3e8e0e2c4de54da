"""Whoever can write to Redis cannot make a worker call what they like: a real worker tries."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Callback, Queue
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from rq.webhook import Webhook

from tests.jobs.conftest import ROOT, procfile_command
from wandr.jobs.queue import JOB_TIMEOUT, QUEUE, TASKS, enqueue

TASK = TASKS["answer_ai_request"]
NOBODYS = ["01a20620-e7ac-7ca2-bbf8-ec0e6aab49b9", 1]
EVIL = "tests.jobs.mark.leave_mark"
EXTRAS: dict[str, dict[str, Any]] = {
    "success": {"on_success": Callback(EVIL)},
    "failure": {"on_failure": Callback(EVIL)},
    "stopped": {"on_stopped": Callback(EVIL)},
    "webhook": {"webhooks": [Webhook("http://127.0.0.1:1/", "finished")]},
}


def attack(queue: Queue, name: str) -> None:
    """Put one bad job into the queue, as somebody would who can write to Redis."""
    if name in EXTRAS:
        queue.enqueue_call(TASK, args=NOBODYS, job_id=name, **EXTRAS[name])
        return
    job = queue.enqueue_call(TASK, args=NOBODYS, job_id=name)
    data: Any = {
        "callable": [EVIL, None, [], {}],
        "system": ["os.system", None, ["touch $MARK"], {}],
        "builtin": ["builtins.exec", None, [f"import {EVIL}"], {}],
        "instance": ["format", "{0}", ["x"], {}],
        "worker": ["wandr.jobs.worker.create_app", None, [], {}],
        "list": [["os", "system"], None, [], {}],
        "garbage": None,
        "pickle": None,
    }[name]
    raw = {"garbage": b"\xff", "pickle": pickle.dumps((EVIL, None, (), {}))}
    queue.connection.hset(job.key, "data", raw.get(name) or JSONSerializer.dumps(data))


ATTACKS = ["callable", "system", "builtin", "instance", "worker", "list", "garbage", "pickle"]


@pytest.mark.usefixtures("queue_app")
def test_a_worker_calls_tasks_and_nothing_else(
    own_redis: str, worker_environment: dict[str, str], tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    with Redis.from_url(own_redis) as client:
        queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        for name in (*ATTACKS, *EXTRAS):
            attack(queue, name)
        enqueue("answer_ai_request", NOBODYS, "honest")
        done = subprocess.run(
            [*procfile_command("worker", own_redis), "--burst"],
            cwd=ROOT,
            env=worker_environment | {"MARK": str(mark)},
            capture_output=True,
            text=True,
            timeout=JOB_TIMEOUT,
            check=True,
        )
        failed = FailedJobRegistry(queue=queue).get_job_ids()
        assert sorted(failed) == sorted([*ATTACKS, *EXTRAS]), done.stderr
        assert not client.exists("rq:job:honest")  # done, and no result kept
    assert not mark.exists()
    assert done.stderr.count("JobRefused") >= len(EXTRAS)
    assert NOBODYS[0] not in done.stdout  # no arguments in logs
