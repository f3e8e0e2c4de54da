"""Twenty clients on a network that drops, delays, half-closes, cuts and crawls: nothing is lost.

`make prove` has two hundred of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.prove.load import Journey
from tests.prove.network import travel
from tests.prove.world import World


@pytest.fixture
def place(servers, inside, live) -> Iterator[World]:
    """The server that all tests here share, as the proofs see it."""
    one = World(servers, inside, live, servers.folder)
    yield one
    one.http.close()


def test_nothing_is_lost_doubled_or_out_of_order_on_a_bad_network(place) -> None:
    report = travel(place, Journey(clients=20, writers=8, pause=(0.2, 1)), seconds=10)
    assert not report.failed, report.text()
