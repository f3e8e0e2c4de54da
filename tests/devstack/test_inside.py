"""A command with the settings of `make run`."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wandr.launcher import inside


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(inside, "data_folder", lambda checkout: tmp_path)
    return tmp_path


def test_what_ran_is_remembered_for_its_owner_only(data: Path) -> None:
    inside.remember_environment({"SECRET_KEY": "hidden"}, data)
    assert stat.S_IMODE((data / inside.FILE).stat().st_mode) == 0o600


def test_a_command_runs_with_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"PATH": os.environ["PATH"], "TOLD": "by make run"}
    inside.remember_environment(environ, data)
    ran: list[tuple[str, ...]] = []

    def run(file: str, args: tuple[str, ...], env: dict[str, str]) -> None:
        done = subprocess.run(args, env=env, capture_output=True, text=True, check=True)
        ran.append((file, done.stdout.strip()))

    monkeypatch.setattr(os, "execvpe", run)
    words = [sys.executable, "-c", "import os; print(os.environ['TOLD'])"]
    inside.main.main(words, standalone_mode=False)
    assert ran == [(sys.executable, "by make run")]


def test_without_a_run_it_says_what_comes_first(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        inside.main.main(["flask", "mailbox"])
    assert ended.value.code == 1
    assert "make run" in capsys.readouterr().err
