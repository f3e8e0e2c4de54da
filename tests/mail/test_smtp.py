"""Mails by SMTP: to a real server, once and in order, through its absences and refusals."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Thread
from time import monotonic

import pytest
from structlog.testing import CapturingLogger

from tests.deliveries.conftest import hurry, states
from wandr.deliveries import lanes, running
from wandr.deliveries.models import Delivery
from wandr.deliveries.running import run_lane
from wandr.extensions import db
from wandr.mail import smtp as subject
from wandr.mail.letters import Letter
from wandr.mail.mailing import lane_of, send_letter
from wandr.transaction import atomic

ADA = "ada@example.com"


def send(*subjects: str, to: str = ADA, **more) -> None:
    with atomic():
        for one in subjects:
            send_letter(Letter(to, one, f"Text of {one}.\n", **more))


def run(to: str = ADA) -> int:
    return run_lane(lane_of(to))


def subjects(server) -> list[str]:
    return [str(one["Subject"]) for one in server.got]


def test_a_letter_arrives_whole(smtp):
    send(
        "Grüße",
        html="<p>See you in 京都</p>",
        headers={"List-Unsubscribe": "<https://a.example/x>"},
    )
    assert run() == 1
    (mail,) = smtp.got
    assert (str(mail["Subject"]), str(mail["To"]), str(mail["From"])) == (
        "Grüße", ADA, "Wandr <no-reply@localhost>",
    )  # fmt: skip
    assert mail.get_body(("plain",)).get_content() == "Text of Grüße.\r\n"
    assert "京都" in mail.get_body(("html",)).get_content()
    assert mail["List-Unsubscribe"] == "<https://a.example/x>"
    (delivery,) = db.session.query(Delivery)
    assert mail["Message-ID"] == f"<{delivery.id}@wandr.invalid>"
    assert (delivery.state, delivery.body) == ("sent", {})  # what it said is no longer here


def test_the_link_that_ends_them_is_whole_on_the_wire(smtp):
    """Folded into encoded words it reads well by a parser, and no mail client finds it (RFC 2369)."""
    link = f"<https://travel.example.com/api/v1/notifications/unsubscribe/{'x' * 200}>"
    send(
        "One",
        headers={"List-Unsubscribe": link, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    run()
    lines = smtp.raw[0].splitlines()
    assert f"List-Unsubscribe: {link}".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


@pytest.mark.parametrize("parting", ["421 too busy", "502 what?", "250 fine"])
def test_what_was_accepted_has_arrived_however_the_server_parts(smtp, parting):
    smtp.parting = parting
    send("One")
    assert run() == 1
    assert states() == [("sent", 1)] and subjects(smtp) == ["One"]


def test_a_server_that_is_away_gets_everything_once_and_in_order_when_it_is_back(smtp):
    smtp.stop()
    send("One", "Two", "Three")
    for _ in range(3):
        hurry()
        assert run() == 0
    assert [attempts for _, attempts in states()] == [3, 0, 0]
    smtp.start()
    hurry()
    assert run() == 3
    assert subjects(smtp) == ["One", "Two", "Three"]
    assert run() == 0


def test_a_worker_that_dies_between_sending_and_saying_so_repeats_the_same_message(
    smtp, monkeypatch
):
    send("One", "Two")
    settle = lanes.settle
    monkeypatch.setattr(lanes, "settle", lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run()
    monkeypatch.setattr(lanes, "settle", settle)
    hurry()
    assert run() == 2
    assert subjects(smtp) == ["One", "One", "Two"]
    assert len({str(one["Message-ID"]) for one in smtp.got}) == 2
    assert len({str(one["Date"]) for one in smtp.got[:2]}) == 1


@pytest.mark.parametrize(
    ("reply", "state"),
    [("451 later", "waiting"), ("550 no such mailbox", "failed"), ("421 closing", "waiting"), ("552 too large", "failed")],
)  # fmt: skip
def test_a_refusal_is_final_or_not_as_its_code_says(smtp, reply, state):
    smtp.replies = [reply]
    send("One", "Two")
    run()
    assert states()[0] == (state, 1)
    assert reply.split()[0] in db.session.query(Delivery).order_by(Delivery.number).first().answer
    hurry()
    run()
    assert subjects(smtp) == (["Two"] if state == "failed" else ["One", "Two"])


def test_a_recipient_that_is_refused_holds_up_nobody(smtp):
    smtp.refuses = {"gone@example.com": "550 gone", "full@example.com": "452 full"}
    for to in ("gone@example.com", "full@example.com", ADA):
        send("Hello", to=to)
        run(to)
    assert [state for state, _ in states()] == ["failed", "waiting", "sent"]
    assert subjects(smtp) == ["Hello"]


def test_a_server_that_cannot_encrypt_gets_nothing_unless_that_is_allowed(
    smtp, committed_app, monkeypatch
):
    settings = committed_app.config["WANDR"]
    object.__setattr__(settings, "smtp_url", f"smtp://127.0.0.1:{smtp.port}")
    send("Secret")
    assert run() == 0
    assert (smtp.got, states()) == ([], [("waiting", 1)])
    assert "STARTTLS" in db.session.query(Delivery).one().answer


def test_a_login_that_is_refused_is_tried_again_for_it_is_ours_to_mend(smtp, committed_app):
    settings = committed_app.config["WANDR"]
    object.__setattr__(settings, "smtp_url", f"smtp://u:p@127.0.0.1:{smtp.port}?starttls=0")
    send("One")
    assert run() == 0
    assert states() == [("waiting", 1)]


def test_a_server_that_says_nothing_costs_a_try_and_no_more(smtp, monkeypatch, committed_app):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings = committed_app.config["WANDR"]
        object.__setattr__(
            settings, "smtp_url", f"smtp://127.0.0.1:{mute.getsockname()[1]}?starttls=0"
        )
        monkeypatch.setattr(subject, "TIMEOUT", 0.2)
        send("One")
        assert run() == 0
    assert states() == [("waiting", 1)]


def test_a_server_that_says_a_little_now_and_then_costs_a_try_and_no_more(
    smtp, monkeypatch, committed_app
):
    """No step of the conversation takes too long, yet it never comes to an end."""
    is_over = Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            while not is_over.wait(0.05):
                connection.sendall(b"220-")

    with socket.create_server(("127.0.0.1", 0)) as tarpit:
        Thread(target=drip, args=(tarpit,), daemon=True).start()
        settings = committed_app.config["WANDR"]
        url = f"smtp://127.0.0.1:{tarpit.getsockname()[1]}?starttls=0"
        object.__setattr__(settings, "smtp_url", url)
        monkeypatch.setattr(subject, "LONGEST", 0.3)
        send("One")
        began = monotonic()
        assert run() == 0
        assert monotonic() - began < 2
        is_over.set()
    assert states() == [("waiting", 1)]


def test_a_refusal_that_names_people_is_in_no_log(smtp, monkeypatch):
    log = CapturingLogger()
    monkeypatch.setattr(running, "log", log)
    smtp.refuses = {ADA: f"550 no {ADA} here"}
    send("One")
    run()
    assert log.calls[0].kwargs["channel"] == "mail" and "ada" not in str(log.calls)


def test_a_transaction_that_fails_sends_nothing(smtp):
    with pytest.raises(RuntimeError, match="on purpose"), atomic():
        send_letter(Letter(ADA, "Never", "sent"))
        raise RuntimeError("on purpose")
    assert states() == [] and run() == 0


def test_the_lane_of_an_address_does_not_tell_it():
    assert "ada" not in lane_of(ADA) and lane_of(ADA) != lane_of("eve@example.com")


def test_mails_of_accounts_go_the_same_way(smtp, committed_app):
    from tests.cast import FreshClient, register

    person = register(FreshClient(committed_app, committed_app.response_class), "Ada")
    assert run(person.email) == 1
    token = smtp.got[0].get_content().split()[-1]
    answer = person.client.post("/api/v1/auth/email/verification", json={"token": token})
    assert answer.status_code < 300
    assert token not in str([one.body for one in db.session.query(Delivery)])
