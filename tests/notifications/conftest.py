"""What people are told: a world of its own, in which the noticer looks and workers tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.cast import Person, make_person
from tests.group import KYOTO, join
from wandr.notifications import telling
from wandr.notifications.noticer import Noticer
from wandr.transaction import atomic


@dataclass
class Group:
    """The fixed cast, the trip's address, and what tells them."""

    olga: Person
    pavel: Person
    vera: Person
    oscar: Person
    trip_id: str

    @property
    def path(self) -> str:
        return f"/trips/{self.trip_id}"

    def tell(self, *live: Person) -> int:
        """Notice what has happened, and tell it; how much was told."""
        Noticer(quiet=timedelta(0)).step()
        with atomic():
            told = telling.tell_trip(UUID(self.trip_id), {one.user_id for one in live})
        return len(told)


@pytest.fixture
def group(committed_app: Flask) -> Group:
    """Everybody is in, and has been told so far."""
    names = ("Olga Organizer", "Pavel Participant", "Vera Viewer", "Oscar Outsider")
    olga, pavel, vera, oscar = (make_person(committed_app, name) for name in names)
    Noticer().step()
    trip_id = olga.post("/trips", json=KYOTO)["id"]
    join(trip_id, olga, pavel, "participant")
    join(trip_id, olga, vera, "viewer")
    made = Group(olga, pavel, vera, oscar, trip_id)
    made.tell()
    for person in (olga, pavel, vera):
        person.post("/notifications/read")
    return made


@pytest.fixture
def heard() -> Callable[..., list[tuple[str, str]]]:
    """Kind and text of what somebody was told and has not read, oldest first."""

    def heard(person: Person) -> list[tuple[str, str]]:
        items: list[dict[str, Any]] = person.get("/notifications?unread=true&limit=100")["items"]
        return [(one["kind"], one["text"]) for one in reversed(items)]

    return heard
