"""The OpenAPI document, as a client downloads it."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def document(client) -> dict[str, Any]:
    return client.get("/openapi.json").get_json()
