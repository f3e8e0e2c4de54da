"""Server-sent events, read as they come (WHATWG HTML, "Server-sent events", 9.2.6).

`requests.iter_lines` holds back a body that is not chunked until its end, and takes it for Latin-1.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

MOST_CHARACTERS: Final = 1_000_000  # of one line, or of the data of one event


class ServerEvent(NamedTuple):
    """An event; `name` is "message" unless the server says otherwise."""

    name: str
    data: str


def read_events(chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
    """The events in a body. What is not ended by an empty line was cut off, and is left out.

    Raises ValueError for what is no UTF-8, and for a line or event without a reasonable end.
    """
    name, data, size = "", [], 0
    for line in _lines(chunks):
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
                size += len(value)
                if size > MOST_CHARACTERS:
                    raise ValueError("an event without an end")
        elif data:
            yield ServerEvent(name or "message", "\n".join(data))
            name, data, size = "", [], 0
        else:
            name = ""


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines that end with CR, LF or both; one that does not is not yet a line."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    rest, ended_with_cr = "", False
    for chunk in chunks:
        text = decode(chunk)
        if ended_with_cr and text:
            text, ended_with_cr = text.removeprefix("\n"), False
        rest += text
        if rest.endswith("\r"):
            ended_with_cr = True
        *whole, rest = rest.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if len(rest) > MOST_CHARACTERS:
            raise ValueError("a line without an end")
        yield from whole
