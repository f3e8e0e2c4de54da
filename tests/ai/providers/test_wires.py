"""Both wires against a server that answers well, badly, late, in halves, or not at all."""

from __future__ import annotations

import json
import socket
from time import monotonic
from typing import Any

import pytest

from tests.ai.providers.fake import (
    HANG,
    FakeModel,
    Script,
    anthropic_answer,
    anthropic_calls,
    called,
    chunk,
    fake_model,
    openai_answer,
    openai_calls,
    sse,
    typed,
)
from wandr.ai.providers import errors, wire
from wandr.ai.providers.openai_compatible import OpenAiCompatible
from wandr.ai.providers.provider import (
    ChatRequest,
    Deadline,
    Endpoint,
    Message,
    Piece,
    Provider,
    Stop,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolSpec,
    Usage,
)

WIRES = ("openai", "anthropic")
FIND = ToolSpec("find", "Find a place.", {"type": "object", "properties": {}})
QUESTION = ChatRequest("Be brief.", (Message("user", "Where?"),), (FIND,), 100)


def provider_of(model: FakeModel, name: str) -> Provider:
    return model.as_openai() if name == "openai" else model.as_anthropic()


def stream(provider: Provider, request: ChatRequest = QUESTION, seconds: float = 5) -> list[Piece]:
    return list(provider.stream(request, Deadline.after(seconds), lambda: None))


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))


def told(name: str, *texts: str) -> list[bytes]:
    """The beginning of an answer."""
    if name == "openai":
        return sse(*map(chunk, texts))
    delta = {"type": "content_block_delta", "index": 0}
    return typed(*({**delta, "delta": {"type": "text_delta", "text": one}} for one in texts))


ANSWER = {"openai": openai_answer, "anthropic": anthropic_answer}
CALLS = {"openai": openai_calls, "anthropic": anthropic_calls}


@pytest.mark.parametrize("name", WIRES)
def test_an_answer_comes_in_pieces(name):
    with fake_model(ANSWER[name]("In ", "Kyōto 🍵.")) as model:
        pieces = stream(provider_of(model, name))
    assert text_of(pieces) == "In Kyōto 🍵."
    assert Usage(12, 5) in pieces
    assert pieces[-1] == Stop("end")


@pytest.mark.parametrize("name", WIRES)
def test_a_body_that_is_not_chunked_comes_as_it_is_written(name):
    """With `iter_lines` all of it would come at the end, which is never."""
    script = Script(*told(name, "In ", "Kyoto"), HANG, chunked=False)
    with fake_model(script) as model:
        pieces = provider_of(model, name).stream(QUESTION, Deadline.after(5), lambda: None)
        assert [next(pieces), next(pieces)] == [TextDelta("In "), TextDelta("Kyoto")]
        pieces.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", WIRES)
def test_a_character_may_be_cut_in_two(name):
    whole = b"".join(ANSWER[name]("京都").parts)
    with fake_model(Script(*(whole[at : at + 1] for at in range(len(whole))))) as model:
        assert text_of(stream(provider_of(model, name))) == "京都"


@pytest.mark.parametrize("name", WIRES)
def test_tool_calls_are_put_together(name):
    script = CALLS[name](("find", {"text": "Nijō"}), ("find", {"text": "Inari"}))
    with fake_model(script) as model:
        pieces = stream(provider_of(model, name))
    calls = [(one.name, one.arguments) for one in pieces if isinstance(one, ToolCall)]
    assert calls == [("find", {"text": "Nijō"}), ("find", {"text": "Inari"})]
    assert pieces[-1] == Stop("tools")


def test_arguments_accrete_by_index():
    told = [
        chunk(tool_calls=[called(0, '{"te', "a", "find")]),
        chunk(tool_calls=[called(1, "", "b", "find")]),
        chunk(tool_calls=[called(0, 'xt": 1}')]),
    ]
    with fake_model(Script(*sse(*told, chunk(end="tool_calls")))) as model:
        pieces = stream(model.as_openai())
    assert pieces[:2] == [ToolCall("a", "find", {"text": 1}), ToolCall("b", "find", {})]


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize("after", [0, 1])
def test_what_ends_without_a_reason_is_no_answer(name, after):
    with (
        fake_model(Script(*told(name, "In Kyoto")[:after])) as model,
        pytest.raises(errors.Truncated),
    ):
        stream(provider_of(model, name))


