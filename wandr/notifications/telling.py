"""What workers do to tell people: of a trip's log, of the assistant's answers, of days to come.

Each may be done twice, and then tells nothing more: cursors, marks and keys see to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from wandr.ai.models import AiRequest, Proposal
from wandr.changes.feed import read_log
from wandr.extensions import db
from wandr.notifications.conflicts import conflict_notices
from wandr.notifications.from_log import Stretch, notices_of
from wandr.notifications.kinds import KINDS
from wandr.notifications.letters import Told
from wandr.notifications.models import (
    Notification,
    NotificationCursor,
    NotificationPreference,
)
from wandr.notifications.service import Notice, mail, tell
from wandr.permissions import Permission, allows
from wandr.trips.models import Member, Trip
from wandr.users.models import User
from wandr.zones import known_zone

MOST_ROWS: Final = 500  # of the log at a time
MOST_ANSWERS: Final = 50
REMINDED: Final = (7, 1)  # days before
FROM: Final = time(8)  # in people's mornings
LOCK: Final = 0x57_61_6E_64_04


def tell_trip(trip_id: UUID, live: Collection[UUID]) -> list[UUID]:
    """Tell the members of a trip what its log holds that has not been told; ids of what is new."""
    cursor = db.session.get(NotificationCursor, trip_id, with_for_update=True)
    trip = db.session.get(Trip, trip_id)
    if cursor is None or trip is None:
        return []
    rows = read_log(trip_id, cursor.seq, MOST_ROWS)
    if not rows:
        return []
    cursor.seq, cursor.asked_at = rows[-1].seq, None
    cursor.head = max(cursor.head, cursor.seq)
    members = _members(trip_id)
    if trip.deleted_seq is not None:
        return []
    present, actors = {one.user_id for one in members}, {row.actor_id for row in rows}
    conflicts = conflict_notices(trip_id, present, actors)
    return tell([*notices_of(Stretch(trip, rows, members)), *conflicts], live=live)


def tell_answers(live_in: Any) -> list[UUID]:
    """Tell of finished requests to the assistant; `live_in` names who is live in a trip."""
    finished = (
        select(AiRequest)
        .where(AiRequest.finished_at.is_not(None), AiRequest.told_at.is_(None))
        .order_by(AiRequest.finished_at)
        .limit(MOST_ANSWERS)
        .with_for_update(skip_locked=True)
    )
    made = []
    for request in db.session.scalars(finished).all():
        request.told_at = func.now()
        if request.status != "cancelled":
            live = live_in(request.trip_id) if request.trip_id else set()
            made += tell(list(_of_answer(request)), live=live)
    db.session.flush()
    return made


def tell_times(now: datetime | None = None) -> list[UUID]:
    """Remind of trips that start, and send the digests of those whose morning has come."""
    db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    now = now or datetime.now(UTC)
    made = tell(_reminders(now))
    for person in _who_wait_for_mail():
        _send_digest(person, now)
    return made


def _of_answer(request: AiRequest) -> Iterator[Notice]:
    """To who asked and still may hear of it; and of a proposal, to who may decide on it."""
    trip: Trip | None = None
    members: Sequence[Member] = []
    if request.trip_id is not None:
        trip = db.session.get_one(Trip, request.trip_id)
        members = [] if trip.deleted_seq is not None else _members(trip.id)
        if request.requested_by not in {one.user_id for one in members}:
            return
    about = f" in “{trip.title}”" if trip else ""
    data = {"request_id": str(request.id), "status": request.status}
    told = "The assistant has answered" if request.status == "succeeded" else "No answer came"
    yield Notice(
        request.requested_by,
        "ai_done",
        f"ai:{request.id}",
        f"{told}{about}.",
        trip_id=request.trip_id,
        data=data,
    )
    proposal = db.session.scalar(
        select(Proposal.id).where(Proposal.request_id == request.id, Proposal.status == "open")
    )
    if trip is None or proposal is None:
        return
    for one in members:
        if allows(one.role, one.permissions, Permission.EDIT_ITINERARY):
            yield Notice(
                one.user_id,
                "proposal_waiting",
                f"proposal:{proposal}",
                f"The assistant has a proposal for “{trip.title}”.",
                trip_id=trip.id,
                actor_id=request.requested_by,
                data={**data, "proposal_id": str(proposal)},
            )


def _reminders(now: datetime) -> list[Notice]:
    """Of trips that start in so many days, to members whose morning it is."""
    today = now.date()
    soon = Trip.start_date.between(today, today + timedelta(days=max(REMINDED) + 2))
    rows = (
        select(Trip.id, Trip.title, Trip.start_date, Trip.timezone, User.id, User.timezone)
        .join(Member, Member.trip_id == Trip.id)
        .join(User, User.id == Member.user_id)
        .where(soon, Trip.deleted_seq.is_(None), Trip.status.in_(("planning", "active")))
    )
    notices = []
    for trip_id, title, start, zone, user_id, own_zone in db.session.execute(rows):
        here = now.astimezone(ZoneInfo(known_zone(own_zone, zone) or "UTC"))
        days = (start - here.date()).days if start else 0
        if days in REMINDED and here.time() >= FROM:
            told = "tomorrow" if days == 1 else f"in {days} days"
            notices.append(
                Notice(
                    user_id,
                    "trip_starts",
                    f"starts:{trip_id}:{start}:{days}",
                    f"“{title}” starts {told}.",
                    trip_id=trip_id,
                    data={"start_date": f"{start}", "days": days},
                )
            )
    return notices


def _who_wait_for_mail() -> Sequence[Any]:
    waiting = select(Notification.user_id).where(Notification.mail_due).distinct()
    people = (
        select(User.id, User.email, User.timezone, NotificationPreference.digest_on)
        .outerjoin(NotificationPreference, NotificationPreference.user_id == User.id)
        .where(User.id.in_(waiting), User.is_active, User.email_verified_at.is_not(None))
    )
    return db.session.execute(people).all()


def _send_digest(person: Any, now: datetime) -> None:
    """One letter a day, in the person's morning, of what they have not read since."""
    here = now.astimezone(ZoneInfo(known_zone(person.timezone) or "UTC"))
    if here.time() < FROM or person.digest_on == here.date():
        return
    due = (
        update(Notification)
        .where(Notification.user_id == person.id, Notification.mail_due)
        .values(mail_due=False)
        .returning(Notification.created_at, Notification.kind, Notification.text)
        .returning(Notification.trip_id, Notification.read_at, Notification.data)
        .execution_options(synchronize_session=False)
    )
    rows = sorted(db.session.execute(due), key=lambda row: row.created_at)
    unread = [row for row in rows if row.read_at is None]
    told = [Told(row.kind, row.text) for row in _still_true(person.id, unread)]
    _note_digest(person.id, here.date())
    if told:
        mail(person.id, person.email, told)


