"""Webhooks and calendar feeds by GraphQL: the same as over REST."""

from __future__ import annotations

from uuid import uuid4

from tests.graphql.conftest import snaked
from tests.graphql.selections import all_of


def test_a_webhook_is_made_tried_changed_and_ended(ask, organizer, trip, path):
    make = f"mutation($t: UUID!, $u: String!) {{ createWebhook(tripId: $t, url: $u) {all_of('CreatedWebhook')} }}"
    ask(organizer, make, code="invalid", t=trip["id"], u="ftp://example.com")
    made = ask(organizer, make, t=trip["id"], u="https://example.com/a")["createWebhook"]
    assert made["secret"].startswith("whsec_")
    ids, address = {"t": trip["id"], "i": made["id"]}, f"{path}/webhooks/{made['id']}"
    ping = (
        f"mutation($t: UUID!, $i: UUID!) {{ pingWebhook(tripId: $t, id: $i) {all_of('Delivery')} }}"
    )
    sent = ask(organizer, ping, **ids)["pingWebhook"]
    replay = "mutation($t: UUID!, $i: UUID!, $d: UUID!) { replayWebhookDelivery(tripId: $t, id: $i, deliveryId: $d) { id } }"
    again = ask(organizer, replay, **ids, d=sent["id"])["replayWebhookDelivery"]
    assert again == {"id": sent["id"]}
    ask(organizer, replay, code="not_found", **ids, d=str(uuid4()))
    lists = f"""query($t: UUID!, $i: UUID!) {{ webhooks(tripId: $t) {{ nodes {all_of("Webhook")} }}
        webhookDeliveries(tripId: $t, id: $i) {{ nodes {all_of("Delivery")} }} }}"""
    told = snaked(ask(organizer, lists, **ids))
    assert told["webhooks"]["nodes"] == organizer.get(f"{path}/webhooks")["items"]
    assert told["webhook_deliveries"]["nodes"] == organizer.get(f"{address}/deliveries")["items"]
    update = f"mutation($t: UUID!, $i: UUID!) {{ updateWebhook(tripId: $t, id: $i, input: {{paused: true}}) {all_of('Webhook')} }}"
    changed = snaked(ask(organizer, update, **ids)["updateWebhook"])
    assert changed["paused_at"] and changed == organizer.get(address)
    end = "mutation($t: UUID!, $i: UUID!) { deleteWebhook(tripId: $t, id: $i) }"
    assert ask(organizer, end, **ids) == {"deleteWebhook": made["id"]}
    organizer.get(address, status=404)


def test_a_calendar_feed_is_opened_and_closed(ask, viewer, client, trip):
    make = "mutation($t: UUID!) { openCalendarFeed(tripId: $t) { url } }"
    url = ask(viewer, make, t=trip["id"])["openCalendarFeed"]["url"]
    assert client.get(url).mimetype == "text/calendar"
    end = "mutation($t: UUID!) { closeCalendarFeed(tripId: $t) }"
    assert ask(viewer, end, t=trip["id"]) == {"closeCalendarFeed": True}
    assert client.get(url).status_code == 404
