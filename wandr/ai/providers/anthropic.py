"""The wire of Anthropic's messages. Source: the Anthropic API reference, "Streaming messages"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wandr.ai.providers.provider import (
    ChatRequest,
    Message,
    Piece,
    Reason,
    TextDelta,
    ToolSpec,
    Usage,
)
from wandr.ai.providers.reading import HttpProvider, Transcript, problem_in

VERSION: Final = "2023-06-01"
REASONS: Final[Mapping[str, Reason]] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tools",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "filtered",
}


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


class Anthropic(HttpProvider):
    """Any server with `POST {base_url}/messages`."""

    name = "anthropic"
    path = "messages"
    transcript = Reply

    def headers(self) -> dict[str, str]:
        return {"x-api-key": self.endpoint.api_key, "anthropic-version": VERSION}

    def body(self, request: ChatRequest) -> dict[str, Any]:
        messages = [{"role": one.role, "content": list(_blocks(one))} for one in request.messages]
        body: dict[str, Any] = {
            "model": self.endpoint.model,
            "system": request.system,
            "messages": messages,
            "max_tokens": request.max_tokens,
            "stream": True,
        }
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        return body


def _tool(tool: ToolSpec) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": tool.parameters,
    }


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    for result in message.results:
        yield {"type": "tool_result", "tool_use_id": result.call_id, "content": result.content}
    if message.text:
        yield {"type": "text", "text": message.text}
    for call in message.calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
