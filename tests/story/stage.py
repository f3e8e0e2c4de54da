"""Where the story happens: real processes, people with HTTP clients and phones."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import requests

from tests.jobs.conftest import kill, procfile_command
from tests.realtime.device import Device
from tests.realtime.server import REPOSITORY, WebServer, wait_until


class Stage:
    """Two web workers and an RQ worker, as the Procfile says, over a database and a Redis."""

    def __init__(self, database_url: str, redis_url: str, folder: Path) -> None:
        self.mailbox = folder / "mailbox"
        self.folder = folder
        more = {"MAILBOX_DIR": str(self.mailbox), "RATELIMIT_ENABLED": "1"}
        self.web = WebServer(database_url, redis_url, folder / "web.log", **more)
        self.redis_url = redis_url
        self.worker: psutil.Popen | None = None

    def __enter__(self) -> Self:
        self.flask("locations", "load", "--country", "JP")
        self.web.__enter__()
        self.start_worker()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.kill_worker()
        finally:
            self.web.__exit__(kind, error, trace)

    def flask(self, *words: str) -> str:
        """Run a flask command; what it prints."""
        command = [str(Path(sys.executable).parent / "flask"), *words]
        done = subprocess.run(
            command,
            cwd=REPOSITORY,
            env=self.web.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_worker(self) -> None:
        with (self.folder / f"worker-{os.urandom(3).hex()}.log").open("wb") as log:
            self.worker = psutil.Popen(
                procfile_command("worker", self.redis_url),
                cwd=REPOSITORY, env=self.web.environ, stdout=log, stderr=log,
            )  # fmt: skip

    def kill_worker(self) -> None:
        """SIGKILL to the worker and to the horse that does its job."""
        assert self.worker is not None
        kill(self.worker)

    def mail_to(self, address: str, subject: str) -> str:
        """The text of the newest mail to somebody about something, once it has come."""
        return wait_until(lambda: self._mail(address, subject), 5, lambda: f"no mail to {address}")

    def _mail(self, address: str, subject: str) -> str | None:
        files = sorted(self.mailbox.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        for file in reversed(files):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if mail["To"] == address and subject in mail["Subject"]:
                return str(mail.get_content()).replace("\r\n", "\n")
        return None


@dataclass
class Traveller:
    """Somebody with an HTTP client, and phones."""

    stage: Stage
    email: str
    display_name: str
    token: str = ""
    user_id: str = ""
    phones: list[Device] = field(default_factory=list)

    def register(self) -> Traveller:
        body = {"email": self.email, "password": PASSWORD, "display_name": self.display_name}
        self.user_id = self.post("/auth/register", body, 201)["user"]["id"]
        return self

    def log_in(self) -> Traveller:
        answer = self.post("/auth/login", {"email": self.email, "password": PASSWORD}, 200)
        self.token = answer["access_token"]
        return self

    def phone(self) -> Device:
        """Another device, connected."""
        self.phones.append(Device(self.stage.web.url, self))  # type: ignore[arg-type]
        return self.phones[-1].connect()

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self.ask("GET", path, status, params=query)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self.ask("POST", path, status, json=body)

    def patch(self, path: str, body: Any, status: int = 200) -> Any:
        return self.ask("PATCH", path, status, json=body)

    def ask(self, method: str, path: str, status: int, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        address = f"{self.stage.web.url}/api/v1{path}"
        answer = requests.request(method, address, headers=headers, timeout=30, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        is_json = answer.content and "json" in answer.headers.get("Content-Type", "")
        return answer.json() if is_json else answer.text


PASSWORD = "a long and unlikely sentence"
