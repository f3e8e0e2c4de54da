"""Webhooks: signed, in order, once; kept by who may edit the trip; and to nobody inside."""

from __future__ import annotations

import gzip
import json
import socket
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from structlog.testing import CapturingLogger

from tests.at_once import at_once
from tests.cast import make_person
from tests.deliveries.conftest import hurry, states
from tests.group import join
from wandr.deliveries import running
from wandr.deliveries.lanes import hold
from wandr.deliveries.models import Delivery
from wandr.deliveries.running import run_lane
from wandr.errors import Conflict, NotFound
from wandr.extensions import db
from wandr.transaction import atomic
from wandr.webhooks import sending, service
from wandr.webhooks.models import Webhook
from wandr.webhooks.sending import headers_of


@pytest.fixture
def add(olga, path):
    def add(*titles: str) -> None:
        for title in titles:
            olga.post(f"{path}/activities", json={"title": title})

    return add


def feed() -> int:
    with atomic():
        return service.feed()


def deliver(hook) -> int:
    return run_lane(f"webhook:{hook['id']}")


def titles(receiver) -> list[str]:
    changes = [change for told in receiver.told for change in told["data"]["changes"]]
    return [op["value"]["title"] for change in changes for op in change["ops"]]


def test_what_changes_is_sent_signed_and_others_verify_it(olga, path, hook, receiver, add):
    add("Tea")
    assert (feed(), deliver(hook)) == (1, 1)
    ((headers, body),) = receiver.got
    told = Verifier(hook["secret"]).verify(body, headers)
    assert told["type"] == "trip.changes" and told["data"]["trip_id"] == path.removeprefix(
        "/trips/"
    )
    log = olga.get(f"{path}/changes?since=1")
    assert {k: told["data"][k] for k in log} == log
    with pytest.raises(WebhookVerificationError):
        Verifier(hook["secret"]).verify(body.replace(b"Tea", b"Sea"), headers)
    assert headers["User-Agent"].startswith("Wandr/")


def test_a_receiver_that_was_away_gets_everything_once_and_in_order(
    hook, receiver, add, olga, path
):
    receiver.stop()
    for title in ("A", "B"):
        add(title)
        feed()
        hurry()
        assert deliver(hook) == 0
    receiver.start()
    add("C", "D")
    feed()
    hurry()
    assert deliver(hook) == 3
    assert titles(receiver) == ["A", "B", "C", "D"]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 3
    assert (feed(), deliver(hook)) == (0, 0)
    log = olga.get(f"{path}/webhooks/{hook['id']}/deliveries")["items"]
    assert [(one["state"], one["attempts"]) for one in log] == [
        ("sent", 1),
        ("sent", 1),
        ("sent", 3),
    ]


def test_a_repeat_bears_the_same_id(hook, receiver, add, monkeypatch):
    from wandr.deliveries import lanes

    add("A")
    feed()
    settle = lanes.settle
    monkeypatch.setattr(lanes, "settle", lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deliver(hook)
    monkeypatch.setattr(lanes, "settle", settle)
    hurry()
    assert deliver(hook) == 1
    first, second = receiver.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"] and first[1] == second[1]


@pytest.mark.parametrize(
    ("status", "state"),
    [(500, "waiting"), (404, "waiting"), (429, "waiting"), (302, "waiting"), (410, "failed")],
)
def test_what_is_not_taken_is_tried_again_but_for_what_is_gone(hook, receiver, add, status, state):
    receiver.replies = [(status, {"Location": receiver.url})]
    add("A")
    feed()
    assert deliver(hook) == 0
    assert states() == [(state, 1)] and receiver.got == []  # no redirect was followed


def test_who_never_comes_to_an_end_holds_no_worker(hook, add, receiver, monkeypatch):
    """A header without end, a byte now and then: no timeout between two bytes ends that."""
    monkeypatch.setattr(sending, "LONGEST", 0.3)
    is_over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        Thread(target=drip, args=(listener, is_over), daemon=True).start()
        add("A")
        with atomic():
            db.session.execute(update(Webhook).values(url=url))
            service.feed()
        began = monotonic()
        assert deliver(hook) == 0
        is_over.set()
    assert monotonic() - began < 2
    assert states() == [("waiting", 1)]


def drip(listener: socket.socket, is_over: Event) -> None:
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(100):
            if is_over.wait(0.05):
                return
            connection.sendall(b"x")


@pytest.mark.parametrize("where", ["http://a.example/", "http://[", "//", "\udcff"])
def test_what_a_redirect_says_is_neither_read_nor_followed(hook, add, where):
    """The library would read and unpack the body to know where it leads, whatever it weighs."""
    bomb = gzip.compress(bytes(20_000_000))
    head = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Encoding: gzip\r\n"
    head += f"Content-Length: {len(bomb)}\r\n\r\n"
    sent = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answer = head.encode("utf-8", "surrogateescape"), bomb[:1000]
        Thread(target=answer_and_wait, args=(listener, answer, sent), daemon=True).start()
        add("A")
        with atomic():
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            db.session.execute(update(Webhook).values(url=url))
            service.feed()
        assert deliver(hook) == 0
    assert (states(), answers()) == ([("waiting", 1)], ["302"])


def answer_and_wait(listener: socket.socket, answer: tuple[bytes, ...], sent: list[int]) -> None:
    """The beginning of an answer, whose rest never comes: who reads it waits."""
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        connection.recv(65_536)
        for part in answer:
            sent.append(connection.send(part))
        connection.recv(65_536)
        connection.recv(1)


def answers() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(select(Delivery.answer).order_by(Delivery.number)))


