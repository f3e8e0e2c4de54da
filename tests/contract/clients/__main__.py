"""`python -m tests.contract.clients`: generate clients in TypeScript and Python, and use them.

The AsyncAPI document is judged by the parser of its makers, which holds the official schemas.

Tools come from npm and PyPI into a temporary folder. What is not on this machine is skipped aloud.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

from tests.contract.clients import live
from tests.contract.running import run, running_wandr, say

STORIES = Path(__file__).parent
NPM = ("openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3", "@types/node@20")
ASYNCAPI = ("@asyncapi/parser@3.6.6",)
PYTHON = ("openapi-python-client==0.29.1",)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="wandr-clients-") as name, running_wandr() as address:
        folder = Path(name)
        for contract in ("openapi.json", "asyncapi.json"):
            with urlopen(f"{address}/{contract}") as answer:
                (folder / contract).write_bytes(answer.read())
        try:
            asyncapi_parser(folder)
            python_client(folder, address)
            typescript_client(folder, address)
        except subprocess.CalledProcessError as error:
            say(f"{error.stdout}\nFAILED  {' '.join(error.cmd[:3])} … (exit {error.returncode})")
            return 1
    return live.main()


def python_client(folder: Path, address: str) -> None:
    """Generate, import every module, tell the story; in an environment of its own."""
    tools = folder / "venv" / "bin"
    run([sys.executable, "-m", "venv", str(folder / "venv")], folder)
    run([str(tools / "pip"), "install", "--quiet", *PYTHON], folder)
    generate = ["generate", "--path", "openapi.json", "--meta", "none", "--fail-on-warning"]
    config = folder / "config.yml"
    config.write_text("post_hooks: []\n")  # formatting is not what is proved
    client = [*generate, "--config", str(config), "--output-path", "wandr_client"]
    run([str(tools / "openapi-python-client"), *client], folder)
    shutil.copy(STORIES / "story.py", folder)
    told = run([str(tools / "python"), "-W", "error", "story.py", address], folder)
    say(f"OK  {PYTHON[0].replace('==', ' ')}: {told.strip()}")


def asyncapi_parser(folder: Path) -> None:
    """Let it find nothing to complain of."""
    if npm_install(folder, ASYNCAPI):
        shutil.copy(STORIES / "asyncapi.mjs", folder)
        told = run(["node", "asyncapi.mjs", "asyncapi.json"], folder)
        say(f"OK  {ASYNCAPI[0][1:].replace('@', ' ')}: {told.strip()}")


def typescript_client(folder: Path, address: str) -> None:
    """Generate, compile strictly, tell the story with what was compiled."""
    if not npm_install(folder, NPM):
        return
    run(["npx", "openapi-typescript", "openapi.json", "-o", "api.d.ts"], folder)
    shutil.copy(STORIES / "story.mts", folder)
    strict = ["npx", "tsc", "--strict", "--target", "es2022", "--module", "nodenext"]
    run([*strict, "--noEmit", "api.d.ts", "story.mts"], folder)
    run([*strict, "--outDir", "built", "story.mts"], folder)
    told = run(["node", "built/story.mjs", address], folder)
    say(f"OK  {NPM[0].replace('@', ' ')}, {NPM[2].replace('@', ' ')} --strict: {told.strip()}")


def npm_install(folder: Path, packages: Sequence[str]) -> bool:
    """False, said aloud, where there is no npm."""
    if not shutil.which("npm") or not shutil.which("node"):
        say(f"SKIPPED  {packages[0]}: there is no node and npm on this machine")
        return False
    run(["npm", "install", "--silent", "--no-audit", "--no-fund", *packages], folder)
    return True


if __name__ == "__main__":
    sys.exit(main())
