"""Wake-ups: heard at once here, through Redis elsewhere, and never twice."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from wandr.pokes import About, Poker


@pytest.fixture
def told(app):
    """Two processes, and what a listener in each is told."""
    here, there = Poker(), Poker()
    heard: dict[Poker, list] = {here: [], there: []}
    for poker, what in heard.items():
        poker.listeners.append(lambda *poke, what=what: what.append(poke))
    with app.app_context():
        yield heard


def test_another_process_hears_it_and_the_own_echo_is_no_second_one(told) -> None:
    here, there = told
    trip_id = uuid4()
    here.poke(trip_id, About.ASSISTANT)
    assert told[here] == [(trip_id, About.ASSISTANT)]
    message = f"{trip_id} assistant {here.process}"
    here.hear(message)
    there.hear(message)
    assert told[here] == told[there] == [(trip_id, About.ASSISTANT)]


@pytest.mark.parametrize("message", ["", "now", "not-an-id changes x", f"{UUID(int=1)} weather x"])
def test_what_is_no_poke_is_refused(told, message) -> None:
    with pytest.raises(ValueError):
        next(iter(told)).hear(message)
