"""What production takes from its platform, made up for development where it is not set."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from honcho.environ import parse as parse_env

from wandr.devstack import DevstackError


def data_folder(checkout: Path) -> Path:
    """Where everything is kept that outlives a run."""
    if os.geteuid() != 0:
        return checkout / ".data"
    # As root the servers run as a user of their own, who may not enter a checkout in /root.
    return Path(f"/var/lib/wandr-{hashlib.sha256(bytes(checkout)).hexdigest()[:10]}")


def development_environment(
    given: Mapping[str, str], *, checkout: Path, data: Path
) -> dict[str, str]:
    """The given environment, over the checkout's `.env`, over what development defaults to."""
    environ = (
        _defaults(data) | _dotenv(checkout) | {name: text for name, text in given.items() if text}
    )
    environ.setdefault("PUBLIC_URL", f"http://localhost:{environ['PORT']}")
    # The programs of this very Python come first: flask, gunicorn and rq are found without a venv
    # being activated.
    environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", "")])
    return environ


def port_of(environ: Mapping[str, str]) -> int:
    text = environ["PORT"]
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise DevstackError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _defaults(data: Path) -> dict[str, str]:
    mailbox = data / "mailbox"
    mailbox.mkdir(mode=0o700, exist_ok=True)
    return {
        "WANDR_ENV": "development",
        "WANDR_BIND": "127.0.0.1",
        "PORT": "8000",
        "SECRET_KEY": _secret_key(data / "secret_key"),
        "MAILBOX_DIR": str(mailbox),
        "LOG_FORMAT": "console",
        "PYTHONUNBUFFERED": "1",
        # In production idle connections get 20 s to finish; Ctrl-C should not wait for a browser.
        "GUNICORN_CMD_ARGS": "--graceful-timeout 2",
    }


def _secret_key(path: Path) -> str:
    """Made once: tokens outlive a restart."""
    if not path.exists():
        unfinished = path.with_suffix(".new")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(48))
        unfinished.rename(path)
    return path.read_text()


def _dotenv(checkout: Path) -> dict[str, str]:
    path = checkout / ".env"
    return parse_env(path.read_text()) if path.exists() else {}
