"""The launcher, run for real over a checkout in miniature."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.devstack.checkout import PATIENCE, Checkout, eventually, stop
from wandr.devstack import DevstackError
from wandr.devstack.ending import is_alive
from wandr.launcher.environment import development_environment, port_of

ELSEWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@contextmanager
def fresh_checkout() -> Iterator[Checkout]:
    folder = Path(tempfile.mkdtemp(prefix="wandr-test-"))
    folder.chmod(0o711)
    yield Checkout(folder)
    shutil.rmtree(folder)


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with fresh_checkout() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Checkout, subprocess.Popen[bytes]]]:
    """A launcher that is ready, with servers elsewhere. It must survive every test that asks."""
    with fresh_checkout() as checkout:
        launcher = checkout.launch(**ELSEWHERE)
        eventually(lambda: checkout.shows("Wandr is ready"))
        yield checkout, launcher
        launcher.send_signal(signal.SIGINT)  # what Ctrl-C sends
        assert launcher.wait(timeout=PATIENCE) == 0
        assert checkout.shows("Wandr has stopped")
        assert checkout.alive() == []


def test_one_command_brings_everything_up_and_down_in_order(checkout: Checkout) -> None:
    launcher = checkout.launch()
    eventually(lambda: checkout.shows("Wandr is ready"))
    started = [event.split()[0] for event in checkout.events()]
    assert started[:3] == ["release", "locations", "seeded"]
    assert sorted(started[3:]) == ["web", "worker"]
    assert checkout.shows("hello from web")
    assert checkout.shows(f"http://localhost:{checkout.port}/docs")

    assert stop(launcher) == 0
    assert sorted(checkout.events()[-2:]) == [
        "web stopped, servers up up",
        "worker stopped, servers up up",
    ]
    assert checkout.alive() == []


def test_a_killed_launcher_breaks_nothing(checkout: Checkout) -> None:
    killed = checkout.launch()
    eventually(lambda: checkout.shows("Wandr is ready"))
    secret = (checkout.data / "secret_key").read_text()
    killed.kill()
    killed.wait()
    leftover = psutil.Process(checkout.pids("web")[0])
    assert is_alive(leftover)

    launcher = checkout.launch()
    eventually(lambda: checkout.shows("Wandr is ready"))
    assert not is_alive(leftover)
    assert (checkout.data / "secret_key").read_text() == secret
    stop(launcher)
    assert checkout.alive() == []


def test_a_closing_terminal_stops_it_though_it_says_so_twice(checkout: Checkout) -> None:
    launcher = checkout.launch(**ELSEWHERE)
    eventually(lambda: len(checkout.pids("worker")) == 1)
    for farewell in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
        launcher.send_signal(farewell)
    assert launcher.wait(timeout=PATIENCE) == 0
    assert checkout.alive() == []


def test_servers_that_the_environment_names_are_not_started(
    running: tuple[Checkout, subprocess.Popen[bytes]],
) -> None:
    checkout, _ = running
    assert not {"postgres", "valkey-server"} & set(checkout.alive())


def test_a_dead_process_is_started_again(
    running: tuple[Checkout, subprocess.Popen[bytes]],
) -> None:
    checkout, _ = running
    os.kill(checkout.pids("worker")[0], signal.SIGKILL)
    eventually(lambda: len(checkout.pids("worker")) == 2)
    assert checkout.shows("ended (-9); starts again in 1 s")
    assert len(checkout.pids("web")) == 1


def test_a_second_launcher_is_refused_and_the_first_goes_on(
    running: tuple[Checkout, subprocess.Popen[bytes]],
) -> None:
    checkout, first = running
    second = checkout.launch(screen="second", **ELSEWHERE)
    assert second.wait(timeout=PATIENCE) == 1
    assert checkout.shows(
        f"Error: Wandr already runs: process {first.pid} uses {checkout.data}.\n", screen="second"
    )
    assert first.poll() is None


def test_a_taken_port_is_refused_in_a_sentence(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", checkout.port)):
        assert checkout.launch().wait(timeout=PATIENCE) == 1
    assert checkout.shows(
        f"Error: Port {checkout.port} cannot be had (Address already in use):"
        f" free it, or choose another with PORT={checkout.port + 1} make run.\n"
    )


def test_a_failing_release_stops_the_launch(checkout: Checkout) -> None:
    assert checkout.launch(RELEASE_EXIT="3", **ELSEWHERE).wait(timeout=PATIENCE) == 1
    assert checkout.shows("Error: `python part.py release` failed (3)")
    assert checkout.pids("web") == []


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(DevstackError, match="PORT must be a number from 1 to 65535"):
        port_of({"PORT": port})


def test_what_is_set_wins_over_dotenv_and_dotenv_over_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9001\nLOG_FORMAT=json\nMAIL_FROM=''\n")
    environ = development_environment(
        {"PORT": "9002", "LOG_LEVEL": ""}, checkout=tmp_path, data=tmp_path
    )
    assert (environ["PORT"], environ["LOG_FORMAT"]) == ("9002", "json")
    assert environ["WANDR_ENV"] == "development"
    assert environ["PUBLIC_URL"] == "http://localhost:9002"  # where links in mails lead
    assert "LOG_LEVEL" not in environ  # set to nothing is not set


def test_the_secret_key_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    keys = [
        development_environment({}, checkout=tmp_path, data=tmp_path)["SECRET_KEY"] for _ in "12"
    ]
    assert keys[0] == keys[1]
    assert len(keys[0].encode()) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
