"""A provider of our own making, of which a test controls every byte and every pause."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from wandr.ai.providers.anthropic import Anthropic
from wandr.ai.providers.openai_compatible import OpenAiCompatible
from wandr.ai.providers.provider import Endpoint

HANG = object()  # in a script: nothing more comes until the test is over
Part = bytes | object


class Script:
    """What the server does at one request."""

    def __init__(
        self, *parts: Part, status: int = 200, chunked: bool = True, **headers: str
    ) -> None:
        self.parts, self.status, self.chunked = parts, status, chunked
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class FakeModel:
    """Plays its scripts, one for each request, and remembers what it was sent. One that depends on
    what was asked is a function of it."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts: list[Script | Callable[[dict[str, Any]], Script]] = list(scripts)
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.is_over = Event()
        self.url = ""

    def script_for(self, body: dict[str, Any]) -> Script:
        script = self.scripts.pop(0)
        return script if isinstance(script, Script) else script(body)

    def as_openai(self) -> OpenAiCompatible:
        return OpenAiCompatible(Endpoint(f"{self.url}/v1", "m-1", "sk-test"))

    def as_anthropic(self) -> Anthropic:
        return Anthropic(Endpoint(f"{self.url}/v1", "m-1", "sk-test"))


@contextmanager
def fake_model(*scripts: Script, model: FakeModel | None = None) -> Iterator[FakeModel]:
    """Serve scripts on a port of loopback, or a model that has its own."""
    model = model or FakeModel(*scripts)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(model))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    model.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield model
    finally:
        model.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(model: FakeModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.close_connection = True
            body = self.rfile.read(int(self.headers["Content-Length"]))
            model.asked.append(json.loads(body))
            model.paths.append(self.path)
            model.headers.append(dict(self.headers))
            script = model.script_for(model.asked[-1])
            self._begin(script)
            self._play(script)

        def _begin(self, script: Script) -> None:
            self.send_response(script.status)
            for name, value in {"Content-Type": "text/event-stream", **script.headers}.items():
                self.send_header(name, value)
            length = ("Transfer-Encoding", "chunked") if script.chunked else ("Connection", "close")
            self.send_header(*length)
            self.end_headers()

        def _play(self, script: Script) -> None:
            for part in script.parts:
                if not isinstance(part, bytes):
                    model.is_over.wait(30)
                    return
                sized = b"%x\r\n%s\r\n" % (len(part), part) if script.chunked else part
                self.wfile.write(sized)
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n" if script.chunked else b"")

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def sse(*datas: Any) -> list[bytes]:
    """Events with data alone, as OpenAI has them."""
    texts = [data if isinstance(data, str) else json.dumps(data) for data in datas]
    return [f"data: {text}\n\n".encode() for text in texts]


def typed(*datas: dict[str, Any]) -> list[bytes]:
    """Events that are named by the type in their data, as Anthropic has them."""
    return [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in datas]


def chunk(text: str | None = None, *, end: str | None = None, **delta: Any) -> dict[str, Any]:
    delta = delta if text is None else {"content": text, **delta}
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": end}]}


def called(index: int, arguments: str, id: str | None = None, name: str | None = None) -> Any:
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return {"index": index, "function": function, **({"id": id} if id else {})}


def openai_answer(*texts: str, usage: bool = True) -> Script:
    """A whole answer in these pieces."""
    told: list[Any] = [chunk(text) for text in texts]
    told.append(chunk(end="stop"))
    if usage:
        told.append({"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 5}})
    return Script(*sse(*told, "[DONE]"))


def openai_calls(*calls: tuple[str, dict[str, Any]]) -> Script:
    """An answer that wants tools to be used."""
    told = [
        chunk(tool_calls=[called(n, json.dumps(arguments), f"call-{n}", name)])
        for n, (name, arguments) in enumerate(calls)
    ]
    return Script(*sse(*told, chunk(end="tool_calls"), "[DONE]"))


def anthropic_answer(*texts: str) -> Script:
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        for text in texts
    ]
    return Script(*typed(*_begun(), *deltas, *_ended("end_turn")))


def anthropic_calls(*calls: tuple[str, dict[str, Any]]) -> Script:
    told: list[dict[str, Any]] = []
    for index, (name, arguments) in enumerate(calls, 1):
        block = {"type": "tool_use", "id": f"call-{index}", "name": name, "input": {}}
        told.append({"type": "content_block_start", "index": index, "content_block": block})
        text = json.dumps(arguments)
        for part in (text[: len(text) // 2], text[len(text) // 2 :]):
            delta = {"type": "input_json_delta", "partial_json": part}
            told.append({"type": "content_block_delta", "index": index, "delta": delta})
        told.append({"type": "content_block_stop", "index": index})
    return Script(*typed(*_begun(), *told, *_ended("tool_use")))


def _begun() -> Sequence[dict[str, Any]]:
    return [{"type": "message_start", "message": {"usage": {"input_tokens": 12}}}, {"type": "ping"}]


def _ended(reason: str) -> Sequence[dict[str, Any]]:
    delta = {"stop_reason": reason}
    return [
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
