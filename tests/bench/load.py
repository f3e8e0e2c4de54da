"""Load on sockets, from a process of its own, and the peer that they are measured beside.

The client is lean JavaScript over `ws`, so that it is never what is measured. npm fetches it, and
socket.io for the peer (`WANDR_REALTIME_PEER`), into the folder of the run.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.realtime.server import free_port, wait_until

CLIENT = Path(__file__).with_name("load_client.js")
PEER = Path(os.environ.get("WANDR_REALTIME_PEER", "../shared/bench/realtime/peer_socketio.js"))
PACKAGES = ("socket.io@4", "ws@8")
Answer = dict[str, Any]


def what_is_missing() -> str | None:
    """Why there can be no load, if so."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def fetch_packages(folder: Path) -> None:
    """Install what the client and the peer need. CalledProcessError when npm cannot."""
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES]
    subprocess.run(command, cwd=folder, check=True, timeout=120)


class LoadClient:
    """Groups of sockets. Every delivery that is late, doubled or out of order is an error."""

    def __init__(self, folder: Path) -> None:
        self._process = _node(folder, CLIENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> LoadClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, command: str, group: str, **more: Any) -> Answer:
        """Have a group do something; what came of it. RuntimeError when it could not."""
        pipe, answers = self._process.stdin, self._process.stdout
        assert pipe is not None and answers is not None
        pipe.write(json.dumps({"do": command, "group": group, **more}) + "\n")
        pipe.flush()
        answer: Answer = json.loads(answers.readline())
        if "error" in answer:
            raise RuntimeError(f"{command} of {group}: {answer['error']}")
        assert not answer.get("disordered") and not answer.get("deaf"), answer
        return answer

    def gather(self, group: str, url: str, places: Sequence[Answer], **more: Any) -> Answer:
        """Seat sockets at these places of a Wandr server."""
        return self.ask("gather", group, server="wandr", url=url, places=places, **more)


@contextmanager
def raw_node(folder: Path) -> Iterator[str | None]:
    """The address of the peer, or None when it is not there."""
    if not PEER.exists():
        yield None
        return
    port = free_port()
    with _node(folder, PEER.resolve(), str(port)) as process:
        try:
            yield wait_until(lambda: _listening(process, port), 10) and f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _node(folder: Path, script: Path, *args: str, **more: Any) -> subprocess.Popen[str]:
    environ = os.environ | {"NODE_PATH": str(folder / "node_modules")}
    return subprocess.Popen(["node", str(script), *args], env=environ, text=True, **more)


def _listening(process: subprocess.Popen[str], port: int) -> bool:
    assert process.poll() is None, "the peer has ended"
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
