"""The assistant that is a language model. When the model fails, the built-in one takes over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog

from wandr.ai.access import require_assistant
from wandr.ai.assistant import Assistant, Desk, Draft, Task
from wandr.ai.chat.plain import PlainText
from wandr.ai.chat.prompt import SYSTEM, opening
from wandr.ai.chat.specs import SPECS
from wandr.ai.chat.toolbox import Toolbox
from wandr.ai.providers.errors import Nonsense, ProviderError
from wandr.ai.providers.patience import ask_patiently
from wandr.ai.providers.provider import (
    ChatRequest,
    Deadline,
    Message,
    Piece,
    Provider,
    Stop,
    TextDelta,
    ToolCall,
    Usage,
    tokens_in,
    tokens_of,
)
from wandr.errors import TooManyRequests

log = structlog.get_logger()
MOST_STEPS: Final = 6  # turns of the model in one answer
MOST_UNREAD: Final = 3  # turns in a row in which nothing could be read
SECONDS: Final = 80.0  # for all of them: the request has 110, and the planner needs some of those
ENDINGS: Final = {
    "length": "\n(The answer was cut off: it grew too long.)\n",
    "filtered": "\n(The model's provider cut the answer off.)\n",
}
TOO_MANY: Final = "\n(I stop here: that took too many steps.)\n"
INSTEAD: Final = "The language model did not answer ({code}); the built-in planner does.\n"


@dataclass
class Turn:
    """What a model said in one go, and what it wants looked up."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    ending: str = ""
    usage: Usage | None = None

    def take(self, piece: Piece) -> None:
        """Take in a piece of it."""
        match piece:
            case TextDelta():
                self.text += piece.text
            case ToolCall():
                self.calls += (piece,)
            case Usage():
                self.usage = piece
            case Stop():
                self.ending = ENDINGS.get(piece.reason, "")

    def estimate(self, read: int) -> Usage:
        """What it took, where its provider does not say; nothing when it did not begin."""
        written = self.text + "".join(str(call.arguments) for call in self.calls)
        return Usage(read if written else 0, tokens_of(written) if written else 0, estimated=True)


class ModelAssistant:
    """Lets a model answer, with tools, in a few steps."""

    def __init__(self, provider: Provider, built_in: Assistant) -> None:
        self.name = provider.name
        self._provider, self._built_in = provider, built_in

    def answer(self, task: Task, desk: Desk) -> None:
        """Do the task. Forbidden or NotFound when the asker has lost the right meanwhile."""
        snapshot = desk.tools.trip_snapshot()
        require_assistant(snapshot)
        desk.draft.base_seq = snapshot["seq"]
        try:
            self._converse(task, desk, opening(task, snapshot))
        except (ProviderError, TooManyRequests) as error:
            log.warning("ai_fallback", provider=self.name, code=error.code, error=str(error))
            desk.status(stage="fallback", provider=self._built_in.name, reason=error.code)
            desk.draft.suggestions, desk.draft.terms = [], Draft().terms
            desk.say(INSTEAD.format(code=error.code))
            self._built_in.answer(task, desk)

    def _converse(self, task: Task, desk: Desk, first: str) -> None:
        deadline, box = Deadline.after(SECONDS), Toolbox(task, desk, self._built_in)
        messages, unread = [Message("user", first)], 0
        for _ in range(MOST_STEPS):
            turn = self._turn(tuple(messages), desk, deadline)
            if not turn.calls:
                desk.say(turn.ending)
                return
            unread = unread + 1 if all(call.fault for call in turn.calls) else 0
            if unread == MOST_UNREAD:
                raise Nonsense("The model does not write JSON.")
            results = tuple(box.use(call) for call in turn.calls)
            messages.append(Message("assistant", turn.text, calls=turn.calls))
            messages.append(Message("user", results=results))
        desk.say(TOO_MANY)

    def _turn(self, messages: tuple[Message, ...], desk: Desk, deadline: Deadline) -> Turn:
        turn, plain = Turn(), PlainText()
        request = ChatRequest(SYSTEM, messages, SPECS)
        settle = desk.reserve(tokens_in(request) + request.max_tokens)
        try:
            for piece in ask_patiently(self._provider, request, deadline, desk.pulse):
                turn.take(piece)
                if isinstance(piece, TextDelta):
                    desk.say(plain.feed(piece.text))
            desk.say(plain.flush())
        finally:
            used = turn.usage or turn.estimate(tokens_in(request))
            settle(used.tokens_in, used.tokens_out, estimated=used.estimated)
        return turn
