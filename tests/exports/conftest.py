"""The calendar file of the trip, as somebody gets it."""

from __future__ import annotations

import pytest


@pytest.fixture
def export(path, viewer):
    """The bytes of the trip's calendar, as the viewer downloads them."""

    def download() -> bytes:
        viewer.get(f"{path}/export.ics", status=200)
        return viewer.raw.data

    return download
