"""The wire of OpenAI's chat completions, as many servers speak it: Ollama, vLLM, OpenRouter, …

Source: the OpenAI API reference, "Create chat completion" and "Streaming".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wandr.ai.providers.provider import (
    ChatRequest,
    Message,
    Piece,
    Reason,
    TextDelta,
    ToolCall,
    Usage,
)
from wandr.ai.providers.reading import HttpProvider, Transcript, problem_in

REASONS: Final[Mapping[str, Reason]] = {
    "stop": "end",
    "tool_calls": "tools",
    "function_call": "tools",
    "length": "length",
    "content_filter": "filtered",
}


class Completion(Transcript):
    """Chunks of a chat completion. The one with the usage has no choices."""

    reasons = REASONS

    def read(self, told: Mapping[str, Any]) -> Iterator[Piece]:
        if told.get("error"):
            raise problem_in(told["error"])
        if usage := told.get("usage"):
            yield Usage(usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0)
        for choice in told.get("choices") or ():
            delta = choice.get("delta") or {}
            if text := delta.get("content"):
                yield TextDelta(text)
            for call in delta.get("tool_calls") or ():
                self._take(call)
            self.reason = choice.get("finish_reason") or self.reason

    def _take(self, call: Mapping[str, Any]) -> None:
        told = call.get("function") or {}
        self.calls.add(
            call.get("index") or 0, call.get("id"), told.get("name"), told.get("arguments")
        )


class OpenAiCompatible(HttpProvider):
    """Any server with `POST {base_url}/chat/completions`."""

    name = "openai_compatible"
    path = "chat/completions"
    transcript = Completion

    def headers(self) -> dict[str, str]:
        key = self.endpoint.api_key
        return {"Authorization": f"Bearer {key}"} if key else {}

    def body(self, request: ChatRequest) -> dict[str, Any]:
        system = {"role": "system", "content": request.system}
        body: dict[str, Any] = {
            "model": self.endpoint.model,
            "messages": [system, *(one for told in request.messages for one in _told(told))],
            "max_tokens": request.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.tools:
            body["tools"] = [{"type": "function", "function": vars(tool)} for tool in request.tools]
        return body


def _told(message: Message) -> Iterator[dict[str, Any]]:
    for result in message.results:
        yield {"role": "tool", "tool_call_id": result.call_id, "content": result.content}
    if message.text or message.calls:
        told: dict[str, Any] = {"role": message.role, "content": message.text or None}
        if message.calls:
            told["tool_calls"] = [_called(call) for call in message.calls]
        yield told


def _called(call: ToolCall) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments))
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}
