"""What docs/client.md shows of the reference client is what the client is."""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path

import pytest

from tests.realtime.server import REPOSITORY
from tests.reference import client, folding, queue, store, transport
from tests.reference.client import TripClient
from tests.reference.store import FileStore
from tests.reference.transport import LiveTrip

MODULES = (client, folding, queue, store, transport)
BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
DOCUMENT = (REPOSITORY / "docs" / "client.md").read_text()
SOURCE = "\n".join(Path(one.__file__).read_text() for one in MODULES)
EXAMPLE = "store = FileStore("


def excerpts(document: str) -> list[str]:
    """The blocks of Python that are not the example of use."""
    blocks = [textwrap.dedent(code) for _, code in BLOCK.findall(document)]
    return [code for code in blocks if not code.startswith(EXAMPLE)]


def strangers(document: str) -> list[str]:
    """Excerpts that are nowhere in the client."""
    source = re.sub(r"^ +", "", SOURCE, flags=re.MULTILINE)
    return [one for one in excerpts(document) if re.sub(r"(?m)^ +", "", one) not in source]


def test_every_excerpt_is_in_the_client():
    assert len(excerpts(DOCUMENT)) == 5
    assert strangers(DOCUMENT) == []


def test_the_example_runs(group, live, tmp_path, monkeypatch):
    [example] = [code for _, code in BLOCK.findall(DOCUMENT) if code.startswith(EXAMPLE)]
    monkeypatch.chdir(tmp_path)
    person = group.organizer
    names = {"Path": Path, "trip_id": str(group.trip_id), "user_id": str(person.user_id)}
    names |= {one.__name__: one for one in (FileStore, TripClient, LiveTrip)}
    names["current_access_token"] = lambda: person.token
    try:
        exec(example.replace("http://localhost:8000", live.url), names)
        title = names["live"].view()["trip"][names["trip_id"]]["title"]
    finally:
        raw = names["live"].io.eio.ws
        names["live"].close()
        raw.shutdown()
    assert title == "Nara"


@pytest.mark.parametrize("line", ["del table", "seq < self.head", "self.is_answered and"])
def test_an_excerpt_that_drifted_is_noticed(line):
    assert line in DOCUMENT
    assert len(strangers(DOCUMENT.replace(line, f"x {line}"))) == 1


def test_every_file_and_name_is_there():
    files = {Path(one.__file__).name for one in MODULES}
    assert set(re.findall(r"^\| `(\w+\.py)` \|", DOCUMENT, re.MULTILINE)) == files
    for name in ("TripClient", "LiveTrip", "FileStore"):
        assert f"`{name}`" in DOCUMENT or f"{name}(" in DOCUMENT
    for name in ("edit", "keep_mine", "keep_theirs", "connected", "asks", "view", "log_out"):
        assert inspect.isfunction(getattr(client.TripClient, name))
