"""Connections end with their token, their session and their user; within two seconds."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

from flask_jwt_extended import create_access_token

from tests.realtime.device import Device, create
from tests.realtime.server import wait_until
from wandr.auth.sessions import Ending, end_session
from wandr.extensions import db
from wandr.realtime.events import answer
from wandr.realtime.expiry import Expiry
from wandr.realtime.rooms import Connection
from wandr.realtime.state import sockets
from wandr.transaction import atomic
from wandr.users.models import User


def token_for(person, seconds: float) -> str:
    return create_access_token(
        str(person.user_id),
        additional_claims={"sid": str(person.session_id)},
        expires_delta=timedelta(seconds=seconds),
    )


def closes(device, within: float) -> bool:
    return bool(wait_until(lambda: device.gone, within, lambda: "still connected"))


def test_an_expired_token_closes_its_socket(group, device) -> None:
    token = token_for(group.participant, 2)
    pavel = device(group.participant, token=token)
    began = time.time()
    assert pavel.join(group.trip_id)["ok"]
    assert 0 <= pavel.wait_for("auth:expiring")["in_s"] <= 2
    assert closes(pavel, 4.5)
    assert time.time() - began > 0.9  # a token of 2 s lives at least until its second ends
    assert pavel.gone == "server disconnect"


def test_a_newer_token_keeps_it_open(group, device) -> None:
    pavel = device(group.participant, token=token_for(group.participant, 2))
    assert pavel.send("auth:refresh", {"token": group.participant.token})["ok"]
    late = time.monotonic() + 3.2
    wait_until(lambda: time.monotonic() > late or pavel.gone)
    assert pavel.gone is None
    assert pavel.join(group.trip_id)["ok"]


def test_an_ended_session_closes_its_socket_and_no_other(group, device, person) -> None:
    pavel, olga = device(group.participant), device(group.organizer)
    pavel.join(group.trip_id)
    with atomic():
        end_session(group.participant.user_id, group.participant.session_id, Ending.REMOVED)
    assert closes(pavel, 2.5)
    assert olga.gone is None and olga.join(group.trip_id)["ok"]


def test_an_inactive_user_is_put_out(group, device) -> None:
    pavel = device(group.participant)
    db.session.get_one(User, group.participant.user_id).is_active = False
    db.session.commit()
    assert closes(pavel, 2.5)


def connected(person, **more) -> Connection:
    """A connection of this process, without a socket."""
    known = {"sid": uuid4().hex, "client_id": uuid4(), "expires_at": int(time.time()) + 60}
    who = {"user_id": person.user_id, "session_id": person.session_id}
    connection = Connection(**known | who | more)
    sockets().rooms.connect(connection)
    return connection


def test_until_it_is_closed_nothing_is_done_with_an_expired_token(group, inside) -> None:
    expired = connected(group.organizer, expires_at=int(time.time()) - 1)
    mutation = Device.mutation(group.trip_id, create())
    told = answer(inside, "trip:mutate", expired.sid, (mutation,))
    assert told["error"]["code"] == "unauthorized"


def test_nor_in_an_ended_session_seen_open_long_ago(group, inside) -> None:
    fresh = connected(group.organizer)
    stale = connected(group.organizer, checked_at=time.monotonic() - 10)
    with atomic():
        end_session(group.organizer.user_id, group.organizer.session_id, Ending.REMOVED)
    leave = {"trip_id": str(group.trip_id)}
    assert answer(inside, "trip:leave", fresh.sid, (leave,)) == {"ok": True}
    assert answer(inside, "trip:leave", stale.sid, (leave,))["error"]["code"] == "unauthorized"


def test_who_went_while_shaking_hands_is_forgotten(group, inside) -> None:
    ghost = connected(group.organizer)
    Expiry(sockets()).step()
    assert sockets().rooms.find_connection(ghost.sid) is None
