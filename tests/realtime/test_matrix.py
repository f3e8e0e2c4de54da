"""Every event a client may send, by every kind of caller: what is declared is what happens."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from socketio.exceptions import ConnectionError as Refused

from tests.cast import Person
from tests.realtime.device import Device, create
from tests.realtime.server import wait_until
from wandr.auth.door import Access
from wandr.auth.sessions import Ending, end_session
from wandr.changes.ops import read_ops
from wandr.changes.service import apply
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.permissions import DEFAULTS, Permission, Role
from wandr.realtime.events import answer
from wandr.realtime.handlers import client_events
from wandr.realtime.rooms import Connection
from wandr.realtime.state import sockets
from wandr.transaction import atomic
from wandr.trips.members import remove_member

OK = "ok"
# Events that ask for no right do something for who sits in the trip, and for others this.
OUTSIDE = {"presence:set": "not_joined"}


@dataclass
class Row:
    """An event of the matrix: its payload, and what a viewer is told if that is no plain yes."""

    payload: Callable[[UUID, Person], dict[str, Any]]
    viewer: str = OK


def of_trip(**more: Any) -> Callable[[UUID, Person], dict[str, Any]]:
    return lambda trip_id, person: {"trip_id": str(trip_id), **more}


def undo_of_ones_own(trip_id: UUID, person: Person) -> dict[str, Any]:
    """Something that the person has done, or for who may do nothing what somebody else did."""
    seq = 1
    with suppress(NotFound), atomic():
        seq = apply(trip_id, person.user_id, read_ops([create()]), source="rest").head
    return {"trip_id": str(trip_id), "seq": seq, "mutation_id": str(uuid4())}


# Every client event needs a row here: a payload with which a member with the right succeeds.
ROWS: dict[str, Row] = {
    "trip:join": Row(of_trip(since=None)),
    "trip:leave": Row(of_trip()),
    "trip:catchup": Row(of_trip(since=0)),
    "trip:mutate": Row(lambda trip_id, _: Device.mutation(trip_id, create()), viewer="forbidden"),
    "trip:undo": Row(undo_of_ones_own, viewer="forbidden"),
    "trip:seen": Row(of_trip(seq=1)),
    "presence:set": Row(of_trip(state={"view": "x"})),
    "auth:refresh": Row(lambda _, person: {"token": person.token}),
}
ROLES = tuple(role.value for role in Role)


def test_every_event_has_a_row() -> None:
    assert set(client_events()) == set(ROWS)


@dataclass
class World:
    trip_id: UUID
    people: dict[str, Person]


@pytest.fixture
def world(group, person) -> World:
    """The cast of the matrix; the removed was an organizer."""
    removed = person("Removed")
    group.admit(removed, "organizer")
    with atomic():
        remove_member(group.trip_id, group.organizer.user_id, removed.user_id)
    people = {role: getattr(group, role) for role in ROLES}
    return World(group.trip_id, {**people, "outsider": group.outsider, "removed": removed})


def expected(name: str, caller: str) -> str:
    """What a caller is told: `ok`, or a code."""
    needs = client_events()[name].needs
    if caller in ROLES:
        assert needs is Access.USER or needs in DEFAULTS[Role(caller)]
        return ROWS[name].viewer if caller == "viewer" else OK
    return "not_found" if isinstance(needs, Permission) else OUTSIDE.get(name, OK)


def told(acknowledgement: dict[str, Any]) -> str:
    """The code of an acknowledgement, or that of its first result that was refused; else `ok`."""
    if not acknowledgement["ok"]:
        return acknowledgement["error"]["code"]
    for result in acknowledgement.get("results", ()):
        if "error" in result:
            return result["error"]["code"]
    return OK


@pytest.mark.parametrize("name", sorted(ROWS))
def test_an_event_is_answered_by_who_sends_it(world, device, name) -> None:
    for caller, person in world.people.items():
        one = device(person)
        if caller in ROLES and name != "trip:join":
            assert one.join(world.trip_id)["ok"]
        payload = ROWS[name].payload(world.trip_id, person)
        assert told(one.send(name, payload)) == expected(name, caller), caller


def head_of(trip_id: UUID) -> int:
    given = {"id": trip_id}
    return db.session.execute(db.text("SELECT seq FROM trips WHERE id = :id"), given).scalar_one()


def test_who_may_not_changes_nothing_and_hears_nothing(world, device) -> None:
    """The refused send everything that there is, a member then changes something."""
    outside = [device(world.people[caller]) for caller in ("outsider", "removed")]
    before = head_of(world.trip_id)
    for one in outside:
        for name in sorted(ROWS):
            one.send(name, ROWS[name].payload(world.trip_id, one.person))
    assert head_of(world.trip_id) == before
    olga = device(world.people["organizer"])
    olga.join(world.trip_id)
    olga.send("presence:set", {"trip_id": str(world.trip_id), "state": {"view": "x"}})
    head = olga.mutate(world.trip_id, create())["head"]
    olga.wait_for_seq(head)
    wait_until(lambda: olga.events("presence:diff"))
    assert [one.heard for one in outside] == [[], []]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_nobody_and_who_was_logged_out_get_no_answer_but_that(world, inside, name) -> None:
    """Of connections that were open before; new ones are refused at the handshake."""
    organizer = world.people["organizer"]
    connection = Connection(
        *(uuid4().hex, organizer.user_id, organizer.session_id, uuid4(), int(time.time()) + 60),
        checked_at=time.monotonic() - 60,  # when its session was last seen open
    )
    sockets().rooms.connect(connection)
    payload = ROWS[name].payload(world.trip_id, organizer)
    before = head_of(world.trip_id)
    with atomic():
        end_session(organizer.user_id, organizer.session_id, Ending.LOGOUT)
    for sid in ("nobody", connection.sid):
        assert told(answer(inside, name, sid, (payload,))) == "unauthorized"
    assert head_of(world.trip_id) == before
    assert sockets().rooms.find(world.trip_id) is None
    sockets().rooms.disconnect(connection.sid)


@pytest.mark.parametrize("caller", ["anonymous", "revoked token"])
def test_without_a_good_token_there_is_no_connection(world, live, caller) -> None:
    person = world.people["organizer"]
    if caller == "revoked token":
        with atomic():
            end_session(person.user_id, person.session_id, Ending.LOGOUT)
    device = Device(live.url, person)
    if caller == "anonymous":
        del device.auth["token"]
    with pytest.raises(Refused):
        device.connect()
    device.close()
    wanted = {"anonymous": "bad_handshake", "revoked token": "unauthorized"}
    assert device.refusal["data"]["code"] == wanted[caller]
