"""Notifications by GraphQL: the same as over REST."""

from __future__ import annotations

from uuid import uuid4

from tests.graphql.conftest import snaked
from tests.graphql.selections import all_of
from tests.group import something_told


def test_what_one_was_told_is_read_and_marked(ask, organizer):
    told = [something_told(organizer) for _ in range(3)]
    query = (
        f"query($u: Boolean) {{ notifications(unread: $u) {{ nodes {all_of('Notification')} }} }}"
    )
    assert (
        snaked(ask(organizer, query)["notifications"]["nodes"])
        == organizer.get("/notifications")["items"]
    )
    read = "mutation($i: UUID!) { readNotification(id: $i) { readAt } }"
    assert ask(organizer, read, i=told[0])["readNotification"]["readAt"]
    assert len(ask(organizer, query, u=True)["notifications"]["nodes"]) == 2
    assert ask(organizer, "mutation { readNotifications }") == {"readNotifications": 2}
    ask(organizer, read, code="not_found", i=str(uuid4()))


def test_preferences_are_those_of_rest(ask, organizer, outsider):
    query = f"{{ notificationPreferences {all_of('NotificationPreferences')} }}"
    assert snaked(ask(organizer, query)["notificationPreferences"]) == organizer.get(
        "/notifications/preferences"
    )
    update = """mutation($m: String) { updateNotificationPreferences(input: {tripStarts: {mail: $m}}) {
        tripStarts { inApp mail } changes { mail } } }"""
    told = ask(organizer, update, m="off")["updateNotificationPreferences"]
    assert told == {"tripStarts": {"inApp": True, "mail": "off"}, "changes": {"mail": "daily"}}
    ask(organizer, update, code="invalid", m="weekly")
    assert outsider.get("/notifications/preferences")["trip_starts"]["mail"] == "now"


def test_nobody_marks_what_somebody_else_was_told(ask, organizer, outsider):
    told = something_told(organizer)
    ask(
        outsider,
        "mutation($i: UUID!) { readNotification(id: $i) { id } }",
        code="not_found",
        i=told,
    )
    assert ask(outsider, "{ notifications { nodes { id } } }")["notifications"]["nodes"] == []
