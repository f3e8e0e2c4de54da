import pytest

from wandr.users import service


@pytest.fixture
def acquainted(organizer, participant, monkeypatch):
    """The organizer and the participant know each other; nobody else knows anybody."""
    known = {organizer.user_id, participant.user_id}
    predicates = [lambda asker, other: {asker, other} == known]
    monkeypatch.setattr(service, "acquaintances", predicates)


def test_an_acquaintance_sees_the_public_part(acquainted, organizer, participant):
    participant.patch("/users/me", json={"bio": "Walks."})
    seen = organizer.get(f"/users/{participant.user_id}")
    assert seen == {
        "id": str(participant.user_id),
        "display_name": "Pavel Participant",
        "bio": "Walks.",
    }


def test_one_sees_ones_own_public_part(outsider):
    assert outsider.get(f"/users/{outsider.user_id}")["display_name"] == "Oscar Outsider"


def test_a_stranger_looks_like_nobody(acquainted, outsider, organizer):
    missing = "01890000-0000-7000-8000-000000000000"
    answers = [
        outsider.get(f"/users/{user_id}", status=404) | {"request_id": None}
        for user_id in (organizer.user_id, missing)
    ]
    assert answers[0] == answers[1]


def test_a_malformed_id_is_nobody(organizer):
    organizer.get("/users/nobody", status=404)
