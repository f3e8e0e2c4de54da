"""What an attacker would like a worker to call: it leaves a mark that tests can see."""

from __future__ import annotations

import os
from pathlib import Path


def leave_mark(*_: object) -> None:
    """Make the file that the environment names."""
    Path(os.environ["MARK"]).touch()
