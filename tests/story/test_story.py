"""The main job: two people plan a real trip together, live, and an assistant helps them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import icalendar
import pytest

from tests.fold import comparable, fold
from tests.realtime.device import Device
from tests.realtime.server import wait_until
from tests.story.stage import Stage, Traveller
from wandr.devstack import EmbeddedServers

TERMINAL = {"done", "error", "cancelled"}
TRIP = {
    "title": "Kyoto in spring",
    "start_date": "2027-04-01",
    "end_date": "2027-04-05",
    "timezone": "Asia/Tokyo",
    "currency": "JPY",
}


@pytest.fixture
def stage(committed_db: str, servers: EmbeddedServers, tmp_path: Path) -> Iterator[Stage]:
    redis_url = servers.redis_url.rsplit("/", 1)[0] + "/9"
    with Stage(committed_db, redis_url, tmp_path) as stage:
        yield stage


def test_two_people_plan_a_trip_with_the_assistant(stage: Stage) -> None:
    organizer = Traveller(stage, "olga@example.com", "Olga").register().log_in()
    trip = organizer.post("/trips", TRIP, 201)
    path = f"/trips/{trip['id']}"
    start = organizer.get(f"{path}/snapshot")

    inari, nishiki = find_places_and_add_them(organizer, path)
    participant = invite_by_mail(stage, organizer, path)
    phones = organizer.phone(), participant.phone()
    for phone in phones:
        assert phone.join(trip["id"], since=None)["ok"]
    edit_at_the_same_time(phones, trip["id"], inari, nishiki)
    phones = drop_and_come_back(organizer, participant, phones, trip["id"])
    send_the_same_twice(phones, trip["id"])
    keep_others_out(stage, organizer, path, trip["id"])
    plan_with_the_assistant(organizer, participant, phones, path)
    survive_a_killed_worker(stage, organizer, phones, path)
    read_the_calendar(participant, path)

    end = participant.get(f"{path}/snapshot")
    changes = participant.get(f"{path}/changes", since=start["seq"], limit=500)["changes"]
    assert fold(start, changes) == comparable(end)
    for phone in phones:
        assert phone.seqs() == sorted(set(phone.seqs()))
        wait_until(lambda phone=phone: phone.seqs()[-1] == end["seq"])
        phone.close()


def find_places_and_add_them(organizer: Traveller, path: str) -> tuple[Any, Any]:
    """Misspelt names lead to real places."""
    added = []
    for misspelt, right in (("Fushimi Inri", "Fushimi Inari"), ("Nishki Market", "Nishiki")):
        found = organizer.get("/locations/search", q=misspelt, near="35.0116,135.7681")["items"][0]
        assert right in found["name"]
        body = {
            "title": found["name"], "location_id": found["id"],
            "day": "2027-04-01", "start_time": f"{8 + 3 * len(added):02}:00",
        }  # fmt: skip
        added.append(organizer.post(f"{path}/activities", body, 201))
        assert added[-1]["location"]["name"] == found["name"]
        assert added[-1]["timezone"] == "Asia/Tokyo"
    return added[0], added[1]


def invite_by_mail(stage: Stage, organizer: Traveller, path: str) -> Traveller:
    """Registering the address gains nothing; verifying it, and accepting, does."""
    participant = Traveller(stage, "pavel@example.com", "Pavel").register().log_in()
    invite = organizer.post(f"{path}/invites", {"email": participant.email}, 201)
    assert participant.get("/invites")["items"] == []
    participant.get(path, 404)
    welcome = stage.mail_to(participant.email, "Welcome")
    token = re.findall(r"^[\w-]{20,}$", welcome, re.MULTILINE)[0]
    participant.post("/auth/email/verification", {"token": token}, 204)
    assert [one["id"] for one in participant.get("/invites")["items"]] == [invite["id"]]
    participant.post(f"/invites/{invite['id']}/acceptance")
    assert participant.get(path)["role"] == "participant"
    return participant


def edit_at_the_same_time(
    phones: tuple[Device, Device], trip_id: str, inari: Any, nishiki: Any
) -> None:
    """One moves, the other renames: both stand, and both see both, in the same order."""
    rename = {
        "op": "update",
        "entity": "activity",
        "id": inari["id"],
        "fields": {"title": "Inari at dawn"},
    }
    move = {
        "op": "move",
        "entity": "activity",
        "id": nishiki["id"],
        "fields": {"day": "2027-04-02"},
        "after": None,
    }
    with ThreadPoolExecutor(2) as pool:
        acks = list(
            pool.map(
                lambda pair: pair[0].mutate(trip_id, pair[1]),
                zip(phones, (rename, move), strict=True),
            )
        )
    assert [ack["results"][0]["status"] for ack in acks] == ["applied", "applied"]
    seqs = sorted(ack["results"][0]["seq"] for ack in acks)
    for phone in phones:
        for seq in seqs:
            phone.wait_for_seq(seq)
        assert phone.seqs()[-2:] == seqs


def drop_and_come_back(
    organizer: Traveller, participant: Traveller, phones: tuple[Device, Device], trip_id: str
) -> tuple[Device, Device]:
    """What was missed comes with the next join."""
    ours, theirs = phones
    last = theirs.seqs()[-1]
    theirs.close()
    missed = [ours.mutate(trip_id, rename(trip_id, f"Kyoto, take {n}"))["head"] for n in range(3)]
    back = participant.phone()
    joined = back.join(trip_id, since=last)
    assert joined["mode"] == "delta"
    assert [change["seq"] for change in joined["changes"]] == missed
    assert joined["head"] == missed[-1]
    return ours, back


def rename(trip_id: str, title: str) -> dict[str, Any]:
    return {"op": "update", "entity": "trip", "id": trip_id, "fields": {"title": title}}


def send_the_same_twice(phones: tuple[Device, Device], trip_id: str) -> None:
    mutation_id = str(uuid4())
    title = {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": {"title": "Tea"}}
    # the participant's phone sends it, loses the answer, and sends it again
    first = phones[1].mutate(trip_id, title, mutation_id=mutation_id)
    again = phones[1].mutate(trip_id, title, mutation_id=mutation_id)
    assert first["results"] == again["results"]
    seq = first["results"][0]["seq"]
    phones[0].wait_for_seq(seq)
    assert phones[0].seqs().count(seq) == 1


def keep_others_out(stage: Stage, organizer: Traveller, path: str, trip_id: str) -> None:
    """A viewer cannot write; an outsider finds nothing, and cannot join."""
    viewer = Traveller(stage, "vera@example.com", "Vera").register().log_in()
    token = organizer.post(f"{path}/invites", {"link": True, "role": "viewer"}, 201)["token"]
    viewer.post(f"/invites/{token}/acceptance")
    viewer.post(f"{path}/activities", {"title": "Mine"}, 403)
    phone = viewer.phone()
    assert phone.join(trip_id)["role"] == "viewer"
    refused = phone.mutate(trip_id, rename(trip_id, "Mine"))
    assert refused["results"][0]["error"]["code"] == "forbidden"
    phone.close()

    outsider = Traveller(stage, "oscar@example.com", "Oscar").register().log_in()
    outsider.get(path, 404)
    phone = outsider.phone()
    assert phone.join(trip_id)["error"]["code"] == "not_found"
    assert phone.mutate(trip_id, rename(trip_id, "Mine"))["error"]["code"] == "not_found"
    phone.close()


def plan_with_the_assistant(
    organizer: Traveller, participant: Traveller, phones: tuple[Device, Device], path: str
) -> None:
    """Everybody watches; nothing changes until three of the items are accepted, as one change."""
    wish = {"kind": "plan_trip", "prompt": "plan 3 days of temples and food, relaxed, for two"}
    before = organizer.get(f"{path}/snapshot")
    request = organizer.post(f"{path}/ai/requests", wish, 202)
    told = [wait_for_the_end(phone, request["id"]) for phone in phones]
    assert told[0] == told[1]
    assert told[0][-1]["type"] == "done", told[0][-1]
    assert organizer.get(f"{path}/snapshot") == before
    proposal = participant.get(f"/proposals/{told[0][-1]['data']['proposal_id']}")
    days = {op["fields"]["day"] for item in proposal["items"] for op in item["ops"]}
    assert len(days) == 3
    chosen = [item for item in proposal["items"] if not item["depends_on"]][:3]
    assert all(item["evidence"] for item in chosen)
    ids = [item["id"] for item in chosen]
    accepted = participant.post(f"/proposals/{proposal['id']}/acceptance", {"item_ids": ids})
    states = {item["id"]: item["status"] for item in accepted["items"]}
    assert [states[one] for one in ids] == ["accepted"] * 3
    assert sum(status == "accepted" for status in states.values()) == 3
    (change,) = organizer.get(f"{path}/changes", since=before["seq"])["changes"]
    assert (change["source"], change["by"], len(change["ops"])) == ("ai", participant.user_id, 3)
    for phone in phones:
        phone.wait_for_seq(change["seq"])


def survive_a_killed_worker(
    stage: Stage, organizer: Traveller, phones: tuple[Device, Device], path: str
) -> None:
    """Killed in the middle of a request: another worker finishes it, once."""
    wish = {
        "kind": "plan_trip",
        "prompt": "plan 5 days of temples, gardens, museums and food, packed",
    }
    for _ in range(10):  # until the kill hits while it runs
        request = organizer.post(f"{path}/ai/requests", wish, 202)
        address = f"/ai/requests/{request['id']}"
        wait_until(lambda address=address: organizer.get(address)["status"] != "queued", 20)
        stage.kill_worker()
        stage.start_worker()
        if organizer.get(address)["status"] == "running":
            break
    else:
        raise AssertionError("the worker was always faster than the kill")
    told = [wait_for_the_end(phone, request["id"], seconds=60) for phone in phones]
    assert told[0] == told[1]
    assert [event["type"] for event in told[0] if event["type"] in TERMINAL] == ["done"]
    assert [event["seq"] for event in told[0]] == list(range(1, len(told[0]) + 1))
    assert "reset" in [event["type"] for event in told[0]]


def wait_for_the_end(phone: Device, request_id: str, seconds: float = 30) -> list[Any]:
    """All events of a request that a phone has heard, once the last has come."""

    def heard() -> list[Any]:
        return [event for event in phone.events("ai:event") if event["request_id"] == request_id]

    wait_until(
        lambda: any(event["type"] in TERMINAL for event in heard()), seconds, lambda: str(heard())
    )
    return heard()


def read_the_calendar(participant: Traveller, path: str) -> None:
    """Every activity with a day is in the calendar, and nothing else."""
    calendar = icalendar.Calendar.from_ical(participant.get(f"{path}/export.ics"))
    titles = sorted(str(event["SUMMARY"]) for event in calendar.walk("VEVENT"))
    activities = participant.get(f"{path}/activities", limit=100)["items"]
    assert titles == sorted(one["title"] for one in activities if one["day"] is not None)
    assert len(titles) >= 5
