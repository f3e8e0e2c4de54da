"""The mailbox: a folder of .eml files, written when a transaction has committed.

Development and tests read it; a deployment may let any mail transfer agent pick it up.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from pathlib import Path
from uuid import uuid4

import structlog

from wandr.config import current_settings
from wandr.transaction import on_commit

log = structlog.get_logger()


@dataclass(frozen=True)
class Mail:
    """One mail of the mailbox."""

    at: datetime
    to: str
    subject: str
    text: str
    message_id: str


def deliver_later(to: str, subject: str, text: str, *, message_id: str | None = None) -> None:
    """Put a mail into the mailbox when the surrounding `atomic` commits.

    The same `message_id` again replaces the earlier file, so a repeated delivery makes no second.
    """
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = current_settings().mail_from
    message["To"] = Address(addr_spec=to)
    message["Subject"] = _one_line(subject)
    message["Date"] = localtime()
    message["Message-ID"] = message_id or make_msgid(domain="wandr.invalid")
    message.set_content(text)
    on_commit(_write, Path(current_settings().mailbox_dir), message)


def read_mailbox() -> list[Mail]:
    """Every mail of the mailbox, oldest first."""
    files = Path(current_settings().mailbox_dir).glob("*.eml")
    return [_read(file) for file in sorted(files, key=lambda file: file.stat().st_mtime_ns)]


def _write(folder: Path, message: EmailMessage) -> None:
    """A whole file or none; what is committed stays so, even when the disk is full."""
    name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:32]
    draft = folder / f".{uuid4().hex}.tmp"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.touch(mode=0o600)
        draft.write_bytes(message.as_bytes())
        os.replace(draft, folder / f"{name}.eml")
    except OSError as error:
        log.error("mail_not_written", folder=str(folder), exc_info=error)


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return Mail(
        at=message["Date"].datetime,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=message.get_content().replace("\r\n", "\n"),
        message_id=str(message["Message-ID"]),
    )


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
