"""The worker process: `rq worker wandr --worker-class wandr.jobs.worker.Worker …` (see Procfile).

Whoever can write to Redis can put jobs there. A worker calls what `queue.TASKS` names, with plain
arguments, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Final

import rq
import structlog
from rq.job import Job as RqJob

from wandr import create_app
from wandr.extensions import db
from wandr.jobs import tasks
from wandr.jobs.queue import TASKS

log = structlog.get_logger()
# By their full names, loaded before any fork; a job's name is looked up here and never imported.
CALLABLES: Final[Mapping[str, Callable[..., None]]] = {
    path: getattr(tasks, path.rpartition(".")[2]) for path in TASKS.values()
}
EXTRAS: Final = ("_success_callback_name", "_failure_callback_name", "_stopped_callback_name")


class JobRefused(Exception):
    """The job asks for something that no part of Wandr would ask for."""


class Job(RqJob):
    """A job that calls a task by its name, and nothing before, after or instead of it."""

    refused: str | None = None

    @property
    def func(self) -> Callable[..., None]:
        """The task to call. Raises JobRefused."""
        if self.refused is not None:
            raise JobRefused(self.refused)
        name = self.func_name
        if not isinstance(name, str) or name not in CALLABLES or self.instance is not None:
            raise JobRefused("The job names no task of Wandr.")
        return CALLABLES[name]

    def restore(self, raw_data: Any) -> None:
        """Read the job from Redis. What it wants called besides is forgotten, and refuses it."""
        super().restore(raw_data)
        if self.webhooks or any(getattr(self, name) for name in EXTRAS):
            self.refused = "The job wants something called besides its task."
        for name in EXTRAS:
            setattr(self, name, None)
        self.webhooks = []


class Worker(rq.Worker):
    """Loads the application once, before forking: a job pays for no imports."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self.app = create_app()
        super().__init__(*args, **more)
        log.info("worker", name=self.name, queues=self.queue_names())

    def main_work_horse(self, job: RqJob, queue: rq.Queue) -> None:
        """Run one job, in the forked process."""
        with self.app.app_context():
            db.engine.dispose(close=False)  # its connections, if any, are the parent's
        super().main_work_horse(job, queue)

    def perform_job(self, job: RqJob, *args: Any, **more: Any) -> bool:
        """Run it in an application context, and log it in one line, as requests are."""
        began = perf_counter()
        with self.app.app_context():
            done = bool(super().perform_job(job, *args, **more))
        ms = round((perf_counter() - began) * 1000, 1)
        log.info("job", id=job.id, task=job.description, done=done, ms=ms)
        return done
