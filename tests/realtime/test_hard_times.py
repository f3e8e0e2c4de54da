"""Without Redis everything goes on, a little later; and who writes too much is slowed down."""

from __future__ import annotations

import socket
import time
from uuid import uuid4

import pytest

from tests.realtime.device import create
from tests.realtime.server import WebServer


@pytest.fixture(scope="module")
def alone(live_database, tmp_path_factory):
    """A server with a frozen Redis: it takes connections and never says a word.

    Its limits are on, and a trip has three places in each worker.
    """
    frozen = socket.create_server(("127.0.0.1", 0), backlog=1000)
    redis_url = f"redis://127.0.0.1:{frozen.getsockname()[1]}/0"
    log = tmp_path_factory.mktemp("alone") / "web.log"
    more = {"RATELIMIT_ENABLED": "1", "SOCKETS_PER_TRIP": "3", "WEB_CONCURRENCY": "2"}
    with WebServer(live_database, redis_url, log, **more) as server:
        yield server
    frozen.close()
    assert "Traceback" not in log.read_text(), log.read_text()


def test_without_redis_changes_arrive_within_the_second(group, alone, device, everywhere) -> None:
    olga = device(group.organizer, url=alone.url)
    others = everywhere(group.participant, alone)
    for one in (olga, *others):
        joined = one.join(group.trip_id)
        assert joined["ok"] and joined["presence"] is None
    began = time.perf_counter()
    head = olga.mutate(group.trip_id, create())["head"]
    for one in others:
        one.wait_for_seq(head)
    slowest = max(one.heard[-1].at for one in others)
    assert slowest - began < 2  # a second, and what a busy machine adds


def test_who_writes_too_much_is_told_when_to_go_on(group, alone, device) -> None:
    olga = device(group.organizer, url=alone.url)
    elsewhere = uuid4()  # refused quickly, so that also a busy machine is too fast for the limit
    answers = [olga.mutate(elsewhere, create()) for _ in range(150)]
    refused = [told["error"] for told in answers if told["error"]["code"] == "rate_limited"]
    assert {told["error"]["code"] for told in answers} == {"rate_limited", "not_found"}
    assert all(0 < error["retry_after_ms"] <= 100 for error in refused)
    assert len(answers) - len(refused) >= 30
    another = device(group.participant, url=alone.url)
    assert another.mutate(group.trip_id, create())["ok"]


def test_a_trip_has_so_many_places(group, alone, device) -> None:
    answers = [device(group.viewer, url=alone.url).join(group.trip_id) for _ in range(7)]
    refused = [told["error"] for told in answers if not told["ok"]]
    assert {error["code"] for error in refused} == {"trip_full"}
    assert refused[0]["retry_after_ms"] > 0
    assert 3 <= len(answers) - len(refused) <= 6  # three in each of two workers, at most
