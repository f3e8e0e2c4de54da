"""Two people plan a trip, by the client that openapi-python-client has generated."""

from __future__ import annotations

import datetime
import importlib
import pkgutil
import sys
from uuid import uuid4

import wandr_client
from wandr_client import AuthenticatedClient, Client, models
from wandr_client.api.activities import create_activity, list_activities, move_activity
from wandr_client.api.auth import register
from wandr_client.api.changes import apply_ops, read_snapshot
from wandr_client.api.exports import export_calendar
from wandr_client.api.members import accept_invite, create_invite
from wandr_client.api.trips import create_trip, list_trips, read_trip, update_trip_by_patch

DAY = datetime.date(2027, 4, 2)


def newcomer(address: str, name: str) -> AuthenticatedClient:
    account = models.Registration(f"{name}@example.com", f"{name} and a long passphrase", name)
    made = register.sync(client=Client(address), body=account)
    assert isinstance(made, models.LoginView), made
    return AuthenticatedClient(address, made.access_token)


def tell(address: str) -> int:
    ada, grace = newcomer(address, "ada"), newcomer(address, "grace")
    fields = models.TripFields("Kyoto in spring", currency="JPY", timezone="Asia/Tokyo")
    trip = create_trip.sync(client=ada, body=fields, idempotency_key="once")
    assert isinstance(trip, models.TripView), trip
    assert create_trip.sync(client=ada, body=fields, idempotency_key="once") == trip
    assert [one.id for one in list_trips.sync(client=ada, limit=5).items] == [trip.id]

    hidden = read_trip.sync(trip.id, client=grace)
    assert isinstance(hidden, models.Problem) and hidden.code == "not_found"
    role = models.InviteCreateRole.PARTICIPANT
    invite = create_invite.sync(trip.id, client=ada, body=models.InviteCreate(link=True, role=role))
    assert accept_invite.sync(invite.token, client=grace).trip_id == trip.id

    wish = models.ActivityCreate(
        "Fushimi Inari", day=DAY, start_time="06:00", timezone="Asia/Tokyo"
    )
    first = create_activity.sync(trip.id, client=grace, body=wish)
    assert isinstance(first, models.ActivityView) and first.start_time == "06:00", first
    lunch = models.Op(
        models.OpOp.CREATE, "activity", uuid4(),
        fields=models.OpFields.from_dict({"title": "Lunch", "day": str(DAY)}),
    )  # fmt: skip
    outcome = apply_ops.sync(trip.id, client=grace, body=models.Mutation(uuid4(), [lunch]))
    assert [one.status for one in outcome.results] == [models.ResultViewStatus.APPLIED], outcome
    top = models.ActivityMove(after=None)
    move_activity.sync(trip.id, outcome.results[0].id, client=grace, body=top)
    titles = [one.title for one in list_activities.sync(trip.id, client=ada).items]
    assert titles == ["Lunch", "Fushimi Inari"], titles

    stale = update_trip_by_patch.sync(
        trip.id, client=ada, body=models.TripUpdate(title="Late"), if_match='"0.00"'
    )
    assert isinstance(stale, models.Problem) and stale.status == 412, stale
    snapshot = read_snapshot.sync(trip.id, client=grace)
    assert [one.title for one in snapshot.entities.activity] == titles
    assert "BEGIN:VEVENT" in export_calendar.sync(trip.id, client=grace)
    return snapshot.seq


if __name__ == "__main__":
    modules = list(pkgutil.walk_packages(wandr_client.__path__, "wandr_client."))
    for module in modules:
        importlib.import_module(module.name)
    seq = tell(sys.argv[1])
    sys.stdout.write(f"{len(modules)} modules imported, the story ends at seq {seq}\n")
