"""A trip with the whole cast in it; the outsider stays outside."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.cast import Person, Standing, make_person
from wandr.ai.models import AiRequest, Proposal
from wandr.base import utc_now
from wandr.extensions import db
from wandr.notifications.service import Notice, tell
from wandr.transaction import atomic
from wandr.trips.invites import Invitee, accept_invite, create_invite

KYOTO = {
    "title": "Kyoto in spring",
    "start_date": "2027-04-01",
    "end_date": "2027-04-05",
    "timezone": "Asia/Tokyo",
    "currency": "JPY",
}


def join(trip_id: str, organizer: Person, person: Person, role: str) -> None:
    """Bring somebody in, the way everybody comes in: by accepting an invite."""
    wanted = {"link": True, "role": role, "expires_in_hours": 1, "max_uses": 1}
    with atomic():
        _, token = create_invite(UUID(trip_id), organizer.user_id, wanted)
        accept_invite(token, Invitee(person.user_id, person.display_name, None))


def something_proposed(trip_id: UUID, person: Person) -> tuple[UUID, UUID]:
    """The ids of a finished request to the assistant and of its proposal, which is empty."""
    request = AiRequest(
        trip_id=trip_id, requested_by=person.user_id, kind="plan_trip", base_seq=1,
        input={"prompt": "", "day": None, "wishes": {}},
        status="failed", deadline_at=utc_now(), finished_at=utc_now(),
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    proposal = Proposal(
        trip_id=trip_id, request_id=request.id, base_seq=1, created_by=person.user_id
    )
    db.session.add(proposal)
    db.session.commit()
    return request.id, proposal.id


def something_hooked(organizer: Person, path: str) -> dict[str, str]:
    """The ids of a webhook of a trip, and of something that it sends."""
    hook = organizer.post(f"{path}/webhooks", json={"url": "https://example.com/hook"})
    sent = organizer.post(f"{path}/webhooks/{hook['id']}/ping")
    return {"webhook_id": hook["id"], "delivery_id": sent["id"]}


def something_told(person: Person) -> str:
    """The id of something that somebody was told."""
    with atomic():
        (told,) = tell(
            [Notice(person.user_id, "ai_done", f"test:{uuid4()}", "Something happened.")]
        )
    return str(told)


@pytest.fixture(scope="session")
def standing(app: Flask) -> Standing:
    """The cast and the organizer's trip, with a participant and a viewer; committed."""
    with app.app_context():
        names = ("Olga Organizer", "Pavel Participant", "Vera Viewer", "Oscar Outsider")
        people = {name: make_person(app, name) for name in names}
        olga, pavel, vera, _ = people.values()
        made = olga.post("/trips", json=KYOTO)
        join(made["id"], olga, pavel, "participant")
        join(made["id"], olga, vera, "viewer")
        trip = olga.get(f"/trips/{made['id']}")
        db.session.remove()
        db.engine.dispose()
    return Standing(people, trip)


@pytest.fixture
def trip(
    standing: Standing,
    organizer: Person,
    participant: Person,
    viewer: Person,
    outsider: Person,
) -> dict[str, Any]:
    """The organizer's trip, with a participant and a viewer."""
    return deepcopy(standing.trip)


@pytest.fixture
def path(trip: dict[str, Any]) -> str:
    """The trip's address."""
    return f"/trips/{trip['id']}"


@pytest.fixture
def plan(path: str, participant: Person):
    """Make an activity in the trip, as the participant."""

    def make(title: str = "Fushimi Inari", **fields: Any) -> dict[str, Any]:
        return participant.post(f"{path}/activities", json={"title": title, **fields}, status=201)

    return make