def _still_true(user_id: UUID, rows: Sequence[Any]) -> list[Any]:
    """Without what is of trips that they are no longer in or that are in the trash, and without
    proposals that somebody has decided on."""
    trips = select(Trip.id).join(Member, Member.trip_id == Trip.id)
    trips = trips.where(Member.user_id == user_id, Trip.deleted_seq.is_(None))
    theirs = set(db.session.scalars(trips.where(Trip.id.in_({row.trip_id for row in rows}))))
    asked = {UUID(row.data["proposal_id"]) for row in rows if row.kind == "proposal_waiting"}
    still_open = select(Proposal.id).where(Proposal.id.in_(asked), Proposal.status == "open")
    decided = {str(one) for one in asked - set(db.session.scalars(still_open))}
    return [
        row
        for row in rows
        if (row.trip_id is None or row.trip_id in theirs or KINDS[row.kind].outside)
        and row.data.get("proposal_id") not in decided
    ]


def _note_digest(user_id: UUID, day: date) -> None:
    row = insert(NotificationPreference).values(user_id=user_id, kinds={}, digest_on=day)
    again = row.on_conflict_do_update(index_elements=["user_id"], set_={"digest_on": day})
    db.session.execute(again)


def _members(trip_id: UUID) -> Sequence[Member]:
    rows = select(Member).where(Member.trip_id == trip_id)
    return db.session.scalars(rows.order_by(Member.created_at, Member.id)).all()
