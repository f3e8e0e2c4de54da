"""Asking again what may work a moment later, and not asking for a while what keeps failing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import uniform
from time import sleep
from typing import Final

import structlog
from redis import RedisError

from wandr.ai.providers.errors import Overloaded, ProviderError
from wandr.ai.providers.provider import ChatRequest, Deadline, Piece, Provider, Pulse
from wandr.extensions import redis

log = structlog.get_logger()
MOST_RETRIES: Final = 2
FIRST_PAUSE: Final = 0.5  # seconds, doubled each time, and then any part of that (full jitter)
BEAT: Final = 0.4  # seconds between pulses
LAST_CALLS, FEWEST_CALLS = 20, 6  # half of the last calls failed, of at least six: no more of them
REST: Final = 30  # seconds, after which one call may try
MEMORY: Final = 600  # seconds that calls are remembered


def ask_patiently(
    provider: Provider, request: ChatRequest, deadline: Deadline, pulse: Pulse
) -> Iterator[Piece]:
    """Stream an answer; up to two more attempts, as long as nothing of it has come.

    Raises a ProviderError: Overloaded at once while the provider is given a rest.
    """
    breaker = Breaker(provider.name)
    for attempt in count():
        breaker.enter()
        has_begun = False
        try:
            for piece in provider.stream(request, deadline, pulse):
                has_begun = True
                yield piece
        except ProviderError as error:
            breaker.note(failed=error.passes)
            pause = max(error.retry_after or 0.0, uniform(0, FIRST_PAUSE * 2**attempt))
            again = error.passes and not has_begun and attempt < MOST_RETRIES
            if not again or pause >= deadline.left:
                raise
            log.info("ai_provider_again", provider=provider.name, code=error.code, pause=pause)
        else:
            breaker.note(failed=False)
            return
        _wait(pause, pulse)


def _wait(seconds: float, pulse: Pulse) -> None:
    end = Deadline.after(seconds)
    while end.left:
        pulse()
        sleep(min(BEAT, end.left))


class Breaker:
    """A circuit breaker (Nygard, Release It!, 2007) that all workers share, in Redis: a worker's
    process answers one request. Without Redis it lets everything pass."""

    def __init__(self, name: str) -> None:
        self._calls, self._open, self._half, self._probe = (
            f"wandr:ai:breaker:{name}:{part}" for part in ("calls", "open", "half", "probe")
        )

    def enter(self) -> None:
        """Raise Overloaded unless a call may be tried now."""
        try:
            may_try = self._may_try()
        except RedisError:
            return
        if not may_try:
            raise Overloaded("The model has failed too often just now: it is given a rest.")

    def note(self, *, failed: bool) -> None:
        """How a call ended."""
        try:
            self._note(failed)
        except RedisError as error:
            log.warning("ai_breaker_away", error=str(error))

    def _may_try(self) -> bool:
        is_open, is_half = redis.client.mget(self._open, self._half)
        if is_open or not is_half:
            return not is_open
        return bool(redis.client.set(self._probe, 1, nx=True, ex=REST))

    def _note(self, failed: bool) -> None:
        if redis.client.get(self._half):
            redis.client.delete(self._probe)
            if failed:
                redis.client.set(self._open, 1, ex=REST)
            else:
                redis.client.delete(self._half, self._calls)
            return
        with redis.client.pipeline() as pipe:
            pipe.lpush(self._calls, int(failed))
            pipe.ltrim(self._calls, 0, LAST_CALLS - 1)
            pipe.expire(self._calls, MEMORY)
            pipe.lrange(self._calls, 0, -1)
            last = pipe.execute()[-1]
        if len(last) >= FEWEST_CALLS and 2 * last.count(b"1") >= len(last):
            redis.client.set(self._half, 1, ex=MEMORY)
            redis.client.set(self._open, 1, ex=REST)
