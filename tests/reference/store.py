"""Where a client keeps what must outlive it: one JSON document."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Protocol


class Store(Protocol):
    """A place for one document. `save` returns when it is safe."""

    def load(self) -> dict[str, Any] | None: ...
    def save(self, document: dict[str, Any]) -> None: ...
    def wipe(self) -> None: ...


class FileStore:
    """A file that is replaced as a whole, so that a crash leaves the old document or the new."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> dict[str, Any] | None:
        found = self.path.read_text(encoding="utf-8") if self.path.exists() else None
        return None if found is None else json.loads(found)

    def save(self, document: dict[str, Any]) -> None:
        beside = self.path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    def wipe(self) -> None:
        self.path.unlink(missing_ok=True)
