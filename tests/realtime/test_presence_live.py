"""Presence over real sockets in two workers, also while Redis is frozen."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager

import psutil
import pytest
from redis import Redis

from tests.realtime.device import create
from tests.realtime.server import wait_until
from wandr.transaction import atomic
from wandr.trips.members import remove_member


def known_to(device) -> dict[str, dict]:
    """Who is present as a client of protocol 1 holds it: by client id."""
    known: dict[str, dict] = {}
    for one in [*device.introduced, *device.events("presence:diff")]:
        for entry in one["join"]:
            known[entry["client_id"]] = entry
        for client_id in one["leave"]:
            known.pop(client_id, None)
        for client_id, state in one["set"].items():
            known[client_id]["state"] = state
    return known


def follow(device, trip_id) -> list[dict] | None:
    """Join a trip; who is present as it is told."""
    told = device.join(trip_id)
    device.introduced = [{"join": told["presence"] or [], "leave": [], "set": {}}]
    return told["presence"]


def wait_for_people(device, *others, seconds: float = 5) -> None:
    ids = {one.client_id for one in others}
    wait_until(lambda: known_to(device).keys() == ids, seconds, lambda: str(known_to(device)))


def show(device, trip_id, state) -> dict:
    return device.send("presence:set", {"trip_id": str(trip_id), "state": state})


def test_people_in_two_workers_see_each_other(group, everywhere) -> None:
    [olga, _], [pavel, vera] = everywhere(group.organizer), everywhere(group.participant)
    for one in (olga, pavel, vera):
        assert one.client_id in {entry["client_id"] for entry in follow(one, group.trip_id)}
    for one in (olga, pavel, vera):
        wait_for_people(one, olga, pavel, vera)
    assert show(vera, group.trip_id, {"view": "2027-04-02"}) == {"ok": True}
    for one in (olga, pavel, vera):
        wait_until(lambda one=one: known_to(one)[vera.client_id]["state"] != {})
    assert known_to(olga)[vera.client_id]["display_name"] == group.participant.display_name
    vera.close()
    for one in (olga, pavel):
        wait_for_people(one, olga, pavel, seconds=2)
    pavel.send("trip:leave", {"trip_id": str(group.trip_id)})
    wait_for_people(olga, olga, seconds=2)


def test_many_states_make_few_diffs(group, device) -> None:
    olga, pavel = device(group.organizer), device(group.participant)
    for one in (olga, pavel):
        follow(one, group.trip_id)
    wait_for_people(olga, olga, pavel)
    began, before = time.monotonic(), len(olga.events("presence:diff"))
    for number in range(300):
        pavel.io.emit("presence:set", {"trip_id": str(group.trip_id), "state": {"n": number}})
    wait_until(lambda: known_to(olga)[pavel.client_id]["state"] == {"n": 299})
    told = len(olga.events("presence:diff")) - before
    assert told <= 2 + 10 * (time.monotonic() - began)


def test_who_is_not_in_it_shows_nothing(group, device) -> None:
    olga, oscar = device(group.organizer), device(group.outsider)
    follow(olga, group.trip_id)
    refused = show(oscar, group.trip_id, {"hello": True})
    assert refused["error"]["code"] == "not_joined"
    wait_for_people(olga, olga)


@pytest.mark.parametrize("state", [{"text": "x" * 1024}, None, [], "x", {"a": "\u0000"}])
def test_a_state_is_a_small_object(group, device, state) -> None:
    olga = device(group.organizer)
    follow(olga, group.trip_id)
    refused = show(olga, group.trip_id, state)["error"]["code"]
    assert refused == ("bad_request" if state == {"a": "\u0000"} else "invalid")
    assert show(olga, group.trip_id, {"text": "x" * 1000}) == {"ok": True}


def test_the_removed_vanish_and_hear_no_more(group, everywhere, device) -> None:
    pavels, olga = everywhere(group.participant), device(group.organizer)
    for one in (*pavels, olga):
        follow(one, group.trip_id)
    wait_for_people(olga, olga, *pavels)
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, group.participant.user_id)
    show(olga, group.trip_id, {"secret": True})
    wait_for_people(olga, olga, seconds=2)
    wait_until(lambda: known_to(olga)[olga.client_id]["state"] == {"secret": True})
    for one in pavels:
        one.wait_for("trip:revoked")
        assert "secret" not in str(one.events("presence:diff"))


@contextmanager
def frozen(redis_url: str):
    """Redis takes connections and answers nobody, as a process that is stopped does."""
    with Redis.from_url(redis_url) as client:
        process = psutil.Process(client.info()["process_id"])
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def test_a_frozen_redis_holds_up_nobody_and_presence_comes_back(
    group, device, everywhere, servers
) -> None:
    olga, pavel = everywhere(group.organizer)
    for one in (olga, pavel):
        follow(one, group.trip_id)
    wait_for_people(olga, olga, pavel)
    with frozen(servers.redis_url):
        vera = device(group.viewer)
        wait_until(lambda: follow(vera, group.trip_id) is None, 10)
        taken = []
        for _ in range(5):
            began = time.monotonic()
            assert follow(vera, group.trip_id) is None
            assert show(vera, group.trip_id, {"view": "x"})["ok"]
            taken.append(time.monotonic() - began)
        head = olga.mutate(group.trip_id, create())["head"]
        for one in (olga, pavel, vera):
            one.wait_for_seq(head)
        assert min(taken) < 0.45  # less than a single wait for Redis would take
    vera.heard.clear()
    for one in (olga, pavel, vera):
        wait_for_people(one, olga, pavel, vera, seconds=10)
    wait_until(lambda: known_to(olga)[vera.client_id]["state"] == {"view": "x"})
    assert len(follow(device(group.viewer), group.trip_id)) == 4
