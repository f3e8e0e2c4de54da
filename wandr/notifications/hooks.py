"""What the domains below tell notifications of: invites, and accounts that are closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from wandr.extensions import db
from wandr.notifications.models import Notification, NotificationPreference
from wandr.notifications.schemas import NotificationView
from wandr.notifications.service import Notice, notifications_of, preferences_of, tell
from wandr.trips import invites
from wandr.trips.models import Invite, Trip
from wandr.users import service as users
from wandr.users.models import User


def register() -> None:
    """Listen to them. Doing it again changes nothing."""
    users.holdings["notifications"] = notifications_held
    if tell_invited not in invites.on_invited:
        invites.on_invited.append(tell_invited)
        users.on_account_closed.append(forget_told)


def tell_invited(invite: Invite, trip: Trip) -> None:
    """Tell the account whose verified address an invite names, if there is one.

    An address alone proves nothing: who has only registered it learns nothing of the trip.
    """
    invitee = select(User.id).where(
        User.email == invite.email, User.email_verified_at.is_not(None), User.is_active
    )
    user_id = db.session.scalar(invitee)
    if user_id is not None:
        told = f"You are invited to “{trip.title}” as {invite.role}."
        data = {"invite_id": str(invite.id), "role": invite.role}
        key, by = f"invited:{invite.id}", invite.invited_by
        tell([Notice(user_id, "invited", key, told, actor_id=by, data=data)])


def forget_told(user_id: UUID) -> None:
    """Delete what somebody was told, and how they wanted to be."""
    for model in (Notification, NotificationPreference):
        gone = delete(model).where(model.user_id == user_id)
        db.session.execute(gone.execution_options(synchronize_session=False))


def notifications_held(user_id: UUID) -> dict[str, Any]:
    """What somebody was told, and how they want to be, JSON-ready."""
    told = notifications_of(user_id).order_by(Notification.created_at)
    rows = NotificationView(many=True).dump(db.session.scalars(told))
    return {"told": rows, "preferences": preferences_of(user_id)}
