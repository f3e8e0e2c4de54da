"""What a provider is: it is asked, and streams pieces until it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, Literal, Protocol

MOST_TOKENS: Final = 4096  # of one answer
Reason = Literal["end", "tools", "length", "filtered"]
Pulse = Callable[[], None]
"""Called at least twice a second while a provider is waited for; what it raises ends the wait."""


@dataclass(frozen=True)
class TextDelta:
    """A little more of the answer."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """A tool that the model wants to be used; whole, never in parts. `fault` says why its
    arguments could not be read; there are none then."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    fault: str = ""


@dataclass(frozen=True)
class Usage:
    """Tokens. `estimated` when the provider did not say."""

    tokens_in: int
    tokens_out: int
    estimated: bool = False


@dataclass(frozen=True)
class Stop:
    """The end, and why: an answer that ends without one was cut off, and is no answer."""

    reason: Reason


Piece = TextDelta | ToolCall | Usage | Stop


@dataclass(frozen=True)
class ToolResult:
    """What a tool found, as JSON text."""

    call_id: str
    content: str


@dataclass(frozen=True)
class Message:
    """One turn. The assistant's may hold calls, the answer to it holds their results."""

    role: Literal["user", "assistant"]
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    results: tuple[ToolResult, ...] = ()


@dataclass(frozen=True)
class ToolSpec:
    """A tool as the model is told of it; `parameters` is a JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class ChatRequest:
    """All that a model gets to read."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = MOST_TOKENS


def tokens_of(text: str) -> int:
    """About how many tokens a text is: a quarter of its bytes, as English has it."""
    return len(text.encode()) // 4 + 1


def tokens_in(request: ChatRequest) -> int:
    """About how many tokens a model reads."""
    texts = [request.system, *(tool.description + str(tool.parameters) for tool in request.tools)]
    for message in request.messages:
        texts += [message.text, *(result.content for result in message.results)]
        texts += [str(call.arguments) for call in message.calls]
    return sum(map(tokens_of, texts))


@dataclass(frozen=True)
class Deadline:
    """A moment by which it must be over, on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds; none below zero."""
        return max(0.0, self.at - monotonic())


@dataclass(frozen=True)
class Endpoint:
    """Where a model is. The operator says so, never a user."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)


class Provider(Protocol):
    """Streams `TextDelta`, `ToolCall` and `Usage` and, as the last piece, `Stop`.

    Raises a ProviderError, and whatever `pulse` raises.
    """

    name: str

    def stream(self, request: ChatRequest, deadline: Deadline, pulse: Pulse) -> Iterator[Piece]: ...
