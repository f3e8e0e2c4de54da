"""What people are told reaches their sockets, whichever process they are at; and nobody else's."""

from __future__ import annotations

import pytest
from redis import Redis

from tests.group import something_told
from tests.realtime.server import wait_until
from wandr.notifications import hints
from wandr.realtime import presence_store
from wandr.realtime.presence_store import people_live_in


def test_all_sockets_of_a_person_hear_it_and_those_of_others_do_not(
    group, everywhere, device
) -> None:
    devices, other = everywhere(group.viewer), device(group.participant)
    told = something_told(group.viewer)
    for one in devices:
        heard = one.wait_for("notification")
        assert (heard["id"], heard["kind"], heard["text"]) == (
            told,
            "ai_done",
            "Something happened.",
        )
    assert heard == group.viewer.get("/notifications")["items"][0]
    something_told(group.participant)
    other.wait_for("notification")
    assert [len(one.events("notification")) for one in (*devices, other)] == [1] * len(devices) + [
        1
    ]


@pytest.mark.parametrize(
    "message", ["", "x", "x y", "1 2 3", "00000000-0000-4000-8000-000000000000 x"]
)
def test_a_hint_that_is_none_hurts_nobody(group, device, servers, message) -> None:
    vera = device(group.viewer)
    with Redis.from_url(servers.redis_url) as client:
        client.publish(hints.CHANNEL, message)
    something_told(group.viewer)
    assert vera.wait_for("notification")


def test_who_is_live_in_a_trip_is_known_to_workers(group, device, monkeypatch) -> None:
    vera = device(group.viewer)
    vera.join(group.trip_id)
    wait_until(lambda: people_live_in(group.trip_id) == {group.viewer.user_id}, 10)
    vera.close()
    wait_until(lambda: people_live_in(group.trip_id) == set(), 10)


def test_without_redis_nobody_is_known_to_be_live_and_a_hint_is_lost(
    inside, group, monkeypatch
) -> None:
    away = Redis.from_url("redis://127.0.0.1:1/0", socket_timeout=0.2)
    monkeypatch.setitem(inside.extensions, "wandr.redis", away)
    assert presence_store.people_live_in(group.trip_id) == set()
    something_told(group.viewer)
    assert len(group.viewer.get("/notifications")["items"]) == 1
