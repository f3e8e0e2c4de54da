"""The wire of Anthropic's messages. Source: the Anthropic API reference, "Streaming messages"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wandr.ai.providers.provider import (
    ChatRequest,
    Deadline,
    Endpoint,
    Message,
    Piece,
    Pulse,
    Reason,
    TextDelta,
    Usage,
)
from wandr.ai.providers.reading import Transcript, problem_in
from wandr.ai.providers.wire import Answer

VERSION: Final = "2023-06-01"
REASONS: Final[Mapping[str, Reason]] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tools",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "filtered",
}


class Anthropic:
    """Any server with `POST {base_url}/messages`."""

    name = "anthropic"

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def stream(self, request: ChatRequest, deadline: Deadline, pulse: Pulse) -> Iterator[Piece]:
        url = f"{self._endpoint.base_url.rstrip('/')}/messages"
        headers = {"x-api-key": self._endpoint.api_key, "anthropic-version": VERSION}
        answer = Answer(url, headers, _body(self._endpoint.model, request))
        yield from Reply().pieces(answer.chunks(deadline, pulse))


class Reply(Transcript):
    """Events of a message: blocks of text and of tool calls, each with an index."""

    reasons = REASONS

    def __init__(self) -> None:
        super().__init__()
        self._tokens_in = 0

    def read(self, told: Mapping[str, Any]) -> Iterator[Piece]:
        match told.get("type"):
            case "message_start":
                usage = (told.get("message") or {}).get("usage") or {}
                self._tokens_in = usage.get("input_tokens") or 0
            case "content_block_start":
                self._begin(told.get("index") or 0, told.get("content_block") or {})
            case "content_block_delta":
                yield from self._continue(told.get("index") or 0, told.get("delta") or {})
            case "message_delta":
                self.reason = (told.get("delta") or {}).get("stop_reason") or self.reason
                if usage := told.get("usage"):
                    yield Usage(self._tokens_in, usage.get("output_tokens") or 0)
            case "message_stop":
                self.is_over = True
            case "error":
                raise problem_in(told.get("error") or {})

    def _begin(self, index: int, block: Mapping[str, Any]) -> None:
        if block.get("type") == "tool_use":
            self.calls.add(index, block.get("id"), block.get("name"), None)

    def _continue(self, index: int, delta: Mapping[str, Any]) -> Iterator[Piece]:
        if text := delta.get("text"):
            yield TextDelta(text)
        if part := delta.get("partial_json"):
            self.calls.add(index, None, None, part)


def _body(model: str, request: ChatRequest) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "system": request.system,
        "messages": [{"role": one.role, "content": list(_blocks(one))} for one in request.messages],
        "max_tokens": request.max_tokens,
        "stream": True,
    }
    if request.tools:
        body["tools"] = [
            {"name": one.name, "description": one.description, "input_schema": one.parameters}
            for one in request.tools
        ]
    return body


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    for result in message.results:
        yield {"type": "tool_result", "tool_use_id": result.call_id, "content": result.content}
    if message.text:
        yield {"type": "text", "text": message.text}
    for call in message.calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