@pytest.mark.parametrize("name", WIRES)
def test_a_call_that_was_cut_off_is_never_made(name):
    script = CALLS[name](("find", {"text": "Nijō"}))
    cut = Script(*(part.replace(b"tool_use\"}", b"max_tokens\"}").replace(b'"tool_calls"}', b'"length"}')
                   for part in script.parts))  # fmt: skip
    with fake_model(cut) as model:
        pieces = stream(provider_of(model, name))
    assert pieces[-1] == Stop("length")
    assert [one for one in pieces if isinstance(one, ToolCall)] == []


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize(
    ("status", "text", "problem"),
    [
        (429, "", errors.RateLimited),
        (529, "", errors.Overloaded),
        (503, "", errors.Overloaded),
        (500, "", errors.Broken),
        (408, "", errors.Broken),
        (401, "", errors.Unauthorized),
        (403, "", errors.Unauthorized),
        (400, "context_length_exceeded", errors.TooLong),
        (413, "", errors.TooLong),
        (400, "unknown model", errors.Rejected),
        (404, "", errors.Rejected),
        (302, "", errors.Forbidden),
    ],
)
def test_a_status_is_an_error(name, status, text, problem):
    script = Script(text.encode() or b"{}", status=status, Location="http://127.0.0.1:1/")
    with fake_model(script) as model, pytest.raises(problem):
        stream(provider_of(model, name))


def test_who_is_told_to_wait_knows_how_long():
    for told, seconds in (("7", 7.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)):
        script = Script(b"{}", status=429, Retry_After=told)
        with fake_model(script) as model, pytest.raises(errors.RateLimited) as raised:
            stream(model.as_openai())
        assert raised.value.retry_after == seconds


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ({"type": "overloaded_error", "message": "x"}, errors.Overloaded),
        ({"type": "rate_limit_error", "message": "x"}, errors.RateLimited),
        ({"type": "authentication_error", "message": "x"}, errors.Unauthorized),
        ({"type": "invalid_request_error", "message": "prompt is too long"}, errors.TooLong),
        ({"type": "invalid_request_error", "message": "x"}, errors.Rejected),
        ({"type": "api_error", "message": "x"}, errors.Broken),
        ("something", errors.Broken),
    ],
)
@pytest.mark.parametrize("name", WIRES)
def test_an_error_may_come_within_an_answer(name, error, problem):
    event = sse({"error": error}) if name == "openai" else typed({"type": "error", "error": error})
    with fake_model(Script(*told(name, "In "), *event)) as model, pytest.raises(problem):
        stream(provider_of(model, name))


