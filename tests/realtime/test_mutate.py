"""`trip:mutate`: changes are applied, answered, and told to everybody who follows the trip."""

from __future__ import annotations

import json
from uuid import uuid4

from tests.realtime.device import Device, create, rename
from tests.realtime.raw import RawSocket


def test_a_change_reaches_everybody_and_its_author(group, device) -> None:
    olga, pavel = device(group.organizer), device(group.participant)
    head = olga.join(group.trip_id)["head"]
    assert pavel.join(group.trip_id)["head"] == head
    answer = olga.mutate(group.trip_id, create("Fushimi Inari"))
    assert answer["ok"] and answer["head"] == head + 1
    assert [result["status"] for result in answer["results"]] == ["applied"]
    for one in (olga, pavel):
        change = one.wait_for_seq(head + 1)
        assert change["by"] == str(group.organizer.user_id)
        assert (change["source"], change["client_id"]) == ("socket", olga.client_id)
        assert change["ops"][0]["value"]["title"] == "Fushimi Inari"


def test_a_viewer_is_refused_and_nothing_applied(group, device) -> None:
    vera, olga = device(group.viewer), device(group.organizer)
    head = vera.join(group.trip_id)["head"]
    answer = vera.mutate(group.trip_id, rename(group.trip_id, "Mine"))
    assert answer["results"][0]["error"]["code"] == "forbidden"
    assert olga.join(group.trip_id)["head"] == head == answer["head"]


def test_both_devices_of_the_author_hear_it(group, everywhere) -> None:
    phones = everywhere(group.organizer)
    head = [phone.join(group.trip_id)["head"] for phone in phones][0]
    phones[0].mutate(group.trip_id, create())
    told = [phone.wait_for_seq(head + 1) for phone in phones]
    assert all(change == told[0] for change in told)


def test_two_quick_mutations_keep_their_order(group, device, live) -> None:
    raw, olga = RawSocket(live.url, group.participant), device(group.organizer)
    head = olga.join(group.trip_id)["head"]
    for number in range(20):
        payload = olga.mutation(group.trip_id, create(f"Stop {number}"))
        raw.socket.send(f"42{number}{json.dumps(['trip:mutate', payload])}")
    acks = [json.loads(raw.read().removeprefix(f"43{number}"))[0] for number in range(20)]
    raw.close()
    assert [ack["head"] for ack in acks] == [head + 1 + number for number in range(20)]
    olga.wait_for_seq(head + 20)
    titles = [change["ops"][0]["value"]["title"] for change in olga.changes()]
    assert titles == [f"Stop {number}" for number in range(20)]
    assert olga.seqs() == [head + 1 + number for number in range(20)]


def test_a_slow_event_is_done_before_a_quick_one_behind_it(group, device, live) -> None:
    raw = RawSocket(live.url, group.participant)
    payload = Device.mutation(group.trip_id, *[create() for _ in range(100)])
    raw.socket.send(f"421{json.dumps(['trip:mutate', payload])}")
    raw.socket.send(f"422{json.dumps(['trip:leave', {'trip_id': str(group.trip_id)}])}")
    assert [raw.read()[:3] for _ in range(2)] == ["431", "432"]
    raw.close()


def test_a_mutation_sent_twice_is_done_once(group, device) -> None:
    olga, again = device(group.organizer), device(group.organizer)
    head = olga.join(group.trip_id)["head"]
    mutation = olga.mutation(group.trip_id, create())
    first = olga.send("trip:mutate", mutation)
    assert again.send("trip:mutate", mutation) == first
    assert again.join(group.trip_id, since=head)["head"] == head + 1
    reused = {**mutation, "ops": [create("Another")]}
    assert again.send("trip:mutate", reused)["error"]["code"] == "mutation_reused"


def test_a_wrong_op_leaves_its_siblings_undone(group, device) -> None:
    olga = device(group.organizer)
    head = olga.join(group.trip_id)["head"]
    answer = olga.mutate(group.trip_id, create(), create("", day="nonsense"))
    assert [result["status"] for result in answer["results"]] == ["skipped", "rejected"]
    assert answer["results"][1]["error"]["errors"]
    assert answer["head"] == head
    offline = olga.mutate(group.trip_id, create(), create(""), mode="offline")
    assert [result["status"] for result in offline["results"]] == ["applied", "rejected"]


def test_who_was_overwritten_is_told(group, device) -> None:
    olga, pavel = device(group.organizer), device(group.organizer)
    base = olga.join(group.trip_id)["head"]
    olga.mutate(group.trip_id, rename(group.trip_id, "Osaka"))
    told = pavel.mutate(group.trip_id, rename(group.trip_id, "Nara"), base_seq=base)
    assert told["results"][0]["overwrote"] == [
        {
            "field": "title",
            "by": str(group.organizer.user_id),
            "seq": base + 1,
            "value": "Osaka",
        }
    ]


def test_too_many_ops_are_refused(group, device) -> None:
    ops = [{**rename(group.trip_id, "T"), "id": str(uuid4())}] * 201
    told = device(group.organizer).mutate(group.trip_id, *ops)
    assert (told["error"]["code"], list(told["error"]["errors"]["json"])) == ("invalid", ["ops"])


def test_hostile_names_of_fields_are_refused(group, live) -> None:
    raw = RawSocket(live.url, group.organizer)
    op = {"op": "update", "entity": "trip", "id": str(group.trip_id), "fields": {"a\0": 1}}
    payload = {"trip_id": str(group.trip_id), "mutation_id": str(uuid4()), "ops": [op]}
    assert raw.ask(json.dumps(["trip:mutate", payload]))["error"]["code"] == "bad_request"
    raw.close()
