"""`trip:join`, `trip:catchup`, `trip:leave`: who may follow a trip, and from where."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.realtime.device import create, rename
from wandr.changes.ops import read_ops
from wandr.changes.service import apply
from wandr.extensions import db
from wandr.transaction import atomic


def write(group, count: int, title: str = "Title") -> int:
    """So many changes by the organizer; the head afterwards."""
    for number in range(count):
        with atomic():
            ops = read_ops([rename(group.trip_id, f"{title} {number}")])
            head = apply(group.trip_id, group.organizer.user_id, ops, source="rest").head
    return head


def write_much(group, count: int) -> int:
    """So many copies of a change; the head afterwards."""
    head = write(group, 1)
    given = {"trip_id": group.trip_id, "head": head, "last": head + count}
    copies = text(
        "INSERT INTO trip_changes (trip_id, seq, actor_id, source, ops, inverse, at)"
        " SELECT trip_id, n, actor_id, source, ops, inverse, at"
        " FROM trip_changes, generate_series(:head + 1, :last) n"
        " WHERE trip_id = :trip_id AND seq = :head"
    )
    with atomic():
        db.session.execute(copies, given)
        db.session.execute(text("UPDATE trips SET seq = :last WHERE id = :trip_id"), given)
    return head + count


def test_a_member_joins_and_hears_where_the_snapshot_is(group, device) -> None:
    vera = device(group.viewer)
    told = vera.join(group.trip_id)
    assert told == {
        "ok": True,
        "mode": "snapshot",
        "head": 3,
        "role": "viewer",
        "changes": None,
        "snapshot_url": f"/api/v1/trips/{group.trip_id}/snapshot",
        "presence": [
            {
                "client_id": vera.client_id,
                "user_id": str(group.viewer.user_id),
                "display_name": group.viewer.display_name,
                "state": {},
            }
        ],
        "ai": [],
    }


def test_an_outsider_cannot_tell_it_exists(group, device) -> None:
    oscar, olga = device(group.outsider), device(group.organizer)
    refused = oscar.join(group.trip_id)
    assert refused["error"]["code"] == "not_found"
    assert refused == oscar.join(uuid4()) == oscar.join(group.trip_id, since=1)
    catch_up = {"trip_id": str(group.trip_id), "since": 0}
    assert oscar.send("trip:catchup", catch_up)["error"]["code"] == "not_found"
    assert oscar.mutate(group.trip_id, create())["error"]["code"] == "not_found"
    head = olga.join(group.trip_id)["head"]
    olga.mutate(group.trip_id, create())
    olga.wait_for_seq(head + 1)
    assert oscar.heard == []


def test_who_comes_back_gets_what_was_missed(group, device) -> None:
    vera = device(group.viewer)
    head = vera.join(group.trip_id)["head"]
    vera.close()
    write(group, 3)
    told = vera.connect().join(group.trip_id, since=head)
    assert told["mode"] == "delta"
    assert [change["seq"] for change in told["changes"]] == [head + 1, head + 2, head + 3]
    assert told["head"] == head + 3
    assert told["changes"][-1]["ops"][0]["fields"]["title"] == "Title 2"


def test_who_missed_nothing_gets_nothing(group, device) -> None:
    vera = device(group.viewer)
    told = vera.join(group.trip_id, since=3)
    assert (told["mode"], told["changes"], told["head"]) == ("delta", [], 3)


def test_too_many_changes_make_a_snapshot(group, device) -> None:
    head = write_much(group, 501)
    vera = device(group.viewer)
    assert vera.join(group.trip_id, since=head - 501)["mode"] == "snapshot"
    assert len(vera.join(group.trip_id, since=head - 500)["changes"]) == 500


def test_too_large_changes_make_a_snapshot(group, device) -> None:
    note = "x" * 60_000
    for _ in range(5):
        with atomic():
            ops = read_ops([{**rename(group.trip_id, "T"), "fields": {"trip_data": {"n": note}}}])
            apply(group.trip_id, group.organizer.user_id, ops, source="rest")
            note = note[1:]
    vera = device(group.viewer)
    assert vera.join(group.trip_id, since=3)["mode"] == "snapshot"
    assert vera.join(group.trip_id, since=4)["mode"] == "delta"


def test_who_is_ahead_of_us_begins_anew(group, device) -> None:
    assert device(group.viewer).join(group.trip_id, since=99)["mode"] == "snapshot"


def test_catching_up_goes_page_by_page(group, device) -> None:
    head = write(group, 3)
    vera = device(group.viewer)
    seqs, since, more = [], head - 3, True
    while more:
        told = vera.send(
            "trip:catchup", {"trip_id": str(group.trip_id), "since": since, "limit": 2}
        )
        seqs += [change["seq"] for change in told["changes"]]
        since, more = seqs[-1], told["more"]
    assert seqs == [head - 2, head - 1, head]


@pytest.mark.parametrize("limit", [True, 0, 501, "2", 1.0])
def test_a_wrong_limit_is_refused(group, device, limit) -> None:
    asked = {"trip_id": str(group.trip_id), "since": 0, "limit": limit}
    assert device(group.viewer).send("trip:catchup", asked)["error"]["code"] == "invalid"


def test_who_leaves_hears_no_more(group, device) -> None:
    vera, olga = device(group.viewer), device(group.organizer)
    vera.join(group.trip_id)
    head = olga.join(group.trip_id)["head"]
    assert vera.send("trip:leave", {"trip_id": str(group.trip_id)}) == {"ok": True}
    olga.mutate(group.trip_id, create())
    olga.wait_for_seq(head + 1)
    assert vera.changes() == []
    assert vera.send("trip:leave", {"trip_id": str(group.trip_id)}) == {"ok": True}


def test_what_is_seen_is_noted(group, device) -> None:
    vera = device(group.viewer)
    seen = {"trip_id": str(group.trip_id), "seq": 3}
    assert vera.send("trip:seen", seen) == {"ok": True}
    vera.join(group.trip_id)
    assert vera.send("trip:seen", seen) == {"ok": True}
