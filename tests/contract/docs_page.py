"""`python -m tests.contract.docs_page [PICTURE.png]`: the docs page and GraphiQL in headless Chromium.

The page must show every tag and one operation opened, GraphiQL must run a question; both ask nobody
else for anything, and write no error to the console. playwright-core comes from npm into a temporary folder; Chromium is the system's own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.contract.running import run, running_wandr, say

PLAYWRIGHT = "playwright-core@1.64.1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCRIPT = Path(__file__).parent / "docs_page.mjs"


def main() -> int:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None or not shutil.which("npm"):
        say("SKIPPED  the docs page: there is no Chromium, or no npm, on this machine")
        return 0
    picture = Path(sys.argv[1] if len(sys.argv) > 1 else "docs.png").absolute()
    with tempfile.TemporaryDirectory(prefix="wandr-docs-") as name, running_wandr() as address:
        folder = Path(name)
        run(["npm", "install", "--silent", "--no-audit", "--no-fund", PLAYWRIGHT], folder)
        shutil.copy(SCRIPT, folder)
        try:
            told = run(["node", SCRIPT.name, browser, address], folder)
        except subprocess.CalledProcessError as error:
            say(f"{error.stdout}\nFAILED  the docs page")
            return 1
        if len(sys.argv) > 1:
            shutil.copy(folder / "docs.png", picture)
            shutil.copy(folder / "graphiql.png", picture.with_name("graphiql.png"))
    return judge(json.loads(told.splitlines()[-1]))


def judge(seen: dict) -> int:
    """Say what was seen; the exit code."""
    say(f"{seen['browser']}: {len(seen['requests'])} requests, {seen['tags']} tags shown")
    faults = [
        *(f"foreign request: {one}" for one in seen["foreign"]),
        *(f"console: {one}" for one in seen["errors"]),
        *(["no tag is shown"] if seen["tags"] < 5 else []),
        *(["no operation opens"] if not seen["opened"] else []),
        *(["GraphiQL answers nothing"] if not seen["answered"] else []),
    ]
    for fault in faults:
        say(f"FAILED  {fault}")
    if not faults:
        say("OK  the docs page and GraphiQL: no foreign request, no console error")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
