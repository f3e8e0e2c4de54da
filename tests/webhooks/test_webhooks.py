"""Webhooks: signed, in order, once; kept by who may edit the trip; and to nobody inside."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from uuid import uuid4

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from tests.cast import make_person
from tests.deliveries.conftest import hurry, states
from tests.group import join
from wandr.deliveries.running import run_lane
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
