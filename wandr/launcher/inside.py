"""`python -m wandr.launcher.inside flask mailbox`: a command with the settings of `make run`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from wandr.launcher.environment import data_folder

FILE = "environment.json"


def remember_environment(environ: Mapping[str, str], data: Path) -> None:
    """Keep what the processes run with, for commands in another terminal; for the owner only."""
    path = data / FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(dict(environ)))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def main(command: tuple[str, ...]) -> None:
    """Run a command as the processes of `make run` run."""
    path = data_folder(Path.cwd()) / FILE
    if not path.exists():
        raise click.ClickException("Nothing has run here yet: `make run` comes first.")
    sys.stdout.flush()
    os.execvpe(command[0], command, json.loads(path.read_text()))


if __name__ == "__main__":
    main()
