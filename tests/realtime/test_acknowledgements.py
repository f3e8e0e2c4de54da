"""Every event is acknowledged: the unknown, the malformed, and what fails inside."""

from __future__ import annotations

import json

import pytest
import websocket
from marshmallow import Schema
from structlog.testing import capture_logs

from tests.realtime.device import create
from tests.realtime.raw import RawSocket
from wandr.auth.door import Access
from wandr.permissions import Permission
from wandr.realtime import events
from wandr.realtime.handlers import client_events
from wandr.realtime.rooms import Connection

DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture
def raw(live, group):
    socket = RawSocket(live.url, group.participant)
    yield socket
    socket.close()


def test_every_event_declares_what_it_needs() -> None:
    for name, one in client_events().items():
        assert isinstance(one.needs, (Permission, Access)), name
        assert isinstance(one.schema, Schema), name
        assert one.handle.__doc__, name
    assert set(client_events()) == {
        *("trip:join", "trip:leave", "trip:catchup", "trip:mutate", "trip:seen"),
        *("trip:undo", "presence:set", "auth:refresh"),
    }


@pytest.mark.parametrize("name", ["trip:jion", "", "connect", "disconnect", "*", "message"])
def test_an_unknown_event_is_acknowledged(raw, name) -> None:
    assert raw.ask(json.dumps([name, {}]))["error"]["code"] == "unknown_event"
    assert raw.ask('["trip:leave", {}]')["error"]["code"] == "invalid"  # still connected


@pytest.mark.parametrize(
    "args", [[], [None], [[]], ["x"], [5], [{}, {}], [{}], [{"trip_id": "x"}], [{"nope": 1}]]
)
@pytest.mark.parametrize("name", sorted(client_events()))
def test_a_malformed_payload_is_acknowledged(raw, name, args) -> None:
    told = raw.ask(json.dumps([name, *args]))
    assert (told["ok"], told["error"]["code"]) == (False, "invalid")


@pytest.mark.parametrize(
    "text",
    [
        *("[", "{}", "[]", "[1]", '[["trip:join"]]', "null", "nonsense", '["trip:join", NaN]'),
        *(
            '["trip:join", {"a": 1, "a": 2}]',
            '["trip:join", "\\u0000"]',
            '["trip:join", "\\ud800"]',
        ),
        *('["trip:join", ' + "1" * 5000 + "]", '["trip:join", 1e999]'),
        '["trip:join", ' + "[" * 60 + "]" * 60 + "]",
    ],
)
def test_unreadable_json_is_acknowledged(raw, text) -> None:
    assert raw.ask(text)["error"]["code"] == "bad_request"


def test_binary_data_is_acknowledged_and_dropped(raw) -> None:
    raw.socket.send('451-7["trip:leave",{"trip_id":{"_placeholder":true,"num":0}}]')
    raw.socket.send_binary(b"\x00\x01")
    error = json.loads(raw.read()[3:])[0]["error"]
    assert error["code"] == "bad_request" and "binary" in error["message"]
    assert raw.ask('["trip:leave", {}]')["error"]["code"] == "invalid"


def test_too_large_an_event_is_acknowledged(raw, group) -> None:
    payload = {"trip_id": str(group.trip_id), "x": "y" * 131_000}
    assert raw.ask(json.dumps(["trip:mutate", payload]))["error"]["code"] == "too_large"


def test_far_too_large_a_message_is_told_so(live, group) -> None:
    for _ in range(8):  # a reset that swallows the reason would win this race now and then
        raw = RawSocket(live.url, group.participant)
        raw.socket.send("427" + "x" * 300_000)
        opcode, data = raw.socket.recv_data()
        assert opcode == 8 and int.from_bytes(data[:2]) == 1009 and b"too big" in data
        raw.close()


@pytest.mark.parametrize("frame", ["x", "", "b!!!", "²", "9"])
def test_what_is_no_engine_io_closes_the_connection(raw, frame) -> None:
    raw.socket.send(frame)
    opcode, data = raw.socket.recv_data()
    assert opcode == 8 and int.from_bytes(data[:2]) == 1002 and b"Engine.IO" in data


@pytest.mark.parametrize("frame", ["4", "4x", "4{}", "4" + DEEP, "43", "44{}", "47", "0{}", "6"])
def test_what_has_no_answer_does_no_harm(raw, frame) -> None:
    raw.socket.send(frame[:200_000])
    assert raw.ask('["trip:leave", {}]')["error"]["code"] == "invalid"


def test_without_an_acknowledgement_it_is_done_all_the_same(raw, group, device) -> None:
    olga = device(group.organizer)
    head = olga.join(group.trip_id)["head"]
    raw.socket.send("42" + json.dumps(["trip:mutate", olga.mutation(group.trip_id, create())]))
    olga.wait_for_seq(head + 1)


def test_what_fails_inside_is_acknowledged(inside, monkeypatch) -> None:
    def fail(connection: Connection, payload: dict) -> None:
        raise ZeroDivisionError

    one = events.ClientEvent("trip:fail", Access.USER, Schema(), Schema, fail)
    monkeypatch.setitem(events.EVENTS, "trip:fail", one)
    monkeypatch.setattr(events, "_connection_in_good_standing", lambda sid: None)
    with capture_logs() as logs:
        told = events.answer(inside, "trip:fail", "sid", ({},))
    assert told == {
        "ok": False,
        "error": {"code": "internal", "message": "Something went wrong on our side."},
    }
    assert isinstance(logs[0]["exc_info"], ZeroDivisionError)


def test_nobody_else_may_be_refreshed(group, device) -> None:
    vera = device(group.viewer)
    assert vera.send("auth:refresh", {"token": group.viewer.token})["ok"]
    told = vera.send("auth:refresh", {"token": group.organizer.token})
    assert told["error"]["code"] == "forbidden"
    assert vera.send("auth:refresh", {"token": "x"})["error"]["code"] == "invalid_token"


def test_who_is_silent_at_the_door_stays_a_stranger(live) -> None:
    socket = RawSocket(live.url)
    socket.socket.send('427["trip:leave",{}]')
    socket.socket.settimeout(0.2)
    with pytest.raises(websocket.WebSocketTimeoutException):
        socket.read()
    socket.close()
