"""Things that exist, for a fuzzer to find."""

from __future__ import annotations

from uuid import UUID

from tests.cast import Person, make_person
from tests.group import KYOTO, join, something_hooked, something_proposed, something_told

TRIPS = 40  # deleting is among what is tried


def furnish(person: Person, trips: int = TRIPS) -> list[dict[str, str]]:
    """Trips of a person with one thing of each kind; what the parameters of addresses may be."""
    return [_furnished_trip(person) for _ in range(trips)]


def _furnished_trip(person: Person) -> dict[str, str]:
    trip = person.post("/trips", json=KYOTO)
    path = f"/trips/{trip['id']}"
    activity = person.post(f"{path}/activities", json={"title": "Tea", "day": "2027-04-02"})
    invite = person.post(f"{path}/invites", json={"link": True})
    place = person.post("/locations", json={"name": "Home", "latitude": 1, "longitude": 2})
    member = make_person(person.client.application, "Mia")
    join(trip["id"], person, member, "viewer")
    talk = person.post("/ai/conversations", json={"trip_id": trip["id"]})
    request_id, proposal_id = something_proposed(UUID(trip["id"]), person)
    return {
        "trip_id": trip["id"],
        "row_id": activity["id"],
        "seq": str(activity["version"]),
        "user_id": str(member.user_id),
        "invite_id": invite["id"],
        "token": invite["token"],
        "session_id": str(person.session_id),
        "location_id": place["id"],
        "request_id": str(request_id),
        "proposal_id": str(proposal_id),
        "conversation_id": talk["id"],
        "notification_id": something_told(person),
        **something_hooked(person, path),
    }
