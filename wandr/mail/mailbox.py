"""The mailbox: a folder of .eml files, written when a transaction has committed.

Development and tests read it; a deployment may let any mail transfer agent pick it up.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import structlog

from wandr.config import current_settings

log = structlog.get_logger()


@dataclass(frozen=True)
class Mail:
    """One mail of the mailbox."""

    at: datetime
    to: str
    subject: str
    text: str
    message_id: str


def read_mailbox() -> list[Mail]:
    """Every mail of the mailbox, oldest first."""
    files = Path(current_settings().mailbox_dir).glob("*.eml")
    return [_read(file) for file in sorted(files, key=lambda file: file.stat().st_mtime_ns)]


def write_message(folder: Path, message: EmailMessage) -> None:
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
    body = message.get_body(preferencelist=("plain",))
    return Mail(
        at=message["Date"].datetime,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text="" if body is None else body.get_content().replace("\r\n", "\n"),
        message_id=str(message["Message-ID"]),
    )
