"""Who does not read makes nobody wait, costs a bounded amount of memory, and may come back."""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from types import SimpleNamespace

import psutil
import pytest
import websocket
from sqlalchemy import text

from tests.realtime.device import Device, create, rename
from tests.realtime.raw import RawSocket
from tests.realtime.server import wait_until
from wandr.extensions import db
from wandr.realtime.backlog import MOST_BYTES, MOST_MESSAGES, OVERFLOW, STUCK, Backlog
from wandr.realtime.websocket_patch import SLICE, WholeSends
from wandr.transaction import atomic

NARROW = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),)
MEGABYTE = 1024 * 1024


@pytest.fixture
def deaf(live, group):
    """A member's socket that reads when told to."""
    one = RawSocket(live.url, group.viewer, sockopt=NARROW)
    yield one
    one.close()


def write_large(device, group, count: int) -> int:
    """So many changes of 60 KB each; the head afterwards."""
    for number in range(count):
        fields = {"trip_data": {"text": "x" * 60_000, "number": number}}
        told = device.mutate(group.trip_id, {**rename(group.trip_id, ""), "fields": fields})
    return told["head"]


def test_who_does_not_read_is_reset_and_catches_up(group, device, deaf) -> None:
    """It never sends `trip:seen`; the others notice nothing."""
    olga, pavel = device(group.organizer), device(group.participant)
    head = pavel.join(group.trip_id)["head"]
    deaf.ask(json.dumps(["trip:join", {"trip_id": str(group.trip_id), "since": head}]))
    last = write_large(olga, group, 100)
    pavel.wait_for_seq(last)
    assert pavel.seqs() == list(range(head + 1, last + 1))

    deaf.socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MEGABYTE)
    seqs, reason = read_until_reset(deaf)
    assert reason == "lagging"
    assert seqs == list(range(head + 1, head + 1 + len(seqs))) and len(seqs) < 100
    since = seqs[-1]
    while since < last:
        asked = {"trip_id": str(group.trip_id), "since": since, "limit": 10}
        since = deaf.ask(json.dumps(["trip:catchup", asked]))["changes"][-1]["seq"]
    joined = deaf.ask(json.dumps(["trip:join", {"trip_id": str(group.trip_id), "since": last}]))
    assert (joined["mode"], joined["changes"]) == ("delta", [])
    olga.mutate(group.trip_id, rename(group.trip_id, "Back again"))
    while not (frame := deaf.read()).startswith('42["trip:changes"'):
        pass
    assert json.loads(frame[2:])[1]["changes"][0]["seq"] == last + 1


def read_until_reset(raw: RawSocket) -> tuple[list[int], str]:
    seqs: list[int] = []
    while True:
        name, payload = json.loads(raw.read()[2:])
        if name == "trip:reset":
            return seqs, payload["reason"]
        if name == "trip:changes":
            seqs += [change["seq"] for change in payload["changes"]]


def test_answers_that_nobody_reads_are_bounded_and_then_it_is_cut(
    group, live, device, deaf
) -> None:
    """It asks for some 180 MB and reads nothing."""
    olga = device(group.organizer)
    last = write_large(olga, group, 10)
    worker = psutil.Process(live.worker_of(deaf.socket.sock.getsockname()[1]))
    before = worker.memory_info().rss
    asked = json.dumps(["trip:catchup", {"trip_id": str(group.trip_id), "since": last - 10}])
    most = before
    for _ in range(300):
        with suppress(OSError, websocket.WebSocketException):
            deaf.socket.send(f"427{asked}")
        most = max(most, worker.memory_info().rss)
    wait_until(lambda: live_ends(worker, deaf) == 0, 20, lambda: "it was not cut")
    most = max(most, worker.memory_info().rss)
    assert most - before < 60 * MEGABYTE
    assert olga.mutate(group.trip_id, rename(group.trip_id, "Unmoved"))["ok"]


def test_what_comes_faster_than_it_is_handled_waits_outside(group, live, device) -> None:
    """Somebody sends batches of 100 KB while the trip is locked: up to 200 MB."""
    flood = RawSocket(live.url, group.organizer)
    flood.socket.settimeout(1)
    worker = psutil.Process(live.worker_of(flood.socket.sock.getsockname()[1]))
    before = worker.memory_info().rss
    fields = {"trip_data": {"text": "x" * 60_000}}
    op = {**rename(group.trip_id, ""), "fields": fields}
    frame = json.dumps(["trip:mutate", Device.mutation(group.trip_id, op)])
    with atomic():
        db.session.execute(
            text("SELECT 1 FROM trips WHERE id = :id FOR UPDATE"), {"id": group.trip_id}
        )
        with pytest.raises(websocket.WebSocketTimeoutException):
            for _ in range(2000):
                flood.socket.send(f"42{frame}")
        assert worker.memory_info().rss - before < 60 * MEGABYTE
    flood.close()
    pavel = device(group.participant)  # what it had sent already goes first
    wait_until(lambda: pavel.mutate(group.trip_id, create())["ok"], 30)


def live_ends(worker: psutil.Process, raw: RawSocket) -> int:
    """How many connections the worker holds to this client."""
    port = raw.socket.sock.getsockname()[1]
    remotes = [one.raddr.port for one in worker.net_connections("tcp") if one.raddr]
    return remotes.count(port)


def test_a_backlog_is_bounded_in_messages_and_bytes() -> None:
    small, large = Backlog(), Backlog()
    while small.add(1):
        pass
    while large.add(MOST_BYTES // 4):
        pass
    assert small.messages == OVERFLOW * MOST_MESSAGES + 1
    assert OVERFLOW * MOST_BYTES < large.size <= (OVERFLOW + 0.25) * MOST_BYTES
    assert small.overflowed and large.overflowed


def test_a_backlog_that_moves_is_not_stuck() -> None:
    waiting = Backlog()
    waiting.add(10)
    waiting.began_at -= 2 * STUCK  # as if it had been waiting for a minute
    long_ago, lately = waiting.began_at, time.monotonic()
    assert waiting.is_stuck(long_ago) and not waiting.is_stuck(lately)
    waiting.hand_over(10)
    assert not waiting.is_stuck(long_ago) and (waiting.messages, waiting.size) == (0, 0)


def test_a_large_message_moves_slice_by_slice() -> None:
    """So that a slow reader of it is not taken for one who does not read."""
    noted: list[tuple[int, float]] = []

    def note(part: memoryview) -> None:
        noted.append((len(part), sends.moved_at))

    sends = WholeSends(SimpleNamespace(sendall=note))
    sends.moved_at = 0.0
    assert sends.send(b"x" * 40_000) == 40_000
    assert [size for size, _ in noted] == [SLICE, SLICE, 40_000 - 2 * SLICE]
    assert noted[0][1] == 0.0 < noted[1][1] <= noted[2][1] <= sends.moved_at
