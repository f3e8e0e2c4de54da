"""Asking again, and not asking for a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from wandr.ai.providers import patience
from wandr.ai.providers.errors import (
    Broken,
    Overloaded,
    ProviderError,
    RateLimited,
    Truncated,
    Unauthorized,
)
from wandr.ai.providers.patience import FEWEST_CALLS, Breaker, ask_patiently
from wandr.ai.providers.provider import ChatRequest, Deadline, Piece, Pulse, Stop, TextDelta
from wandr.extensions import redis

QUESTION = ChatRequest("", ())
ANSWER: list[Piece] = [TextDelta("Yes."), Stop("end")]


class Moody:
    """Each attempt gives its pieces, then raises what is among them."""

    def __init__(self, name: str, *attempts: list[Piece | ProviderError]) -> None:
        self.name, self.attempts, self.asked = name, list(attempts), 0

    def stream(self, request: ChatRequest, deadline: Deadline, pulse: Pulse) -> Iterator[Piece]:
        self.asked += 1
        for piece in self.attempts.pop(0):
            if isinstance(piece, ProviderError):
                raise piece
            yield piece


@pytest.fixture(autouse=True)
def hurry(app, monkeypatch):
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.01)
    with app.app_context():
        yield


def ask(provider: Moody, seconds: float = 5) -> list[Piece]:
    return list(ask_patiently(provider, QUESTION, Deadline.after(seconds), lambda: None))


def test_what_passes_is_asked_again():
    provider = Moody("again", [Overloaded("")], [Broken("")], ANSWER)
    assert ask(provider) == ANSWER
    assert provider.asked == 3


def test_but_not_for_ever():
    provider = Moody("ever", *[[Overloaded("")]] * 3)
    with pytest.raises(Overloaded):
        ask(provider)
    assert provider.asked == 3


def test_nor_what_will_not_pass():
    provider = Moody("wrong-key", [Unauthorized("")])
    with pytest.raises(Unauthorized):
        ask(provider)
    assert provider.asked == 1


def test_nor_what_was_half_answered():
    """Its reader has seen it: a second answer would begin anew."""
    provider = Moody("half", [TextDelta("Ye"), Truncated("")])
    with pytest.raises(Truncated):
        ask(provider)
    assert provider.asked == 1


def test_a_wait_that_is_asked_for_is_kept_or_not_tried():
    provider = Moody("wait", [RateLimited("", retry_after=60)])
    with pytest.raises(RateLimited):
        ask(provider, seconds=1)
    assert provider.asked == 1


def test_who_waits_may_leave():
    class Left(Exception):
        pass

    def leave() -> None:
        raise Left

    provider = Moody("leave", [RateLimited("", retry_after=3)])
    with pytest.raises(Left):
        list(ask_patiently(provider, QUESTION, Deadline.after(10), leave))


def test_what_keeps_failing_is_given_a_rest():
    breaker, name = Breaker("resting"), "resting"
    for _ in range(FEWEST_CALLS):
        breaker.note(failed=True)
    provider = Moody(name, ANSWER)
    with pytest.raises(Overloaded, match="rest"):
        ask(provider)
    assert provider.asked == 0
    redis.client.delete("wandr:ai:breaker:resting:open")  # thirty seconds later
    assert ask(provider) == ANSWER
    provider.attempts.append(ANSWER)
    assert ask(provider) == ANSWER


def test_one_probe_at_a_time_and_a_failed_one_means_another_rest():
    breaker = Breaker("probed")
    for _ in range(FEWEST_CALLS):
        breaker.note(failed=True)
    redis.client.delete("wandr:ai:breaker:probed:open")
    breaker.enter()
    with pytest.raises(Overloaded):
        breaker.enter()
    breaker.note(failed=True)
    with pytest.raises(Overloaded):
        breaker.enter()


def test_half_of_the_calls_may_not_fail():
    breaker = Breaker("mixed")
    for failed in [False, False, True] * 6:
        breaker.note(failed=failed)
    breaker.enter()
    for _ in range(9):
        breaker.note(failed=True)
    with pytest.raises(Overloaded):
        breaker.enter()


def test_without_redis_everything_passes(app, monkeypatch):
    away = Redis(port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setitem(app.extensions, "wandr.redis", away)
    provider = Moody("alone", ANSWER)
    assert ask(provider) == ANSWER
