"""The handshake: a token, a client id and protocol 1; each refusal with its code."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from socketio.exceptions import ConnectionError as Refused

from tests.realtime.device import Device, create
from tests.realtime.raw import RawSocket
from wandr.auth.sessions import Ending, end_session
from wandr.extensions import db
from wandr.transaction import atomic
from wandr.users.models import User


def refusal_of(live, person, **auth) -> dict:
    device = Device(live.url, person, **auth)
    with pytest.raises(Refused):
        device.connect()
    device.close()
    return device.refusal["data"]


def test_a_member_connects(group, device) -> None:
    assert device(group.viewer).io.connected


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", None, 5])
def test_without_a_good_token_nobody_connects(live, group, token) -> None:
    code = refusal_of(live, group.viewer, token=token)["code"]
    assert code == ("unauthorized" if isinstance(token, str) else "bad_handshake")


def test_another_protocol_is_told_which_one_we_speak(live, group) -> None:
    assert refusal_of(live, group.viewer, proto=2, new="field") == {
        "code": "client_too_old",
        "min": 1,
        "max": 1,
    }


@pytest.mark.parametrize("auth", [{"client_id": "me"}, {"proto": "1"}, {"proto": True}, {"x": 1}])
def test_a_wrong_handshake_is_refused(live, group, auth) -> None:
    told = refusal_of(live, group.viewer, **auth)
    assert told["code"] == "bad_handshake"
    assert set(told["errors"]) == set(auth)


@pytest.mark.parametrize("auth", [None, [], "token", {}])
def test_no_handshake_is_refused(live, group, auth) -> None:
    device = Device(live.url, group.viewer)
    device.auth = auth
    with pytest.raises(Refused):
        device.connect()
    device.close()
    assert device.refusal["data"]["code"] == "bad_handshake"


def test_an_ended_session_does_not_connect(live, group) -> None:
    with atomic():
        end_session(group.viewer.user_id, group.viewer.session_id, Ending.LOGOUT)
    assert refusal_of(live, group.viewer)["code"] == "unauthorized"


def test_an_inactive_user_does_not_connect(live, group) -> None:
    db.session.get_one(User, group.viewer.user_id).is_active = False
    db.session.commit()
    assert refusal_of(live, group.viewer)["code"] == "unauthorized"


def test_another_namespace_is_refused_with_a_code(live, group) -> None:
    raw = RawSocket(live.url, group.viewer)
    for packet in ("40/admin,", '40{"token":"x"}'):  # the second is a second handshake
        raw.socket.send(packet)
        frame = raw.read()
        assert frame.startswith("44")
        told = json.loads(frame[frame.index("{") :])
        assert told == {"message": "Unable to connect", "data": {"code": "bad_handshake"}}
    assert raw.ask('["trip:leave", {}]')["error"]["code"] == "invalid"  # the first one stands
    raw.close()


def test_connecting_joins_nothing(group, device) -> None:
    idle, olga = device(group.viewer), device(group.organizer)
    head = olga.join(group.trip_id)["head"]
    olga.mutate(group.trip_id, create())
    olga.wait_for_seq(head + 1)
    assert idle.heard == []


def test_another_site_is_refused(live, group) -> None:
    device = Device(live.url, group.viewer)
    with pytest.raises(Refused):
        device.io.connect(
            live.url, headers={"Origin": "https://evil.example"}, transports=["websocket"]
        )
    device.close()


def test_the_client_id_says_which_device_it_was(group, device) -> None:
    mine = str(uuid4())
    olga = device(group.organizer, client_id=mine)
    head = olga.join(group.trip_id)["head"]
    olga.mutate(group.trip_id, create())
    assert olga.wait_for_seq(head + 1)["client_id"] == mine
