"""The files of the trip, as somebody gets them."""

from __future__ import annotations

import pytest


@pytest.fixture
def export(path, viewer):
    """The bytes of the trip as a file, as the viewer downloads it."""

    def download(form: str = "ics") -> bytes:
        viewer.get(f"{path}/export.{form}", status=200)
        return viewer.raw.data

    return download


@pytest.fixture
def place(participant):
    """Makes a place of the participant's own, and tells its id."""

    def make(**fields):
        known = {"name": "Hideaway", "kind": "custom", "latitude": 35.0116, "longitude": 135.7681}
        return participant.post("/locations", json={**known, **fields}, status=201)["id"]

    return make
