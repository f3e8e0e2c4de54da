"""`python -m tests.contract.clients.live [ADDRESS]`: the live story by the official JS client.

Without an address it starts servers and two web workers of its own; with one it uses what runs
there, as the people of WANDR_ORGANIZER and WANDR_PARTICIPANT (email:password) or as newcomers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.contract.running import run, say
from tests.prove.world import world

STORIES = Path(__file__).parent
FILES = ("package.json", "device.mjs", "live.mjs")
PEOPLE = ("WANDR_ORGANIZER", "WANDR_PARTICIPANT")


def main(address: str | None = None) -> int:
    """The exit code."""
    if not shutil.which("npm") or not shutil.which("node"):
        say("SKIPPED  socket.io-client: there is no node and npm on this machine")
        return 0
    try:
        if address:
            told = tell(address, {name: os.environ[name] for name in PEOPLE if name in os.environ})
        else:
            with world() as place:
                told = tell(place.web.url, {})
    except subprocess.CalledProcessError as error:
        say(f"{error.stdout}\nFAILED  the live story")
        return 1
    pins = json.loads((STORIES / "package.json").read_text())["dependencies"]
    names = ", ".join(f"{name} {version}" for name, version in pins.items())
    say(f"OK  {names}: {told.strip()}")
    return 0


def tell(address: str, people: dict[str, str]) -> str:
    """Install what package.json pins into a temporary folder, and tell the story there."""
    with tempfile.TemporaryDirectory(prefix="wandr-live-") as name:
        for file in FILES:
            shutil.copy(STORIES / file, name)
        environ = {"PATH": os.environ["PATH"], "WANDR_URL": address, **people}
        run(["npm", "install", "--silent", "--no-audit", "--no-fund"], Path(name))
        return run(["node", "live.mjs"], Path(name), environ)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
