"""The desk of a running attempt. A door: it writes in short transactions of its own."""

from __future__ import annotations

from time import monotonic
from typing import Any, Final
from uuid import UUID

from wandr.ai import leases, usage
from wandr.ai.assistant import Draft, Settle, Task
from wandr.ai.grounding import storable
from wandr.ai.leases import Event, Lease
from wandr.ai.proposals import store_proposal
from wandr.ai.tools import Tools
from wandr.base import new_id
from wandr.transaction import atomic

COALESCED_FOR: Final = 0.12  # seconds: a reader sees text flow, the database few rows
LONG_ENOUGH: Final = 400  # characters
RENEWED_EVERY: Final = 1.0  # seconds


class Cancelled(Exception):
    """Somebody wished that the request ends."""


class LiveDesk:
    """Says what the assistant says, as events of the request, as long as the lease holds."""

    def __init__(self, lease: Lease, task: Task, provider: str) -> None:
        self.tools = Tools(task.user_id, task.trip_id)
        self.draft = Draft()
        self.text = ""
        self._lease, self._task, self._provider = lease, task, provider
        self._calls = 0
        self._unsaid = ""
        self._written_at = monotonic()

    def status(self, **facts: Any) -> None:
        """Tell what is being done."""
        self._write(Event("status", storable(facts)))

    def say(self, text: str) -> None:
        """Add to the answer."""
        said = storable(text)
        self.text += said
        self._unsaid += said
        if len(self._unsaid) >= LONG_ENOUGH or self._silent_for() >= COALESCED_FOR:
            self._write()

    def pulse(self) -> None:
        """Keep the request while nothing is said."""
        if self._silent_for() >= RENEWED_EVERY:
            self._write()

    def reserve(self, tokens: int) -> Settle:
        """Note a call of a model before it is made. TooManyRequests when a quota is used up."""
        task, self._calls = self._task, self._calls + 1
        call = usage.Call(
            request_id=task.request_id,
            trip_id=task.trip_id,
            user_id=task.user_id,
            attempt=self._lease.attempt,
            step=self._calls,
            provider=self._provider,
        )
        with atomic():
            leases.renew(self._lease)
            usage_id = usage.reserve(call, tokens)

        def settle(tokens_in: int, tokens_out: int, *, estimated: bool) -> None:
            with atomic():
                usage.settle(usage_id, tokens_in, tokens_out, estimated=estimated)

        return settle

    def succeed(self) -> None:
        """End the request with all that was said and proposed, in one transaction."""
        trip_id = self._task.trip_id
        proposal_id = new_id() if self.draft.suggestions and trip_id else None
        events = self._unsaid_events()
        if proposal_id:
            count = len(self.draft.suggestions)
            events.append(Event("proposal", {"proposal_id": str(proposal_id), "items": count}))
        events.append(Event("done", {"text": self.text, "proposal_id": _text(proposal_id)}))
        with atomic():
            leases.finish(self._lease, "succeeded", events)
            if proposal_id and trip_id:
                store_proposal(proposal_id, trip_id, self._task, draft=self.draft, tools=self.tools)

    def give_up(self) -> None:
        """End the request because that was wished; what was said until then is kept."""
        with atomic():
            leases.finish(
                self._lease, "cancelled", [*self._unsaid_events(), Event("cancelled", {})]
            )

    def fail(self, code: str, message: str) -> None:
        """End the request without an answer."""
        event = Event("error", {"code": code, "message": message})
        with atomic():
            leases.finish(self._lease, "failed", [event], error_code=code)

    def _write(self, *events: Event) -> None:
        with atomic():
            cancelled = leases.renew(self._lease, [*self._unsaid_events(), *events])
        self._unsaid, self._written_at = "", monotonic()
        if cancelled:
            raise Cancelled

    def _unsaid_events(self) -> list[Event]:
        return [Event("delta", {"text": self._unsaid})] if self._unsaid else []

    def _silent_for(self) -> float:
        return monotonic() - self._written_at


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
