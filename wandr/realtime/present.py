"""Who is present: one entry per socket, a page per process, and what makes one state of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple


class Present(NamedTuple):
    """A socket in a trip, and what it shows of itself."""

    client_id: str
    user_id: str
    display_name: str
    since: float  # seconds since 1970, by the clock of its process
    state: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As protocol 1 tells it."""
        return {
            **{"client_id": self.client_id, "user_id": self.user_id},
            **{"display_name": self.display_name, "state": self.state},
        }


Page = Sequence[Present]  # the sockets of one process in one trip
Known = dict[str, Present]  # by client id


def difference(before: Mapping[str, Present], now: Mapping[str, Present]) -> dict[str, Any]:
    """What makes `now` of `before`: whole entries in `join`, ids in `leave`, states in `set`."""
    both = before.keys() & now.keys()
    same = {one for one in both if _who(before[one]) == _who(now[one])}
    return {
        "join": [one.as_json() for client_id, one in now.items() if client_id not in same],
        "leave": sorted(before.keys() - now.keys()),
        "set": {one: now[one].state for one in same if now[one].state != before[one].state},
    }


def _who(one: Present) -> tuple[str, str]:
    return one.user_id, one.display_name


def merge(pages: Iterable[Page], names: Mapping[str, str]) -> Known:
    """All members by their client id, with the names that they have now.

    The newest socket of a person counts; nobody takes another's client id.
    """
    known: Known = {}
    everybody = [
        one._replace(display_name=names[one.user_id])
        for page in pages
        for one in page
        if one.user_id in names
    ]
    for one in sorted(everybody, key=lambda one: one.since):
        holder = known.get(one.client_id)
        if holder is None or holder.user_id == one.user_id:
            known[one.client_id] = one
    return known
