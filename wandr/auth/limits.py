"""Limits on how often: all requests counted in this process, logins in Redis too.

Hits are counted in fixed windows of time. Where Redis counts for all processes, this process
counts as well, so that an absent Redis opens nothing: the same limit then holds per process.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from threading import Lock

import structlog
from flask import Flask, current_app, request
from redis import Redis, RedisError

from wandr.auth.principal import request_claims
from wandr.config import Settings
from wandr.errors import TooManyRequests, Unauthorized

PAUSE = 5.0  # seconds in which an absent Redis is not asked again
_STATE = "wandr.limits"
COUNTED = ("/api/", "/graphql")

log = structlog.get_logger()


class Window:
    """At most `allowed` hits of each key in a window of `seconds`, counted in this process."""

    def __init__(self, name: str, allowed: int, seconds: int) -> None:
        self.name, self.allowed, self.seconds = name, allowed, seconds
        self._lock = Lock()
        self._number = 0
        self._counts: Counter[str] = Counter()

    def hit(self, key: str) -> int:
        """How often the key has come in this window, now included."""
        with self._lock:
            if self.number != self._number:
                self._number, self._counts = self.number, Counter()
            self._counts[key] += 1
            return self._counts[key]

    @property
    def number(self) -> int:
        """The number of the window that is open now."""
        return int(time.time()) // self.seconds

    def refuse_beyond(self, hits: int) -> None:
        """Raise TooManyRequests when there are more hits than allowed."""
        if hits > self.allowed:
            left = self.seconds - int(time.time()) % self.seconds
            raise TooManyRequests("Too many requests: wait a little.", retry_after=left)


@dataclass
class SharedCounts:
    """Hits counted in Redis, for all processes. A failing Redis counts 0, and rests a while."""

    redis: Redis
    rests_until: float = 0.0

    def hit(self, window: Window, key: str) -> int:
        if time.monotonic() < self.rests_until:
            return 0
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        name = f"wandr:limit:{window.name}:{window.number}:{digest}"
        try:
            with self.redis.pipeline() as pipeline:
                pipeline.incr(name)
                pipeline.expire(name, window.seconds)
                return int(pipeline.execute()[0])
        except RedisError as error:
            self.rests_until = time.monotonic() + PAUSE
            log.warning("limits_without_redis", error=str(error))
            return 0


class Limits:
    """The limits of one application."""

    def __init__(self, settings: Settings, redis: Redis) -> None:
        self.enabled = settings.ratelimit_enabled
        self.shared = SharedCounts(redis)
        self.requests = Window("requests", settings.request_limit, 60)
        self.logins = Window("login", settings.login_limit, 60)
        self.registrations = Window("register", settings.register_limit, 3600)
        self.resets = Window("forgot", settings.register_limit, 3600)

    def spend(self, window: Window, *keys: str) -> None:
        """Count a hit of each key, here and in Redis. TooManyRequests when one has too many."""
        if self.enabled:
            hits = [max(window.hit(key), self.shared.hit(window, key)) for key in keys]
            window.refuse_beyond(max(hits))


def init_limits(app: Flask, settings: Settings, redis: Redis) -> None:
    """Limit the requests of an application."""
    app.extensions[_STATE] = Limits(settings, redis)
    if settings.ratelimit_enabled:
        app.before_request(_limit_request)


def limit_logins(email: str) -> None:
    """Count one attempt at an account, from an address. TooManyRequests."""
    _limits().spend(_limits().logins, f"account:{email}", _address())


def limit_registrations() -> None:
    """Count one registration from an address. TooManyRequests."""
    _limits().spend(_limits().registrations, _address())


def limit_resets(email: str) -> None:
    """Count one mail asked for, for an account and from an address. TooManyRequests."""
    _limits().spend(_limits().resets, f"account:{email}", _address())


def limit_further_requests(count: int) -> None:
    """Count what this request asks for as so many requests more. TooManyRequests."""
    if _limits().enabled:
        for _ in range(count):
            _spend_request()


def _limit_request() -> None:
    """Count a request by its user, or its address when no good token says whose it is.

    The token's signature is checked (and kept for the door), no database asked: nobody spends
    somebody else's requests.
    """
    if not request.path.startswith(COUNTED) or request.method == "OPTIONS":
        return
    _spend_request()


def _spend_request() -> None:
    requests = _limits().requests
    requests.refuse_beyond(requests.hit(_caller()))


def _caller() -> str:
    try:
        return f"user:{request_claims().user_id}"
    except Unauthorized:
        return _address()


def _address() -> str:
    """The sender; of IPv6 the network, for a household has 2^64 addresses."""
    text = request.remote_addr or "unknown"
    try:
        address = ip_address(text)
    except ValueError:
        return f"address:{text}"
    if isinstance(address, IPv6Address):
        return f"network:{address.exploded[:19]}"
    return f"address:{address}"


def _limits() -> Limits:
    limits: Limits = current_app.extensions[_STATE]
    return limits
