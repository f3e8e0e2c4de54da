"""Who may use the assistant, asked once more while it is at work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wandr.errors import Forbidden


def require_assistant(snapshot: Mapping[str, Any]) -> None:
    """Raise Forbidden when the reader of a snapshot may not use the assistant, or no longer."""
    if not snapshot["permissions"]["use_assistant"]:
        raise Forbidden("You may not use the assistant in this trip.")
