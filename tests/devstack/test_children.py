"""Only what a launcher started is ever ended: a pid alone proves nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from wandr.launcher import children
from wandr.launcher.children import Children, end_trees

STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_what_a_killed_launcher_started_is_ended(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    Children(tmp_path / "children.json").remember(sleeper.pid)
    assert Children(tmp_path / "children.json").end_leftovers()
    assert sleeper.wait(timeout=5) == -15


def test_a_recycled_pid_is_left_alone(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    started = psutil.Process(sleeper.pid).create_time()
    (tmp_path / "children.json").write_text(json.dumps([[sleeper.pid, started - 60]]))
    assert Children(tmp_path / "children.json").end_leftovers()
    assert sleeper.poll() is None


def test_after_a_clean_stop_there_are_no_leftovers(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    remembered = Children(tmp_path / "children.json")
    remembered.remember(sleeper.pid)
    remembered.forget()
    assert not Children(tmp_path / "children.json").end_leftovers()
    assert sleeper.poll() is None


def test_who_ignores_the_request_is_killed_with_its_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(children, "GRACE_SECONDS", 0.1)
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout
        child = psutil.Process(int(stubborn.stdout.readline()))
        end_trees([psutil.Process(stubborn.pid)])
        assert stubborn.wait(timeout=5) == -9
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_second_ctrl_c_ends_the_grace() -> None:
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout
        stubborn.stdout.readline()
        end_trees([psutil.Process(stubborn.pid)], in_a_hurry=lambda: True)
        assert stubborn.wait(timeout=5) == -9
