"""What workers do. Each is three lines: read the arguments, call the service, done."""

from __future__ import annotations

from uuid import UUID

from wandr.ai.attempts import run_attempt


def answer_ai_request(request_id: str, attempt: int) -> None:
    """Answer a request to the assistant."""
    run_attempt(UUID(request_id), attempt)