NONSENSE: dict[str, list[bytes]] = {
    "html": [b"<html>\n\n"],
    "no json": sse("{'a': 1}"),
    "no object": sse("[1]"),
    "no utf-8": [b"data: \xff\n\n"],
    "another shape": sse({"choices": [1], "type": "content_block_delta", "delta": "x"}),
    "text that is none": sse(
        {**chunk(1), "type": "content_block_delta", "index": 0, "delta": {"text": 1}}  # type: ignore[arg-type]
    ),
    "deep": sse("[" * 100_000),
}


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize("parts", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_told_from_an_answer(name, parts):
    with fake_model(Script(*parts)) as model, pytest.raises((errors.Nonsense, errors.Truncated)):
        stream(provider_of(model, name))


def test_arguments_that_are_no_json_are_told_with_the_call():
    told = chunk(tool_calls=[called(0, '{"text": ', "a", "find")])
    with fake_model(Script(*sse(told, chunk(end="tool_calls")))) as model:
        (call,) = [one for one in stream(model.as_openai()) if isinstance(one, ToolCall)]
    assert (call.name, call.arguments, call.fault) == ("find", {}, "The model does not write JSON.")


def test_a_model_that_wants_ever_more_is_stopped():
    told = [chunk(tool_calls=[called(n, "{}", f"{n}", "find")]) for n in range(50)]
    with (
        fake_model(Script(*sse(*told, chunk(end="tool_calls")))) as model,
        pytest.raises(errors.Nonsense),
    ):
        stream(model.as_openai())


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize("after", [0, 1])
def test_the_deadline_counts_however_little_comes(name, after):
    began = monotonic()
    with (
        fake_model(Script(*told(name, "In ")[:after], HANG)) as model,
        pytest.raises(errors.OutOfTime),
    ):
        stream(provider_of(model, name), seconds=0.3)
    assert monotonic() - began < 3


def test_a_silent_model_is_left(monkeypatch):
    monkeypatch.setattr(wire, "SILENCE", 0.2)
    with fake_model(Script(*told("openai", "In "), HANG)) as model, pytest.raises(errors.Silent):
        stream(model.as_openai())


class Wished(Exception):
    pass


@pytest.mark.parametrize("after", [0, 1])
def test_who_does_not_want_it_any_more_need_not_wait(after):
    pulses = []

    def pulse() -> None:
        pulses.append(1)
        if len(pulses) > 2:
            raise Wished

    began = monotonic()
    with fake_model(Script(*told("openai", "In ")[:after], HANG)) as model, pytest.raises(Wished):
        list(model.as_openai().stream(QUESTION, Deadline.after(20), pulse))
    assert monotonic() - began < 5


def test_nobody_there_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        port = taken.getsockname()[1]
        with pytest.raises(errors.Unreachable):
            stream(OpenAiCompatible(Endpoint(f"http://127.0.0.1:{port}", "m")))


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
        "http://0.0.0.0/",
        "http://2852039166/",  # 169.254.169.254 as one number
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http:///v1",
    ],
)
def test_some_addresses_are_never_asked(url):
    with pytest.raises((errors.Forbidden, errors.Unreachable)):
        wire.refuse_address(url)


def test_a_name_that_nobody_has_is_unreachable(monkeypatch):
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(wire.socket, "getaddrinfo", unknown)
    with pytest.raises(errors.Unreachable):
        wire.refuse_address("http://nowhere.example/")


CONVERSATION = ChatRequest(
    "Be brief.",
    (
        Message("user", "Where?"),
        Message("assistant", "Let me see.", calls=(ToolCall("c1", "find", {"text": "x"}),)),
        Message("user", "Hurry.", results=(ToolResult("c1", '{"found": []}'),)),
    ),
    (FIND,),
    100,
)


def test_openai_is_told_the_whole_conversation():
    with fake_model(openai_answer("Yes.")) as model:
        stream(model.as_openai(), CONVERSATION)
    (body,) = model.asked
    assert model.paths == ["/v1/chat/completions"]
    assert model.headers[0]["Authorization"] == "Bearer sk-test"
    assert [one["role"] for one in body["messages"]] == [
        "system", "user", "assistant", "tool", "user",
    ]  # fmt: skip
    assert json.loads(body["messages"][2]["tool_calls"][0]["function"]["arguments"]) == {
        "text": "x"
    }
    assert body["messages"][3] == {
        "role": "tool", "tool_call_id": "c1", "content": '{"found": []}',
    }  # fmt: skip
    assert body["tools"][0]["function"]["name"] == "find"
    assert (body["model"], body["max_tokens"], body["stream"]) == ("m-1", 100, True)


def test_anthropic_is_told_the_whole_conversation():
    with fake_model(anthropic_answer("Yes.")) as model:
        stream(model.as_anthropic(), CONVERSATION)
    (body,) = model.asked
    assert model.paths == ["/v1/messages"]
    assert model.headers[0]["x-api-key"] == "sk-test"
    assert body["system"] == "Be brief."
    assert [one["role"] for one in body["messages"]] == ["user", "assistant", "user"]
    assert [one["type"] for one in body["messages"][1]["content"]] == ["text", "tool_use"]
    assert [one["type"] for one in body["messages"][2]["content"]] == ["tool_result", "text"]
    assert body["tools"][0]["input_schema"] == FIND.parameters


def test_a_key_is_never_printed():
    assert "sk-test" not in repr(Endpoint("http://x", "m", "sk-test"))