def test_something_is_sent_again_on_demand(olga, path, hook, receiver, add):
    add("A")
    feed()
    deliver(hook)
    (sent,) = olga.get(f"{path}/webhooks/{hook['id']}/deliveries")["items"]
    assert (sent["state"], sent["answer"], sent["body"]["type"]) == ("sent", "204", "trip.changes")
    again = olga.post(f"{path}/webhooks/{hook['id']}/deliveries/{sent['id']}/replay", status=202)
    assert (again["id"], again["state"]) == (sent["id"], "waiting")
    assert deliver(hook) == 1
    assert len(receiver.got) == 2 and receiver.got[0][1] == receiver.got[1][1]
    olga.post(f"{path}/webhooks/{hook['id']}/deliveries/{uuid4()}/replay", status=404)


def test_a_ping_arrives(olga, path, hook, receiver):
    olga.post(f"{path}/webhooks/{hook['id']}/ping", status=202)
    deliver(hook)
    assert receiver.told[0]["type"] == "ping"


def test_a_pause_loses_nothing(olga, path, hook, receiver, add):
    address = f"{path}/webhooks/{hook['id']}"
    assert olga.patch(address, json={"paused": True})["paused_at"]
    add("A")
    assert feed() == 0
    assert olga.patch(address, json={"paused": False})["paused_at"] is None
    assert feed() == 1
    deliver(hook)
    assert titles(receiver) == ["A"]


def test_a_pause_holds_what_waits_already(olga, path, hook, receiver, add):
    address = f"{path}/webhooks/{hook['id']}"
    add("A")
    feed()
    olga.patch(address, json={"paused": True})
    assert deliver(hook) == 0 and states() == [("held", 0)]
    for way in ("ping", f"deliveries/{olga.get(f'{address}/deliveries')['items'][0]['id']}/replay"):
        assert olga.post(f"{address}/{way}", status=409)["code"] == "webhook_paused"
    add("B")
    olga.patch(address, json={"paused": False})
    feed()
    assert deliver(hook) == 2 and titles(receiver) == ["A", "B"]


def test_what_is_held_by_mistake_is_let_go_by_hand(olga, path, hook, receiver, add):
    add("A")
    feed()
    with atomic():
        hold(service.lane_of(UUID(hook["id"])))
    olga.patch(f"{path}/webhooks/{hook['id']}", json={"paused": False})
    assert deliver(hook) == 1 and titles(receiver) == ["A"]


def test_what_waits_is_not_sent_for_who_has_left_and_goes_on_for_who_is_back(
    committed_app, olga, path, receiver, add
):
    other = make_person(committed_app, "Omar Organizer")
    trip_id = path.removeprefix("/trips/")
    join(trip_id, olga, other, "organizer")
    hook = other.post(f"{path}/webhooks", json={"url": receiver.url})
    add("A")
    feed()
    olga.delete(f"{path}/members/{other.user_id}")
    assert deliver(hook) == 0 and receiver.got == []
    assert states() == [("held", 1)]
    assert olga.get(f"{path}/webhooks/{hook['id']}")["paused_at"] is not None
    join(trip_id, olga, other, "organizer")
    olga.patch(f"{path}/webhooks/{hook['id']}", json={"paused": False})
    assert deliver(hook) == 1 and titles(receiver) == ["A"]


