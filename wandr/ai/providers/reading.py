"""What the wires have in common: a POST, events, errors inside a stream, calls in parts."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final

from wandr.ai.providers import errors
from wandr.ai.providers.provider import (
    ChatRequest,
    Deadline,
    Endpoint,
    Piece,
    Pulse,
    Reason,
    Stop,
    TextDelta,
    ToolCall,
)
from wandr.ai.providers.sse import ServerEvent, read_events
from wandr.ai.providers.wire import Answer, is_about_length

STRINGS: Final = re.compile(r'("(?:[^"\\]|\\.)*")')  # of JSON: nothing is changed within
MOST_CALLS: Final = 16  # of one turn
MOST_CHARACTERS: Final = 200_000  # of the arguments of all of them


class PartialCalls:
    """Tool calls, put together by their index from the parts in which they come."""

    def __init__(self) -> None:
        self._calls: dict[int, list[str]] = {}  # id, name, arguments

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, index: int, id: str | None, name: str | None, arguments: str | None) -> None:
        """Take in a part. Raises Nonsense for more than anybody would ask for."""
        known = self._calls.setdefault(index, [f"call-{index}", "", ""])
        known[0] = id or known[0]
        known[1] = known[1] or name or ""
        known[2] += arguments or ""
        size = sum(len(call[2]) for call in self._calls.values())
        if len(self._calls) > MOST_CALLS or size > MOST_CHARACTERS:
            raise errors.Nonsense("The model wants too much at once.")

    def whole(self) -> Iterator[ToolCall]:
        """The calls, in order. Arguments that are no JSON object are mended where that is plain,
        else the call says so: the model may try again."""
        for _, (id, name, arguments) in sorted(self._calls.items()):
            try:
                yield ToolCall(id, name, mended_object(arguments or "{}"))
            except errors.Nonsense as fault:
                yield ToolCall(id, name, {}, fault=f"{fault}")


class Transcript(ABC):
    """What is read of an answer, event by event, in the wire of one maker."""

    reasons: ClassVar[Mapping[str, Reason]]

    def __init__(self) -> None:
        self.calls = PartialCalls()
        self.reason: str | None = None  # why it ended, in the provider's word
        self.is_over = False

    @abstractmethod
    def read(self, told: Mapping[str, Any]) -> Iterator[Piece]:
        """The pieces in the data of one event. Raises a ProviderError that it tells of."""

    def pieces(self, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """All pieces of a body, the last a Stop. Raises Truncated for one that just ends."""
        for event in events_of(chunks):
            if event.data == "[DONE]":
                break
            yield from self._read(event.data)
            if self.is_over:
                break
        if self.reason is None:
            raise errors.Truncated("The answer ends in the middle.")
        ended = self.reasons.get(self.reason, "end")
        if ended != "length":  # what was cut off may be half a number
            yield from self.calls.whole()
        yield Stop("tools" if self.calls and ended == "end" else ended)

    def _read(self, data: str) -> list[Piece]:
        try:
            pieces = list(self.read(object_of(data)))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise errors.Nonsense("The answer is not of the shape that its maker tells.") from None
        if any(isinstance(one, TextDelta) and not isinstance(one.text, str) for one in pieces):
            raise errors.Nonsense("The text of the answer is no text.")
        return pieces


class HttpProvider(ABC):
    """A provider behind one address, to which a question is posted and which streams the answer."""

    name: str
    path: ClassVar[str]
    transcript: ClassVar[type[Transcript]]

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """How it knows who asks."""

    @abstractmethod
    def body(self, request: ChatRequest) -> dict[str, Any]:
        """The question in its wire."""

    def stream(self, request: ChatRequest, deadline: Deadline, pulse: Pulse) -> Iterator[Piece]:
        """As `Provider` says."""
        url = f"{self.endpoint.base_url.rstrip('/')}/{self.path}"
        answer = Answer(url, self.headers(), self.body(request))
        yield from self.transcript().pieces(answer.chunks(deadline, pulse))


def events_of(chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
    """The events of a body. Raises Nonsense for what is no stream of events."""
    try:
        yield from read_events(chunks)
    except ValueError as error:
        raise errors.Nonsense(f"This is no stream of events: {error}.") from None


def object_of(text: str) -> dict[str, Any]:
    """A JSON object. Raises Nonsense."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise errors.Nonsense("The model does not write JSON.") from None
    if not isinstance(value, dict):
        raise errors.Nonsense("The model does not write a JSON object.")
    return value


def mended_object(text: str) -> dict[str, Any]:
    """A JSON object as models write it: with words or a fence around it, a comma too many, or
    written as a string. Raises Nonsense for what would have to be guessed."""
    try:
        return object_of(text)
    except errors.Nonsense:
        return object_of(_bare(text))


def _bare(text: str) -> str:
    """What stands between the first brace and the last, without commas before a closing one."""
    try:
        inner = json.loads(text)
        text = inner if isinstance(inner, str) else text
    except (ValueError, RecursionError):
        pass
    braced = text[text.find("{") : text.rfind("}") + 1]
    return "".join(
        part if part.startswith('"') else re.sub(r",(\s*[}\]])", r"\1", part)
        for part in STRINGS.split(braced)
    )


def problem_in(error: Any) -> errors.ProviderError:
    """What an error within a stream means: its status was 200."""
    told = error if isinstance(error, dict) else {"message": str(error)}
    kind = f"{told.get('type') or ''} {told.get('code') or ''} {told.get('status') or ''}"
    message = str(told.get("message") or kind)[:200]
    if "overloaded" in kind or "529" in kind or "503" in kind:
        return errors.Overloaded(message)
    if "rate_limit" in kind or "429" in kind:
        return errors.RateLimited(message)
    if "authentication" in kind or "permission" in kind:
        return errors.Unauthorized(message)
    if is_about_length(f"{kind} {message}"):
        return errors.TooLong(message)
    if "invalid_request" in kind:
        return errors.Rejected(message)
    return errors.Broken(message)
