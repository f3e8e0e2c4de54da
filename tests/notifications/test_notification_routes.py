"""Notifications over REST: what one was told, and what one has read; nobody else's."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.group import something_told
from wandr.transaction import atomic
from wandr.users.service import close_account, held_about


@pytest.fixture
def told(organizer):
    """Three things, oldest first."""
    return [something_told(organizer) for _ in range(3)]


def test_the_newest_come_first_page_by_page(organizer, told):
    first = organizer.get("/notifications?limit=2")
    rest = organizer.get(f"/notifications?limit=2&cursor={first['next_cursor']}")
    assert [one["id"] for one in first["items"] + rest["items"]] == told[::-1]
    assert first["items"][0]["kind"] == "ai_done" and first["items"][0]["read_at"] is None


def test_what_was_read_is_marked_and_stays_marked(organizer, told):
    read = organizer.post(f"/notifications/{told[1]}/read", status=200)
    assert organizer.post(f"/notifications/{told[1]}/read") == read
    assert [one["id"] for one in organizer.get("/notifications?unread=true")["items"]] == [
        told[2],
        told[0],
    ]
    assert [one["id"] for one in organizer.get("/notifications?unread=false")["items"]] == [told[1]]
    organizer.get("/notifications?unread=maybe", status=422)


def test_all_up_to_one_and_then_all(organizer, told):
    assert organizer.post("/notifications/read", json={"until": told[1]}) == {"count": 2}
    assert [one["id"] for one in organizer.get("/notifications?unread=true")["items"]] == [told[2]]
    assert organizer.post("/notifications/read") == {"count": 1}
    assert organizer.post("/notifications/read", json={"until": str(uuid4())}, status=404)


def test_nobody_sees_or_marks_what_somebody_else_was_told(organizer, outsider, told):
    assert outsider.get("/notifications")["items"] == []
    outsider.post(f"/notifications/{told[0]}/read", status=404)
    outsider.post("/notifications/read", json={"until": told[0]}, status=404)
    assert outsider.post("/notifications/read") == {"count": 0}
    assert len(organizer.get("/notifications?unread=true")["items"]) == 3


def test_it_is_held_about_somebody_and_goes_with_the_account(organizer, told):
    assert len(organizer.get("/users/me/export")["held"]["notifications"]["told"]) == 3
    with atomic():
        close_account(organizer.user_id)
        assert held_about(organizer.user_id)["notifications"]["told"] == []
