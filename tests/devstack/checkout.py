"""A checkout in miniature: the launcher's steps and processes, each a few lines long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from wandr.devstack.ending import is_alive
from wandr.devstack.server import free_ports

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 20.0

PROCFILE = """\
release: python part.py release
web: python part.py web
worker: python part.py worker
"""

WSGI = """\
import click, flask, part
app = flask.Flask(__name__)
locations = flask.cli.AppGroup("locations")
app.cli.add_command(locations)

@locations.command()
@click.option("--if-empty", is_flag=True)
def load(if_empty):
    part.note("locations loaded")

@app.cli.command()
def seed():
    part.note("seeded")
"""

# On SIGTERM a part says which of the servers still answer: they must go last.
PART = """\
import http.server, os, signal, socket, sys, time
from urllib.parse import urlsplit

def note(event):
    with open("events", "a") as events:
        print(event, file=events)

def answers(url):
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), timeout=1).close()
    except OSError:
        return "gone"
    return "up"

def leave(*_):
    servers = " ".join(answers(os.environ[name]) for name in ("DATABASE_URL", "REDIS_URL"))
    note(f"{sys.argv[1]} stopped, servers {servers}")
    os._exit(0)

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass

if __name__ == "__main__":
    name = sys.argv[1]
    note(f"{name} {os.getpid()}")
    if name == "release":
        sys.exit(int(os.environ.get("RELEASE_EXIT", "0")))
    signal.signal(signal.SIGTERM, leave)
    print(f"hello from {name}", flush=True)
    if name == "web":
        http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
    while True:
        signal.pause()
"""


class Checkout:
    """A folder to launch in, and what can be seen of it from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        (self.port,) = free_ports(1)
        for name, text in {"Procfile": PROCFILE, "wsgi.py": WSGI, "part.py": PART}.items():
            (folder / name).write_text(text)
        (folder / "events").touch()
        # The launcher without the application, which it must be able to do without.
        package = folder / "wandr"
        package.mkdir()
        (package / "__init__.py").touch()
        for name in ("devstack", "launcher"):
            (package / name).symlink_to(REPOSITORY / "wandr" / name)

    def launch(self, *, screen: str = "screen", **environ: str) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        kept |= {"PORT": str(self.port)}
        with (self.folder / screen).open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "wandr.launcher", "--data", str(self.data)],
                cwd=self.folder,
                env=kept | environ,
                stdout=output,
                stderr=output,
            )

    def events(self) -> list[str]:
        return (self.folder / "events").read_text().splitlines()

    def pids(self, name: str) -> list[int]:
        """Every process that ever ran under this name of the Procfile."""
        return [
            int(event.split()[1])
            for event in self.events()
            if event.startswith(f"{name} ") and event.split()[1].isdecimal()
        ]

    def shows(self, text: str, *, screen: str = "screen") -> bool:
        return text in (self.folder / screen).read_text()

    def alive(self) -> list[str]:
        """The names of all that runs in this folder, servers included."""
        return sorted(
            process.name()
            for process in psutil.process_iter(["cwd"])
            if (process.info["cwd"] or "").startswith(str(self.folder)) and is_alive(process)
        )


def stop(launcher: subprocess.Popen[bytes]) -> int:
    launcher.send_signal(signal.SIGTERM)
    return launcher.wait(timeout=PATIENCE)


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
