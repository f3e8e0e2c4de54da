"""Server-sent events, however they are cut."""

from __future__ import annotations

import pytest

from wandr.ai.providers import sse
from wandr.ai.providers.sse import ServerEvent, read_events

BODY = (
    ": a comment\n\ndata: first\n\nevent: named\r\ndata: é漢😀\r\ndata:second line\r\n\r\n"
    'id: 7\nretry: 10\n\ndata\n\n\rdata: {"a": 1}\r\rdata: cut off'
).encode()
EVENTS = [
    ServerEvent("message", "first"),
    ServerEvent("named", "é漢😀\nsecond line"),
    ServerEvent("message", ""),
    ServerEvent("message", '{"a": 1}'),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_the_same_in_any_pieces(size):
    pieces = [BODY[at : at + size] for at in range(0, len(BODY), size)]
    assert list(read_events(pieces)) == EVENTS


def test_an_event_comes_as_soon_as_it_is_whole():
    came = []

    def pieces():
        yield b"data: a\n\n"
        came.append("second piece")
        yield b"data: b\n\n"

    events = read_events(pieces())
    assert (next(events).data, came) == ("a", [])


@pytest.mark.parametrize("body", [b"data: \xff\xfe\n\n", b"data: \xe6\xbc\n\n"])
def test_what_is_no_utf_8_is_refused(body):
    with pytest.raises(ValueError, match="decode"):
        list(read_events([body]))


@pytest.mark.parametrize("piece", [b"x" * 100, b"data: " + b"x" * 40 + b"\n"])
def test_nothing_grows_without_an_end(piece, monkeypatch):
    monkeypatch.setattr(sse, "MOST_CHARACTERS", 1000)
    with pytest.raises(ValueError, match="without an end"):
        list(read_events([piece] * 100))
