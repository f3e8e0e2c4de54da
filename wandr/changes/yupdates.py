"""Yjs updates, looked through before the library decodes them (yjs/INTERNALS.md, "Updates").

Its decoder follows nested values as deep as they go: 64 KB of them overflow its stack, and end the
whole process. So an update that is no plain text is refused by its bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

GAP, SKIPPED = 0, 10  # blocks without content: of what was collected, or is not here
DELETED, STRING = 1, 4  # kinds of content
ORIGIN, RIGHT_ORIGIN = 0x80, 0x40  # what an item may stand between
ROOT = 1  # a parent by its name
MOST = 2**31  # of a clock or a length: the library counts in 32 bits
MOST_CLIENT = 2**53


def refuse_all_but_text(update: bytes) -> None:
    """Raise ValueError unless each block is text, deleted text or a gap. Deletions may be wrong."""
    read = _Reader(update)
    for _ in range(read.number()):
        blocks, _client, clock = read.number(), read.number(MOST_CLIENT), read.number()
        for _ in range(blocks):
            clock += _skip_block(read)
            if clock > MOST:
                raise ValueError("a clock is too large")


@dataclass
class _Reader:
    update: bytes
    at: int = 0

    def byte(self) -> int:
        """The next byte. ValueError at the end."""
        if self.at >= len(self.update):
            raise ValueError("it is cut off")
        self.at += 1
        return self.update[self.at - 1]

    def number(self, most: int = MOST) -> int:
        """The next number, in bytes of seven bits, the lowest first. ValueError beyond `most`."""
        found = 0
        for shift in range(0, 70, 7):
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        if byte < 0x80 and found <= most:
            return found
        raise ValueError("a number is too large")


def _skip_block(read: _Reader) -> int:
    """Read one block; its length, for text in bytes: that is more than it counts."""
    info = read.byte()
    if info in (GAP, SKIPPED):
        return read.number()
    content = info & ~(ORIGIN | RIGHT_ORIGIN)
    if content not in (DELETED, STRING):
        raise ValueError("there is more in it than plain text")
    for origin in (ORIGIN, RIGHT_ORIGIN):
        if info & origin:
            read.number(MOST_CLIENT), read.number()
    if not info & (ORIGIN | RIGHT_ORIGIN):
        _skip_parent(read)
    length = read.number()
    read.at += length if content == STRING else 0
    return length


def _skip_parent(read: _Reader) -> None:
    if read.number() != ROOT:
        raise ValueError("there is more in it than plain text")
    length = read.number()
    read.at += length
