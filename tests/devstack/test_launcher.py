"""The launcher, run for real over a checkout in miniature."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.devstack.checkout import PATIENCE, Checkout, eventually, stop
from wandr.devstack.ending import is_alive

ELSEWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    folder = Path(tempfile.mkdtemp(prefix="wandr-test-"))
    folder.chmod(0o711)
    yield Checkout(folder)
    shutil.rmtree(folder)


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


def test_servers_that_the_environment_names_are_not_started(checkout: Checkout) -> None:
    launcher = checkout.launch(**ELSEWHERE)
    eventually(lambda: checkout.shows("Wandr is ready"))
    assert "postgres" not in checkout.alive()
    launcher.send_signal(signal.SIGINT)  # what Ctrl-C sends
    assert launcher.wait(timeout=PATIENCE) == 0
    assert "web stopped, servers gone gone" in checkout.events()


def test_a_taken_port_is_refused_in_a_sentence(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", checkout.port)):
        assert checkout.launch().wait(timeout=PATIENCE) == 1
    assert checkout.screen.read_text() == (
        f"Error: Port {checkout.port} cannot be had (Address already in use):"
        f" free it, or choose another with PORT={checkout.port + 1} make run.\n"
    )


def test_a_port_that_is_none_is_refused(checkout: Checkout) -> None:
    assert checkout.launch(PORT="http").wait(timeout=PATIENCE) == 1
    assert checkout.shows("Error: PORT must be a number from 1 to 65535, not 'http'.\n")


def test_a_failing_release_stops_the_launch(checkout: Checkout) -> None:
    assert checkout.launch(RELEASE_EXIT="3", **ELSEWHERE).wait(timeout=PATIENCE) == 1
    assert checkout.shows("Error: `python part.py release` failed (3)")
    assert checkout.pids("web") == []


def test_a_second_launcher_is_refused_and_the_first_goes_on(checkout: Checkout) -> None:
    first = checkout.launch(**ELSEWHERE)
    eventually(lambda: checkout.shows("Wandr is ready"))
    assert checkout.launch(**ELSEWHERE).wait(timeout=PATIENCE) == 1
    assert checkout.shows(f"Error: Wandr already runs: process {first.pid} uses {checkout.data}.")
    assert len(checkout.pids("web")) == 1
    assert stop(first) == 0


def test_a_dead_process_is_started_again(checkout: Checkout) -> None:
    launcher = checkout.launch(**ELSEWHERE)
    eventually(lambda: checkout.pids("worker"))
    os.kill(checkout.pids("worker")[0], signal.SIGKILL)
    eventually(lambda: len(checkout.pids("worker")) == 2)
    assert checkout.shows("ended (-9); starts again in 1 s")
    assert len(checkout.pids("web")) == 1
    stop(launcher)


def test_a_killed_launcher_breaks_nothing(checkout: Checkout) -> None:
    killed = checkout.launch()
    eventually(lambda: checkout.shows("Wandr is ready"))
    secret = (checkout.data / "secret_key").read_text()
    killed.kill()
    killed.wait()
    (leftover,) = checkout.pids("web")
    assert is_alive(psutil.Process(leftover))

    launcher = checkout.launch()
    eventually(lambda: checkout.shows("Wandr is ready"))
    assert leftover not in psutil.pids() or not is_alive(psutil.Process(leftover))
    assert (checkout.data / "secret_key").read_text() == secret
    stop(launcher)
    assert checkout.alive() == []
