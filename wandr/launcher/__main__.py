"""`python -m wandr.launcher`, in the order in which things happen."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
from honcho.environ import parse_procfile

from wandr.devstack import DevstackError, EmbeddedServers, hold_folder, open_for_system_user
from wandr.launcher.children import Children
from wandr.launcher.environment import data_folder, development_environment, port_of
from wandr.launcher.inside import remember_environment
from wandr.launcher.processes import Processes

PREPARATIONS = ("flask locations load --if-empty", "flask seed")
ORPHAN_SECONDS = 5.0  # gunicorn's workers notice within a second that their master is gone

FAREWELLS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
hurry = threading.Event()

BANNER = """
  Wandr is ready.

    address   http://localhost:{port}
    docs      http://localhost:{port}/docs
    log in    demo@wandr.example    wandr-demo-2026   (organizer)
              friend@wandr.example  wandr-demo-2026   (participant)
    data      {data}
    stop      Ctrl-C
"""


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Keep everything in this folder.")
def main(data: Path | None) -> None:
    """Bring Wandr up on this machine, and down again with Ctrl-C."""
    checkout = Path.cwd()
    for farewell in FAREWELLS:
        signal.signal(farewell, stop_once)
    try:
        run(checkout, (data or data_folder(checkout)).resolve())
    except DevstackError as refusal:
        raise click.ClickException(str(refusal)) from None
    except KeyboardInterrupt:
        click.echo("Wandr has stopped; its data is kept.")


def run(checkout: Path, data: Path) -> NoReturn:
    with ExitStack() as stopping:  # in reverse: web and worker first, Postgres and Valkey last
        stopping.enter_context(hold_folder(data))
        children = Children(data / "children.json")
        was_killed = children.end_leftovers()
        environ = development_environment(os.environ, checkout=checkout, data=data)
        check_port(environ, patience=ORPHAN_SECONDS if was_killed else 0)
        servers = stopping.enter_context(missing_servers(environ, data))
        environ |= servers.environment()
        remember_environment(environ, data)
        commands = parse_procfile((checkout / "Procfile").read_text()).processes
        for command in (commands.pop("release"), *PREPARATIONS):
            prepare(command, environ)
        processes = Processes(commands, environ)
        stopping.callback(processes.stop, children, in_a_hurry=hurry.is_set)
        processes.tend(children)
        while not is_ready(environ):
            keep_up(servers, processes, children)
        click.echo(BANNER.format(port=environ["PORT"], data=data))
        while True:
            keep_up(servers, processes, children)


def check_port(environ: Mapping[str, str], *, patience: float) -> None:
    address = (environ["WANDR_BIND"], port_of(environ))
    deadline = time.monotonic() + patience
    while True:
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
                probe.bind(address)
        except OSError as error:
            if time.monotonic() >= deadline:
                raise DevstackError(
                    f"Port {address[1]} cannot be had ({error.strerror}):"
                    f" free it, or choose another with PORT={address[1] + 1} make run."
                ) from None
            time.sleep(0.1)
        else:
            return


def missing_servers(environ: Mapping[str, str], data: Path) -> EmbeddedServers:
    """Postgres and Valkey, each unless the environment names one."""
    click.echo(f"Everything is kept in {data}")
    open_for_system_user(data)
    return EmbeddedServers(
        data / "servers",
        postgres="DATABASE_URL" not in environ,
        valkey="REDIS_URL" not in environ,
    )


def prepare(command: str, environ: Mapping[str, str]) -> None:
    click.secho(f"$ {command}", dim=True)
    code = subprocess.run(["/bin/sh", "-c", f"exec {command}"], env=environ).returncode
    if code != 0:
        raise DevstackError(f"`{command}` failed ({code}); what it said stands above.")


def keep_up(servers: EmbeddedServers, processes: Processes, children: Children) -> None:
    for name in servers.revive():
        processes.say(f"{name} had died and runs again")
    processes.tend(children)
    time.sleep(0.2)


def is_ready(environ: Mapping[str, str]) -> bool:
    connection = http.client.HTTPConnection(environ["WANDR_BIND"], port_of(environ), timeout=2)
    try:
        connection.request("GET", "/health/ready", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop_once(number: int, frame: FrameType | None) -> NoReturn:
    """The first farewell stops us in order; a second Ctrl-C only ends the grace.

    A closing terminal sends several at once: none may interrupt the stopping.
    """
    for farewell in FAREWELLS:
        signal.signal(farewell, signal.SIG_IGN)
    signal.signal(signal.SIGINT, lambda *_: hurry.set())
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
