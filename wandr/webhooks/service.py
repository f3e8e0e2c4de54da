"""Webhooks of a trip: kept by who may edit it, and fed from its log as their makers see it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select

from wandr.base import new_id, utc_now
from wandr.changes.feed import changes_since
from wandr.changes.service import lock_trip
from wandr.deliveries.lanes import count_waiting, hold, let_go, put_in_lane, try_again, waiting_in
from wandr.deliveries.models import Delivery
from wandr.errors import Conflict, NotFound
from wandr.extensions import db
from wandr.http.etags import refuse_stale
from wandr.http.fields import instant_text
from wandr.http.pages import Keyset
from wandr.permissions import Permission, allows
from wandr.trips.access import trip_for
from wandr.trips.models import Member, Trip
from wandr.webhooks.models import Webhook

CHANNEL: Final = "webhook"
MOST_WEBHOOKS: Final = 10  # of a trip
MOST_CHANGES: Final = 100  # in one delivery
MOST_WAITING: Final = 1_000  # deliveries; the log keeps the rest until they are through
BY_AGE = Keyset("webhooks", (Webhook.created_at, Webhook.id))
NEWEST_FIRST = Keyset("deliveries", (Delivery.number,), descending=True)


def create_webhook(user_id: UUID, trip_id: UUID, url: str) -> Webhook:
    """A new webhook, which hears of what changes from now on. Its secret is told this once.

    Raises NotFound, Forbidden, Conflict for more than a trip may have.
    """
    trip_for(user_id, trip_id, needs=Permission.EDIT_TRIP)
    trip = lock_trip(trip_id)  # two at once count each other
    count = select(func.count()).where(Webhook.trip_id == trip_id)
    if (db.session.scalar(count) or 0) >= MOST_WEBHOOKS:
        raise Conflict(f"A trip has at most {MOST_WEBHOOKS} webhooks.", code="too_many_webhooks")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    made = Webhook(
        id=new_id(), trip_id=trip_id, created_by=user_id, url=url, secret=secret, seq=trip.seq
    )
    db.session.add(made)
    db.session.flush()
    return made


def webhooks_of(user_id: UUID, trip_id: UUID) -> Select[Any]:
    """The webhooks of a trip. Raises NotFound, Forbidden."""
    trip_for(user_id, trip_id, needs=Permission.EDIT_TRIP)
    return select(Webhook).where(Webhook.trip_id == trip_id)


def find_webhook(user_id: UUID, trip_id: UUID, webhook_id: UUID) -> Webhook:
    """One of them. Raises NotFound, Forbidden."""
    found = db.session.scalar(webhooks_of(user_id, trip_id).where(Webhook.id == webhook_id))
    if found is None:
        raise NotFound()
    return found


def find_to_change(
    user_id: UUID, trip_id: UUID, webhook_id: UUID, *, expected: int | None = None
) -> Webhook:
    """One of them, which nobody else changes until the transaction ends.

    Raises NotFound, Forbidden, Stale when it is not the `expected` version.
    """
    one = webhooks_of(user_id, trip_id).where(Webhook.id == webhook_id).with_for_update()
    found = db.session.scalar(one.execution_options(populate_existing=True))
    if found is None:
        raise NotFound()
    refuse_stale(found, expected)
    return found


def update_webhook(webhook: Webhook, wanted: Mapping[str, Any]) -> None:
    """Send it elsewhere, pause it, or let it go on: with all that has changed meanwhile."""
    paused, url = wanted.get("paused"), wanted.get("url", webhook.url)
    if url != webhook.url:
        webhook.url, webhook.updated_at = url, utc_now()
    if paused is True:
        _pause(webhook)
    elif paused is False:
        if webhook.paused_at is not None:
            webhook.paused_at, webhook.updated_at = None, utc_now()
        let_go(lane_of(webhook.id))
    db.session.flush()


def may_send(webhook: Webhook) -> bool:
    """Whether its maker still wants it and may still see the trip; else it is paused.

    The trash takes nobody's rights: what was told to the lane before goes out.
    """
    if webhook.paused_at is None and not _maker_may_edit(webhook):
        _pause(webhook)
    elif webhook.paused_at is not None:
        hold(lane_of(webhook.id))  # put there while it was being paused
    return webhook.paused_at is None


def deliveries_of(webhook: Webhook) -> Select[Any]:
    """What was sent, or waits to be."""
    return select(Delivery).where(Delivery.lane == lane_of(webhook.id))


def replay(webhook: Webhook, delivery_id: UUID) -> Delivery:
    """Send something again, under the same id.

    Raises NotFound for what was not sent here, Conflict while it is paused or too much waits.
    """
    _require_room(webhook)
    if not try_again(delivery_id, lane_of(webhook.id)):
        raise NotFound()
    return db.session.get_one(Delivery, delivery_id, populate_existing=True)


def ping(webhook: Webhook) -> Delivery:
    """Send something that means nothing, to see whether it arrives.

    Raises Conflict while it is paused or too much waits.
    """
    _require_room(webhook)
    delivery_id = _put(webhook, "ping", {"trip_id": str(webhook.trip_id)})
    return db.session.get_one(Delivery, delivery_id)


def feed(limit: int = 50) -> int:
    """Put what is new in their trips into the lanes of webhooks; how many deliveries.

    A webhook whose maker is no longer in the trip, or may no longer edit it, is paused. What
    happens to a trip that is in the trash is told when it is restored.
    """
    waiting = waiting_in(func.concat(f"{CHANNEL}:", Webhook.id))
    due = (
        select(Webhook)
        .join(Trip, Trip.id == Webhook.trip_id)
        .where(Trip.seq > Webhook.seq, Trip.deleted_seq.is_(None))
        .where(Webhook.paused_at.is_(None), waiting < MOST_WAITING)
        .limit(limit)
        .with_for_update(of=Webhook, skip_locked=True)
    )
    return sum(_feed_one(webhook) for webhook in db.session.scalars(due).all())


def lane_of(webhook_id: UUID) -> str:
    """The lane of a webhook."""
    return f"{CHANNEL}:{webhook_id}"


def _feed_one(webhook: Webhook) -> int:
    if not may_send(webhook):
        return 0
    try:
        told = changes_since(webhook.trip_id, webhook.created_by, webhook.seq, MOST_CHANGES)
    except NotFound:  # into the trash, just now
        return 0
    _put(webhook, "trip.changes", {"trip_id": str(webhook.trip_id), **told})
    webhook.seq = told["changes"][-1]["seq"]
    return 1


def _put(webhook: Webhook, kind: str, data: Mapping[str, Any]) -> UUID:
    body = {"type": kind, "timestamp": instant_text(utc_now()), "data": dict(data)}
    return put_in_lane(CHANNEL, lane_of(webhook.id), body)


def _maker_may_edit(webhook: Webhook) -> bool:
    member = db.session.scalar(
        select(Member).where(
            Member.trip_id == webhook.trip_id, Member.user_id == webhook.created_by
        )
    )
    return member is not None and allows(member.role, member.permissions, Permission.EDIT_TRIP)


def _pause(webhook: Webhook) -> None:
    if webhook.paused_at is None:
        webhook.paused_at = webhook.updated_at = utc_now()
    hold(lane_of(webhook.id))


def _require_room(webhook: Webhook) -> None:
    if webhook.paused_at is not None:
        raise Conflict("The webhook is paused.", code="webhook_paused")
    if count_waiting(lane_of(webhook.id)) >= MOST_WAITING:
        raise Conflict(f"{MOST_WAITING} deliveries wait already.", code="too_many_waiting")