def test_the_trash_pauses_nothing_and_its_end_is_told(olga, path, hook, receiver, add):
    add("A")
    feed()
    olga.delete(path)
    assert feed() == 0 and deliver(hook) == 1  # what was told before goes out
    olga.post(f"{path}/restoration")
    assert olga.get(f"{path}/webhooks/{hook['id']}")["paused_at"] is None
    assert (feed(), deliver(hook)) == (1, 1)
    assert [change["seq"] for change in receiver.told[1]["data"]["changes"]][-1] == (
        olga.get(path)["seq"]
    )


def test_who_may_no_longer_edit_the_trip_hears_nothing_more(
    committed_app, olga, path, receiver, add
):
    other = make_person(committed_app, "Omar Organizer")
    join(path.removeprefix("/trips/"), olga, other, "organizer")
    hook = other.post(f"{path}/webhooks", json={"url": receiver.url})
    olga.patch(f"{path}/members/{other.user_id}", json={"role": "participant"})
    add("A")
    assert feed() == 0
    assert olga.get(f"{path}/webhooks/{hook['id']}")["paused_at"] is not None
    olga.delete(f"{path}/members/{other.user_id}")
    assert olga.get(f"{path}/webhooks")["items"][0]["seq"] < olga.get(path)["seq"]


def test_who_is_not_the_first_to_change_it_learns_so(olga, path, hook):
    address = f"{path}/webhooks/{hook['id']}"
    olga.get(address)
    seen = olga.raw.headers["ETag"]
    olga.get(address, headers={"If-None-Match": seen}, status=304)
    for nothing in ({}, {"url": hook["url"]}, {"paused": False}):
        olga.patch(address, json=nothing, headers={"If-Match": seen})
        assert olga.raw.headers["ETag"] == seen
    olga.patch(address, json={"paused": True}, headers={"If-Match": seen})
    assert olga.raw.headers["ETag"] != seen
    told = olga.patch(address, json={"paused": False}, headers={"If-Match": seen}, status=412)
    assert told["code"] == "stale"
    olga.delete(address, headers={"If-Match": seen}, status=412)
    assert olga.get(address)["paused_at"]
    olga.delete(address, headers={"If-Match": olga.raw.headers["ETag"]}, status=204)


def test_a_new_one_says_where_and_which_it_is(olga, path, receiver):
    made = olga.post(f"{path}/webhooks", json={"url": receiver.url}, status=201)
    told = olga.raw.headers
    assert told["Location"].endswith(f"/api/v1{path}/webhooks/{made['id']}")
    olga.patch(f"{path}/webhooks/{made['id']}", json={}, headers={"If-Match": told["ETag"]})


def test_a_pause_by_itself_is_a_change(committed_app, olga, path, hook, add):
    pavel = make_person(committed_app, "Pavel")
    join(path.split("/")[-1], olga, pavel, "organizer")
    olga.get(f"{path}/webhooks/{hook['id']}")
    seen = olga.raw.headers["ETag"]
    add("Tea")
    pavel.patch(f"{path}/members/{olga.user_id}", json={"role": "viewer"})
    feed()
    pavel.delete(f"{path}/webhooks/{hook['id']}", headers={"If-Match": seen}, status=412)


def test_a_change_of_what_is_deleted_meanwhile_is_not_found(committed_app, olga, path, hook):
    trip_id, hook_id = UUID(path.split("/")[-1]), UUID(hook["id"])

    def delete():
        db.session.delete(service.find_to_change(olga.user_id, trip_id, hook_id))

    def pause():
        webhook = service.find_to_change(olga.user_id, trip_id, hook_id)
        service.update_webhook(webhook, {"paused": True})

    _, other = at_once(committed_app, delete, pause)
    with pytest.raises(NotFound):
        other.result()


def test_a_deleted_webhook_sends_nothing_not_even_what_waits(olga, path, hook, receiver, add):
    add("A")
    feed()
    olga.delete(f"{path}/webhooks/{hook['id']}", status=204)
    assert deliver(hook) == 0
    assert states() == [("failed", 1)] and receiver.got == []


