"""What the web processes tell each other of who is present, in Redis; losing it loses nothing.

A trip has a hash, in it a page per process: its own sockets in that trip. A page counts as long as
its process is alive, and a process is alive as long as its key has not run out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cached_property
from uuid import UUID, uuid4

from redis import RedisError

from wandr.extensions import redis
from wandr.realtime.present import Page, Present

CHANNEL = "wandr:presence"
ALIVE = 30  # seconds for which a process counts as alive without saying so again
BOOK, PROCESS = "wandr:presence:1:{}", "wandr:process:{}"


class PresenceStore:
    """The pages in Redis. Every method may raise RedisError, after half a second at the latest."""

    @cached_property
    def process(self) -> str:
        """The name of this process; made when it is first needed, which is after a fork."""
        return uuid4().hex

    def write(self, pages: Mapping[UUID, Page]) -> None:
        """Say that this process lives, replace its pages (an empty one goes), wake the others."""
        pipe = redis.client.pipeline(transaction=False)
        pipe.set(PROCESS.format(self.process), 1, ex=ALIVE)
        for trip_id, page in pages.items():
            book = BOOK.format(trip_id)
            if page:
                pipe.hset(book, self.process, json.dumps(page))
                pipe.expire(book, ALIVE)
            else:
                pipe.hdel(book, self.process)
            pipe.publish(CHANNEL, f"{trip_id} {self.process}")
        pipe.execute()

    def read(self, trip_ids: Collection[UUID]) -> dict[UUID, dict[str, Page]]:
        """The pages of the other living processes, by trip and process."""
        if not trip_ids:
            return {}
        pipe = redis.client.pipeline(transaction=False)
        for trip_id in trip_ids:
            pipe.hgetall(BOOK.format(trip_id))
        books = dict(zip(trip_ids, map(_named, pipe.execute()), strict=True))
        alive = self._living({process for book in books.values() for process in book})
        return {
            trip_id: {process: page for process, page in book.items() if process in alive}
            for trip_id, book in books.items()
        }

    def hears_itself(self, process: str) -> bool:
        """Whether a message on the channel came from here."""
        return process == self.process

    def _living(self, processes: Collection[str]) -> set[str]:
        others = sorted(set(processes) - {self.process})
        if not others:
            return set()
        found = redis.client.mget([PROCESS.format(one) for one in others])
        return {one for one, value in zip(others, found, strict=True) if value is not None}


def people_live_in(trip_id: UUID) -> set[UUID]:
    """Who has a socket in a trip, in any process; nobody, as far as is known, without Redis."""
    try:
        pages = PresenceStore().read([trip_id])[trip_id].values()
    except RedisError:
        return set()
    return {UUID(present.user_id) for page in pages for present in page}


def _named(book: Mapping[bytes, bytes]) -> dict[str, Page]:
    return {
        process.decode(): [Present(*one) for one in json.loads(page)]
        for process, page in book.items()
    }
