"""The Procfile is what production runs: each program must accept its line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from honcho.environ import parse_procfile

REPOSITORY = Path(__file__).parents[2]
COMMANDS = parse_procfile((REPOSITORY / "Procfile").read_text()).processes
ENVIRON = {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "SECRET_KEY": "a-test-key-that-nobody-else-will-ever-use",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "WANDR_ENV": "test",
}


def accepts(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, shell=True, cwd=REPOSITORY, env=ENVIRON, capture_output=True, text=True
    )


def test_it_releases_serves_and_works() -> None:
    assert list(COMMANDS) == ["release", "web", "worker"]


@pytest.mark.parametrize("name", ["release", "worker"])
def test_the_command_line_knows_every_option(name: str) -> None:
    answer = accepts(f"{COMMANDS[name]} --help")
    assert answer.returncode == 0, answer.stderr


def test_an_option_that_rq_does_not_know_would_be_noticed() -> None:
    answer = accepts(f"{COMMANDS['worker']} --no-such-option --help")
    assert "No such option" in answer.stderr


def test_gunicorn_accepts_its_line_and_its_file() -> None:
    answer = accepts(COMMANDS["web"].replace("gunicorn ", "gunicorn --check-config ", 1))
    assert answer.returncode == 0, answer.stderr