def test_its_secret_is_told_once_and_a_trip_has_ten(olga, path, hook, receiver):
    assert hook["secret"].startswith("whsec_")
    assert "secret" not in olga.get(f"{path}/webhooks/{hook['id']}")
    assert "secret" not in json.dumps(olga.get(f"{path}/webhooks"))
    for _ in range(9):
        olga.post(f"{path}/webhooks", json={"url": receiver.url})
    error = olga.post(f"{path}/webhooks", json={"url": receiver.url}, status=409)
    assert error["code"] == "too_many_webhooks"


def test_of_two_made_at_once_one_counts_the_other(committed_app, olga, path, receiver):
    for _ in range(9):
        olga.post(f"{path}/webhooks", json={"url": receiver.url})
    trip_id = UUID(path.removeprefix("/trips/"))

    def make():
        service.create_webhook(olga.user_id, trip_id, receiver.url)

    _, second = at_once(committed_app, make, make)
    with pytest.raises(Conflict) as refusal:
        second.result()
    assert refusal.value.code == "too_many_webhooks"


def test_a_thousand_wait_and_no_more(olga, path, hook, receiver, add, monkeypatch):
    monkeypatch.setattr(service, "MOST_WAITING", 2)
    address = f"{path}/webhooks/{hook['id']}"
    sent = olga.post(f"{address}/ping", status=202)
    olga.post(f"{address}/ping", status=202)
    for way in ("ping", f"deliveries/{sent['id']}/replay"):
        assert olga.post(f"{address}/{way}", status=409)["code"] == "too_many_waiting"
    add("A")
    assert feed() == 0  # the log keeps it


def test_no_answer_tells_what_is_inside_and_no_log_where_it_went(
    committed_app, olga, path, receiver, monkeypatch, caplog
):
    """A name that leads inside, one that leads nowhere, and a door that is shut sound the same."""
    settings = committed_app.config["WANDR"]
    object.__setattr__(settings, "webhooks_to_private", False)
    told, log = set(), CapturingLogger()
    monkeypatch.setattr(running, "log", log)
    for url in ("http://127.0.0.1:9/token-1", "http://nowhere.invalid/token-2"):
        hook = olga.post(f"{path}/webhooks", json={"url": url})
        olga.post(f"{path}/webhooks/{hook['id']}/ping")
        deliver(hook)
        (one,) = olga.get(f"{path}/webhooks/{hook['id']}/deliveries")["items"]
        told.add((one["state"], one["answer"]))
    assert told == {("waiting", "No connection could be made.")}
    assert len(log.calls) == 2 and "token" not in str(log.calls)
    assert "127.0.0.1" not in caplog.text


INSIDE = [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://0.0.0.0:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/", "http://127.1:{port}/",
    "http://example.com@127.0.0.1:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
    "http://192.168.0.1/", "http://[fd00::1]/", "http://100.64.0.1/", "http://metadata.google.internal/",
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_no_spelling_reaches_the_own_network(committed_app, olga, path, receiver, url):
    settings = committed_app.config["WANDR"]
    object.__setattr__(settings, "webhooks_to_private", False)
    hook = olga.post(f"{path}/webhooks", json={"url": url.format(port=receiver.port)}, status=201)
    olga.post(f"{path}/webhooks/{hook['id']}/ping")
    assert deliver(hook) == 0
    assert receiver.got == []
    (delivery,) = olga.get(f"{path}/webhooks/{hook['id']}/deliveries")["items"]
    assert delivery["state"] in ("waiting", "failed") and "204" not in delivery["answer"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://x",
        "ftp://a.example",
        "javascript:alert(1)",
        "",
        "http://",
        "http:// a",
    ],
)
def test_only_the_web_is_an_address(olga, path, url):
    olga.post(f"{path}/webhooks", json={"url": url}, status=422)


def test_a_participant_and_a_stranger_see_none(committed_app, olga, path, hook):
    pavel, oscar = make_person(committed_app, "Pavel"), make_person(committed_app, "Oscar")
    join(path.removeprefix("/trips/"), olga, pavel, "participant")
    for person, status in ((pavel, 403), (oscar, 404)):
        person.get(f"{path}/webhooks", status=status)
        person.post(f"{path}/webhooks", json={"url": "https://a.example"}, status=status)
        person.get(f"{path}/webhooks/{hook['id']}/deliveries", status=status)


def test_the_signature_is_that_of_the_specification():
    """The example of standardwebhooks.com/spec: this secret, id and time sign this body so."""
    headers = headers_of(uuid4(), b"{}", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert Verifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify("{}", headers) == {}
