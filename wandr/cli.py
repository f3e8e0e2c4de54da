"""`flask` commands for people: a demo to look at, and the mails that were written."""

from __future__ import annotations

from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import click
from flask.cli import with_appcontext

from wandr.auth.passwords import hash_password
from wandr.base import utc_now
from wandr.changes.ops import Op, read_ops
from wandr.changes.service import apply
from wandr.config import current_settings
from wandr.extensions import db
from wandr.locations.service import search_locations
from wandr.mail.mailbox import read_mailbox
from wandr.transaction import atomic
from wandr.trips.content import TRIP
from wandr.trips.invites import Invitee, accept_invite, create_invite
from wandr.trips.models import Trip
from wandr.trips.service import Founder, create_trip
from wandr.users.models import User
from wandr.users.service import create_user, find_by_email

DEMO_PASSWORD = "wandr-demo-2026"
DEMO_USERS = (("demo@wandr.example", "Dana Demo"), ("friend@wandr.example", "Finn Friend"))
DEMO_TRIP = uuid5(NAMESPACE_URL, "https://wandr.example/demo-trip")
DEMO_DAYS = (  # place, day of the trip, start
    ("Fushimi Inari Taisha", 0, "07:30"),
    ("Nishiki Market", 0, "12:00"),
    ("Kinkaku-ji", 1, "09:30"),
)


@click.command("seed")
@with_appcontext
def seed() -> None:
    """Make two demo users and their trip, unless they are there. Refused in production."""
    if current_settings().is_production:
        raise click.ClickException("Demo users have a known password: not in production.")
    with atomic():
        organizer, friend = (_demo_user(email, name) for email, name in DEMO_USERS)
        made = db.session.get(Trip, DEMO_TRIP) is None
        if made:
            _make_demo_trip(organizer, friend)
    click.echo("seed: made" if made else "seed: there already")
    for email, _ in DEMO_USERS:
        click.echo(f"  {email}  {DEMO_PASSWORD}")


@click.command("mailbox")
@with_appcontext
def show_mailbox() -> None:
    """Show the mails that were written to the mailbox folder, oldest first."""
    for mail in read_mailbox():
        click.echo(f"{mail.at:%Y-%m-%d %H:%M:%S}  to {mail.to}: {mail.subject}\n\n{mail.text}")


def _demo_user(email: str, name: str) -> User:
    user = find_by_email(email)
    if user is None:
        user = create_user(email, hash_password(DEMO_PASSWORD), name)
        if user is None:
            raise click.ClickException(f"{email} was made by somebody else at the same time.")
        user.email_verified_at = utc_now()
        db.session.flush()
    return user


def _make_demo_trip(organizer: User, friend: User) -> None:
    first = utc_now().date() + timedelta(days=30)
    fields = TRIP.loader.load(
        {
            "title": "Five days in Kyoto",
            "start_date": str(first),
            "end_date": str(first + timedelta(days=4)),
            "timezone": "Asia/Tokyo",
            "currency": "JPY",
        }
    )
    founder = Founder(organizer.id, organizer.display_name)
    create_trip(founder, {"id": DEMO_TRIP, **fields}, source="system")
    wanted = {"link": True, "role": "participant", "expires_in_hours": 1, "max_uses": 1}
    _, token = create_invite(DEMO_TRIP, organizer.id, wanted)
    accept_invite(token, Invitee(friend.id, friend.display_name, None))
    ops = [
        _visit(organizer.id, name, str(first + timedelta(days=day)), start)
        for name, day, start in DEMO_DAYS
    ]
    apply(DEMO_TRIP, organizer.id, ops, source="system").or_refused()


def _visit(viewer_id: UUID, name: str, day: str, start: str) -> Op:
    found = search_locations(name, limit=1, viewer_id=viewer_id)
    location = {"location_id": str(found[0].id)} if found else {}
    fields = {"title": name, "day": day, "start_time": start, **location}
    row_id = str(uuid5(DEMO_TRIP, name))
    return read_ops([{"op": "create", "entity": "activity", "id": row_id, "fields": fields}])[0]
