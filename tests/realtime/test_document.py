"""The page for client developers: its example runs, and it names every event there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.realtime.server import REPOSITORY
from wandr.realtime.handlers import client_events

PAGE = (REPOSITORY / "docs" / "realtime.md").read_text()


def test_the_example_runs(live, group) -> None:
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    environ = os.environ | {
        "WANDR_URL": live.url,
        "WANDR_TOKEN": group.participant.token,
        "WANDR_TRIP": str(group.trip_id),
    }
    command = [sys.executable, "-c", example]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30)
    assert done.stdout == "it came back\nseq 4 ['Tea']\n", done.stderr


def test_it_describes_every_client_event() -> None:
    described = set(re.findall(r"^\| `([a-z]+:[a-z]+)` \| `\{", PAGE, re.MULTILINE))
    heard = {
        "trip:changes",
        "trip:head",
        "trip:role",
        "trip:revoked",
        "trip:reset",
        "presence:diff",
    }
    assert described - heard - {"ai:event", "auth:expiring"} == set(client_events())
