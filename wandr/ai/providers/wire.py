"""The one place that talks to a provider: a POST, and its body as it comes, within a deadline.

The reading is done by a thread of its own. So the asker can keep its lease, notice a cancellation
and the deadline while nothing comes at all: a blocked read of `requests` cannot be left otherwise.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ReadTimeoutError

from wandr.ai.providers import errors
from wandr.ai.providers.provider import Deadline, Pulse

CONNECT: Final = 3.05  # seconds
SILENCE: Final = 20.0  # seconds without a byte
BEAT: Final = 0.4  # seconds between pulses
CHUNK: Final = 16 * 1024
MOST_OF_AN_ERROR: Final = 10_000  # bytes that are read of one
METADATA: Final = frozenset({"fd00:ec2::254", "100.100.100.200"})  # link-local is out anyway


class Answer:
    """An answer that is on its way."""

    def __init__(self, url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> None:
        self._url, self._headers, self._body = url, headers, body
        self._came: Queue[bytes | Exception | None] = Queue(maxsize=64)
        self._response: requests.Response | None = None
        self._is_left = False

    def chunks(self, deadline: Deadline, pulse: Pulse) -> Iterator[bytes]:
        """The body, piece by piece. Raises a ProviderError, and whatever `pulse` raises."""
        refuse_address(self._url)
        Thread(target=self._fetch, name="provider", daemon=True).start()
        try:
            while (came := self._wait(deadline, pulse)) is not None:
                yield came
        finally:
            self._leave()

    def _wait(self, deadline: Deadline, pulse: Pulse) -> bytes | None:
        """The next piece; None at the end."""
        while True:
            pulse()
            if not deadline.left:
                raise errors.OutOfTime("The model took too long.")
            with suppress(Empty):
                came = self._came.get(timeout=min(BEAT, deadline.left))
                if isinstance(came, Exception):
                    raise came
                return came

    def _fetch(self) -> None:
        try:
            with requests.Session() as session:
                session.trust_env = False  # no proxy, no .netrc: the operator's address, directly
                for chunk in self._read(session):
                    self._put(chunk)
            self._put(None)
        except errors.ProviderError as error:
            self._put(error)
        except (requests.exceptions.ReadTimeout, ReadTimeoutError):
            self._put(errors.Silent("The model said nothing for too long."))
        except requests.RequestException as error:
            self._put(errors.Unreachable(f"The model cannot be reached: {type(error).__name__}."))
        except Exception as error:  # noqa: BLE001 - a response closed under us fails in many ways
            self._put(errors.Unreachable(f"The connection broke: {type(error).__name__}."))

    def _read(self, session: requests.Session) -> Iterator[bytes]:
        with session.post(
            self._url,
            json=self._body,
            headers={**self._headers, "Accept": "text/event-stream", "Accept-Encoding": "identity"},
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT, SILENCE),
        ) as response:
            self._response = response
            if response.status_code != 200:
                raise problem_of(response.status_code, response.headers, _start_of(response))
            while chunk := response.raw.read1(CHUNK):
                yield chunk

    def _put(self, what: bytes | Exception | None) -> None:
        """Hand over; nobody takes it any more once the asker has left."""
        while not self._is_left:
            with suppress(Exception):
                self._came.put(what, timeout=BEAT)
                return

    def _leave(self) -> None:
        """End the connection under the reader: to close a body that somebody reads would block."""
        self._is_left = True
        if self._response is not None:
            with suppress(OSError, ValueError, RuntimeError):  # it may be over already
                self._response.raw.shutdown()


def problem_of(status: int, headers: Mapping[str, str], text: str) -> errors.ProviderError:
    """What an answer that is not 200 means."""
    told = f"The model's provider answered {status}."
    if status == 429:
        return errors.RateLimited(told, retry_after=_seconds(headers.get("Retry-After")))
    if status in (503, 529):
        return errors.Overloaded(told, retry_after=_seconds(headers.get("Retry-After")))
    if status in (401, 403):
        return errors.Unauthorized(told)
    if status == 413 or (status == 400 and is_about_length(text)):
        return errors.TooLong(told)
    if status == 408 or status >= 500:
        return errors.Broken(told)
    if 300 <= status < 400:
        return errors.Forbidden("The provider sends us elsewhere, where we do not go.")
    return errors.Rejected(f"{told} {text[:200]}".strip())


def is_about_length(text: str) -> bool:
    """Whether an error says that the model was given too much to read."""
    told = text.casefold()
    return any(one in told for one in ("context_length", "context length", "too long", "too large"))


def refuse_address(url: str) -> None:
    """Raise Forbidden for an address of the machine's metadata; Unreachable for an unknown name."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise errors.Forbidden("A provider has an http address.")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
    except OSError:
        raise errors.Unreachable("The name of the provider is not known.") from None
    for *_, address in found:
        ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if ip.is_link_local or str(ip) in METADATA or ip.is_multicast or ip.is_unspecified:
            raise errors.Forbidden("This address is never asked.")


def _start_of(response: requests.Response) -> str:
    return response.raw.read(MOST_OF_AN_ERROR).decode("utf-8", "replace")


def _seconds(text: str | None) -> float | None:
    """Of Retry-After in seconds; a date is not understood, and left alone."""
    return float(text) if text is not None and text.isdecimal() and len(text) < 6 else None
