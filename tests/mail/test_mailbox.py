import os
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from pathlib import Path

import pytest

from wandr.mail import mailbox as subject
from wandr.mail.letters import Letter, message_of
from wandr.mail.mailing import send_letter
from wandr.transaction import atomic


@pytest.fixture
def folder(app):
    return Path(app.config["WANDR"].mailbox_dir)


def test_a_mail_is_written_when_the_transaction_commits(rolled_back, mailbox, folder):
    with atomic():
        send_letter(Letter("ada@example.com", "Grüße", "Hello Ada,\n\nsee you in 京都.\n"))
        assert mailbox() == []
    (mail,) = mailbox()
    assert (mail.to, mail.subject) == ("ada@example.com", "Grüße")
    assert mail.text == "Hello Ada,\n\nsee you in 京都.\n"
    assert not list(folder.glob(".*"))


def test_a_mail_of_a_transaction_that_fails_is_not_written(rolled_back, mailbox):
    with pytest.raises(RuntimeError, match="on purpose"), atomic():
        send_letter(Letter("ada@example.com", "Never", "sent"))
        raise RuntimeError("on purpose")
    assert mailbox() == []


def test_a_mail_outside_a_transaction_is_a_mistake(rolled_back):
    with pytest.raises(RuntimeError):
        send_letter(Letter("ada@example.com", "Never", "sent"))


HEADER = "Join\r\nBcc: eve@example.com\r\n\r\nbody\x00\u2028end"


def test_no_text_writes_a_header(rolled_back, mailbox, folder):
    with atomic():
        send_letter(Letter("ada@example.com", HEADER, "text\r\nBcc: eve@example.com\n"))
    (file,) = folder.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Join Bcc: eve@example.com body end"
    assert sorted(message.keys()).count("Subject") == 1


@pytest.mark.parametrize("to", ["a@b.c\r\nBcc: eve@example.com", "a@b.c, eve@example.com", "a", ""])
def test_no_address_names_a_second_one(rolled_back, mailbox, to):
    with pytest.raises((ValueError, IndexError, HeaderParseError)), atomic():
        send_letter(Letter(to, "x", "y"))
    assert mailbox() == []


def test_the_same_message_again_is_one_mail(rolled_back, mailbox, folder):
    message = message_of(Letter("ada@example.com", "Once", "text"), "<42@wandr.invalid>")
    for _ in range(2):
        subject.write_message(folder, message)
    assert [mail.message_id for mail in mailbox()] == ["<42@wandr.invalid>"]


def test_the_oldest_mail_comes_first(rolled_back, mailbox):
    for number in range(5):
        with atomic():
            send_letter(Letter("ada@example.com", f"Number {number}", "text"))
    assert [mail.subject[-1] for mail in mailbox()] == list("01234")


def test_only_the_owner_reads_the_mails(rolled_back, mailbox, folder):
    with atomic():
        send_letter(Letter("ada@example.com", "Secret", "text"))
    modes = [os.stat(path).st_mode & 0o777 for path in (folder, *folder.glob("*.eml"))]
    assert modes == [0o700, 0o600]


def test_a_full_disk_undoes_nothing_and_leaves_no_half(rolled_back, mailbox, monkeypatch, folder):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(subject.os, "replace", full)
    with atomic():
        send_letter(Letter("ada@example.com", "Lost", "text"))
    assert mailbox() == []
