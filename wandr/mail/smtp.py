"""Letters to an SMTP server (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from wandr.config import current_settings
from wandr.deliveries.lanes import Claim, Outcome
from wandr.deliveries.running import senders
from wandr.http.deadline import within
from wandr.mail.letters import Letter, message_id_of, message_of
from wandr.mail.mailing import CHANNEL

TIMEOUT: Final = 20.0  # seconds for each step of the conversation
LONGEST: Final = 40.0  # seconds for a try as a whole: less than the lease of a delivery


def register() -> None:
    """Let the lanes of mail end at the SMTP server. What was sent is not kept: it holds tokens."""
    senders[CHANNEL] = (send_by_smtp, True)


def send_by_smtp(claim: Claim) -> Outcome:
    """One try. A refusal of the kind 5xx is final, but for that of our login: we can mend it."""
    message = message_of(Letter(**claim.body), message_id_of(claim.id))
    url = current_settings().smtp_url
    try:
        within(LONGEST, lambda: _send(url, message))
    except smtplib.SMTPAuthenticationError as error:
        return Outcome(False, told=f"The server refuses our login: {error.smtp_code}.")
    except smtplib.SMTPRecipientsRefused as error:
        code, told = next(iter(error.recipients.values()))
        return _refused(code, told)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(False, told=f"{type(error).__name__}: {error}")
    return Outcome(True, told="250")


def _send(url: str, message: EmailMessage) -> None:
    """Hand it over. Once it is accepted nothing that goes wrong in parting changes that."""
    server = _connected(url)
    try:
        server.send_message(message)
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
    finally:
        server.close()


def _connected(url: str) -> smtplib.SMTP:
    """A session with the server of `smtp://[user:password@]host[:port][?starttls=0]` or `smtps://…`.

    Encrypted unless it says `starttls=0`; certificates are verified.
    """
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT, context=context
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT)
    try:
        if parts.scheme == "smtp" and parse_qs(parts.query).get("starttls") != ["0"]:
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _refused(code: int, told: bytes | str) -> Outcome:
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    return Outcome(False, final=500 <= code < 600, told=f"{code} {text}")
