"""Telling people, once each, as they prefer; and what they have been told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from wandr.base import new_id, utc_now
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.http.pages import Keyset
from wandr.mail.letters import UNWRITABLE
from wandr.mail.mailing import send_letter
from wandr.notifications.hints import hint
from wandr.notifications.kinds import KINDS
from wandr.notifications.letters import Told, letter_of
from wandr.notifications.models import Notification, NotificationPreference
from wandr.transaction import on_commit
from wandr.users.models import User

log = structlog.get_logger()
KEPT_FOR: Final = timedelta(days=180)
NEWEST_FIRST = Keyset("notifications", (Notification.created_at, Notification.id), descending=True)


@dataclass(frozen=True)
class Notice:
    """One thing to tell one person. `key` names what it is about; `actor_id` is who did it."""

    user_id: UUID
    kind: str
    key: str
    text: str
    trip_id: UUID | None = None
    actor_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def tell(notices: Sequence[Notice], *, live: Collection[UUID] = ()) -> list[UUID]:
    """Tell people, but nobody of what they did themselves and nobody twice; the new ids.

    Who is `live` in the trip gets no mail, and hears nothing that is quiet.
    """
    wanted = [one for one in notices if one.user_id != one.actor_id]
    wanted = [one for one in wanted if not (KINDS[one.kind].quiet and one.user_id in live)]
    told_before = _told_before(wanted)
    wanted = [one for one in wanted if (one.user_id, one.key) not in told_before]
    people = _people({one.user_id for one in wanted})
    made = []
    for notice in wanted:
        person = people.get(notice.user_id)
        if person is None:
            continue
        how = preference_of(person.kinds, notice.kind)
        mails = how["mail"] if person.email_verified_at and notice.user_id not in live else "off"
        if how["in_app"] or mails != "off":
            stored = _store(notice, in_app=how["in_app"], mail_due=mails == "daily")
            if stored is not None:
                made.append(stored)
                if mails == "now":
                    mail(notice.user_id, person.email, [Told(notice.kind, notice.text)])
    return made


def mail(user_id: UUID, address: str, told: Sequence[Told]) -> None:
    """Send a letter of what somebody was told; one that cannot be written stops nobody else's."""
    try:
        send_letter(letter_of(user_id, address, told))
    except UNWRITABLE as error:
        log.error("letter_not_written", user_id=str(user_id), error=type(error).__name__)


def notifications_of(user_id: UUID, *, unread: bool | None = None) -> Select[Any]:
    """What somebody was told in the app."""
    found = select(Notification).where(Notification.user_id == user_id, Notification.in_app)
    if unread is None:
        return found
    read = Notification.read_at.is_(None) if unread else Notification.read_at.is_not(None)
    return found.where(read)


def count_unread(user_id: UUID) -> int:
    """How much somebody was told and has not read."""
    unread = notifications_of(user_id, unread=True).subquery()
    return db.session.scalar(select(func.count()).select_from(unread)) or 0


def mark_read(user_id: UUID, notification_id: UUID) -> Notification:
    """Note that something was read. NotFound for what somebody else was told."""
    found = db.session.scalar(
        notifications_of(user_id).where(Notification.id == notification_id).with_for_update()
    )
    if found is None:
        raise NotFound()
    found.read_at = found.read_at or utc_now()
    db.session.flush()
    return found


def mark_all_read(user_id: UUID, until: UUID | None = None) -> int:
    """Note that all was read, or all up to one of them; how much that was."""
    unread = [Notification.user_id == user_id, Notification.read_at.is_(None), Notification.in_app]
    if until is not None:
        last = notifications_of(user_id).where(Notification.id == until)
        found = db.session.scalar(last)
        if found is None:
            raise NotFound()
        unread.append(Notification.created_at <= found.created_at)
    done = update(Notification).where(*unread).values(read_at=utc_now())
    result = db.session.execute(done.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]


def preferences_of(user_id: UUID) -> dict[str, dict[str, Any]]:
    """How somebody is told, by kind: `{"in_app", "mail"}`."""
    chosen = db.session.get(NotificationPreference, user_id)
    kinds = None if chosen is None else chosen.kinds
    return {kind: preference_of(kinds, kind) for kind in KINDS}


def preference_of(chosen: Mapping[str, Any] | None, kind: str) -> dict[str, Any]:
    """How one kind is told, by what somebody has chosen and the defaults."""
    return {"in_app": True, "mail": KINDS[kind].mail, **(chosen or {}).get(kind, {})}


def prefer(user_id: UUID, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Change how somebody is told, of the kinds given; all of it afterwards."""
    row = insert(NotificationPreference).values(user_id=user_id, kinds={})
    db.session.execute(row.on_conflict_do_nothing())
    stored = db.session.get_one(NotificationPreference, user_id, with_for_update=True)
    stored.kinds = {
        **stored.kinds,
        **{kind: {**stored.kinds.get(kind, {}), **how} for kind, how in wanted.items()},
    }
    db.session.flush()
    preferred = preferences_of(user_id)
    _leave_out_of_digests(user_id, [kind for kind in wanted if preferred[kind]["mail"] != "daily"])
    return preferred


def end_mails(user_id: UUID, about: str) -> None:
    """Send no more mails of a kind; of what comes in digests, none at all for `EVERY_KIND`."""
    chosen = preferences_of(user_id)
    daily = [kind for kind, how in chosen.items() if how["mail"] == "daily"]
    prefer(user_id, {kind: {"mail": "off"} for kind in ([about] if about in KINDS else daily)})


def forget_told_long_ago() -> None:
    """Delete what people were told more than half a year ago."""
    old = delete(Notification).where(Notification.created_at < utc_now() - KEPT_FOR)
    db.session.execute(old.execution_options(synchronize_session=False))


def _leave_out_of_digests(user_id: UUID, kinds: Sequence[str]) -> None:
    waiting = [Notification.user_id == user_id, Notification.mail_due, Notification.kind.in_(kinds)]
    ended = update(Notification).where(*waiting).values(mail_due=False)
    db.session.execute(ended.execution_options(synchronize_session=False))


def _told_before(notices: Sequence[Notice]) -> set[tuple[UUID, str]]:
    people, keys = {one.user_id for one in notices}, {one.key for one in notices}
    rows = select(Notification.user_id, Notification.key).where(
        Notification.user_id.in_(people), Notification.key.in_(keys)
    )
    return {(row.user_id, row.key) for row in db.session.execute(rows)} if notices else set()


def _people(user_ids: Collection[UUID]) -> Mapping[UUID, Row[Any]]:
    rows = (
        select(User.id, User.email, User.email_verified_at, NotificationPreference.kinds)
        .outerjoin(NotificationPreference, NotificationPreference.user_id == User.id)
        .where(User.id.in_(user_ids), User.is_active)
    )
    return {row.id: row for row in db.session.execute(rows)} if user_ids else {}


def _store(notice: Notice, *, in_app: bool, mail_due: bool) -> UUID | None:
    """A row, or None when the person has been told this before."""
    now = utc_now()
    row = insert(Notification).values(
        id=new_id(),
        created_at=now,
        updated_at=now,
        user_id=notice.user_id,
        trip_id=notice.trip_id,
        kind=notice.kind,
        key=notice.key,
        actor_id=notice.actor_id,
        text=notice.text,
        data=dict(notice.data),
        in_app=in_app,
        mail_due=mail_due,
    )
    made = db.session.scalar(row.on_conflict_do_nothing().returning(Notification.id))
    if made is not None and in_app:
        on_commit(hint, notice.user_id, made)
    return made
