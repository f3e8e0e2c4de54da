"""Workers that are killed, and started again as a platform would."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from random import Random

import psutil

from tests.jobs.conftest import ROOT, procfile_command
from tests.prove.world import World


class Crew:
    """Workers, started again when they are gone."""

    def __init__(self, place: World, size: int, environ: Mapping[str, str]) -> None:
        self._command = procfile_command("worker", place.servers.redis_url)
        self._environ = place.web.environ | environ
        self._log = (place.folder / "workers.log").open("ab")
        self.workers = [self._start() for _ in range(size)]
        self._dice = Random(5)

    def kill_horse(self) -> bool:
        """The process that answers a question just now; False when none does for a second."""
        end = time.monotonic() + 1
        while time.monotonic() < end:
            for worker in self.workers:
                with suppress(psutil.NoSuchProcess, IndexError):
                    worker.children()[0].kill()
                    return True
        return False

    def kill_worker(self) -> None:
        """A worker with all it has; another one is started."""
        index = self._dice.randrange(len(self.workers))
        worker = self.workers[index]
        self._kill(worker)
        self.workers[index] = self._start()

    def look_after(self) -> None:
        """A worker that ended by itself, as without Redis, is started again, as a platform does."""
        for index, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.workers[index] = self._start()

    def end(self) -> None:
        for worker in self.workers:
            self._kill(worker)
        self._log.close()

    def _kill(self, worker: psutil.Popen) -> None:
        with suppress(psutil.NoSuchProcess):
            for process in [*worker.children(recursive=True), worker]:
                process.kill()
        worker.wait(timeout=10)

    def _start(self) -> psutil.Popen:
        return psutil.Popen(
            self._command, cwd=ROOT, env=self._environ, stdout=self._log, stderr=subprocess.STDOUT
        )


@contextmanager
def crew_of(place: World, size: int, **environ: str) -> Iterator[Crew]:
    """So many workers, with this environment beside that of the web; gone at the end."""
    crew = Crew(place, size, environ)
    try:
        yield crew
    finally:
        crew.end()
