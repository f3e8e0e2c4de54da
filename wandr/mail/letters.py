"""A letter, and the message (RFC 5322) that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate
from time import time
from typing import Any

from wandr.config import current_settings

UNWRITABLE = (ValueError, IndexError, HeaderParseError)  # what an address that is none raises
DOMAIN = "wandr.invalid"  # of message ids: RFC 2606 keeps it from being anybody's


@dataclass(frozen=True)
class Letter:
    """What somebody is to read. `headers` are additional ones, such as List-Unsubscribe."""

    to: str
    subject: str
    text: str
    html: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    written_at: float = field(default_factory=time)  # seconds since 1970

    def as_json(self) -> dict[str, Any]:
        """The letter as it waits to be delivered."""
        return asdict(self)


class LetterPolicy(EmailPolicy):
    """That of the library, but for `List-Unsubscribe`: it would fold a long address into encoded
    words, which no mail client takes for an address (RFC 2369)."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as it goes out."""
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


POLICY = LetterPolicy(linesep="\r\n")


def message_of(letter: Letter, message_id: str) -> EmailMessage:
    """The message; the same letter and id make the same message again. Raises one of `UNWRITABLE`
    for an address that is none."""
    message = EmailMessage(policy=POLICY)
    message["From"] = current_settings().mail_from
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = formatdate(letter.written_at, localtime=True)
    message["Message-ID"] = message_id
    for name, value in letter.headers.items():
        message[name] = _one_line(value)
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    return message


def message_id_of(name: object) -> str:
    """The Message-ID of what has this name."""
    return f"<{name}@{DOMAIN}>"


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
