"""The number of statements does not grow with the rows, and what is too much is refused unrun."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import settings

from tests.graphql.selections import all_of
from tests.group import join, something_proposed
from tests.statements import counted
from wandr.extensions import db
from wandr.graphql import limits
from wandr.transaction import atomic
from wandr.trips.invites import create_invite

ACTIVITY = all_of("Activity")
# The ten most natural questions: (what it is, the query).
QUESTIONS = {
    "my trips": "{ trips(first: 100) { nodes { id title startDate role seq } } }",
    "my trips with their members": "{ trips(first: 100) { nodes { title members { nodes { displayName role } } } } }",
    "my trips with their activities": f"{{ trips(first: 100) {{ nodes {{ title activities(first: 40) {{ nodes {ACTIVITY} }} }} }} }}",
    "a trip whole": f"query($id: UUID!) {{ trip(id: $id) {{ title activities(first: 100) {{ nodes {ACTIVITY} }} members(first: 100) {{ nodes {{ role }} }} }} }}",
    "the days of a trip": f"query($id: UUID!) {{ trip(id: $id) {{ days {all_of('Days')} }} }}",
    "what is wrong with a trip": "query($id: UUID!) { trip(id: $id) { check { findings { code message } } } }",
    "what has changed": "query($id: UUID!) { trip(id: $id) { changes(since: 0) { head changes { seq ops } } } }",
    "what is proposed": "{ trips(first: 50) { nodes { proposals(first: 5) { nodes { status items { reason } } } } } }",
    "what was said": "{ conversations(first: 50) { nodes { title messages { role content } } } }",
    "who is invited, and what changed, everywhere": "{ trips(first: 30) { nodes { invites { nodes { email } } changes(since: 0, limit: 50) { head } } } }",
}  # fmt: skip


@pytest.fixture
def grow(trip, path, organizer, participant, outsider):
    """Makes the organizer's world larger: so many trips, activities, talks, invites, proposals."""

    def grow(size: int) -> None:
        for number in range(size):
            made = organizer.post("/trips", json={"title": f"Trip {number}"})
            join(made["id"], organizer, outsider, "viewer")
            organizer.post(f"/trips/{made['id']}/activities", json={"title": "There"})
            participant.post(
                f"{path}/activities", json={"title": f"Here {number}", "day": "2027-04-02"}
            )
            organizer.post("/ai/conversations", json={"trip_id": made["id"], "title": "Talk"})
            something_proposed(UUID(made["id"]), organizer)
            with atomic():
                wanted = {"link": True, "role": "viewer", "expires_in_hours": 1, "max_uses": 1}
                create_invite(UUID(made["id"]), organizer.user_id, wanted)

    return grow


def test_the_ten_most_natural_questions_take_the_same_statements(
    ask, organizer, trip, grow, rolled_back
):
    counts: dict[str, list[int]] = {name: [] for name in QUESTIONS}
    for size in (1, 9, 90) if settings.get_current_profile_name() == "thorough" else (1, 9, 20):
        grow(size)
        for name, query in QUESTIONS.items():
            db.session.expunge_all()
            with counted(rolled_back) as seen:
                ask(organizer, query, **({"id": trip["id"]} if "$id" in query else {}))
            counts[name].append(len(seen))
    told = "\n".join(f"{count} {name}" for name, count in counts.items())
    assert all(len(set(count)) == 1 for count in counts.values()), told
    assert max(count[0] for count in counts.values()) <= 7, told


def test_children_of_children_are_loaded_once_for_all(ask, organizer, grow, rolled_back):
    grow(10)
    query = "{ trips(first: 11) { nodes { conversations(first: 5) { nodes { messages { content } } } days { days { day } } check { seq } } } }"
    with counted(rolled_back) as seen:
        ask(organizer, query)
    # who asks; trips; pages of conversations, their rows, their messages; one snapshot for two
    assert len([one for one in seen if "json_agg" in one]) == 1, seen
    assert len(seen) == 6, seen


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ trips(first: 100) { nodes { activities(first: 50) { nodes { id } } } } }", 5_100),
        ("query($n: Int! = 100) { trips(first: $n) { nodes { activities(first: $n) { nodes { id } } } } }", 10_100),
        ("{ trips(first: 100) { nodes { ...f } } } fragment f on Trip { members(first: 99) { nodes { role } } }", 10_000),
        ("{ trips(first: 100) { nodes { ... { days { seq } check { seq } changes(since: 0) { head } } } } }", 15_100),
    ],
)  # fmt: skip
def test_what_would_bring_too_much_is_refused_before_it_runs(
    ask, organizer, rolled_back, query, cost
):
    organizer.get("/users/me")
    with counted(rolled_back) as seen:
        error = ask(organizer, query, code="too_costly")
    assert f"up to {cost} objects" in error["message"]
    assert len(seen) == 1  # who asks


def test_a_variable_says_how_much(ask, organizer, trip):
    query = (
        "query($n: Int!) { trips(first: $n) { nodes { activities(first: $n) { nodes { id } } } } }"
    )
    ask(organizer, query, n=50)
    ask(organizer, query, n=100, code="too_costly")
    assert limits.MOST_COST == 5_000


@pytest.mark.parametrize(("many", "code"), [(100.0, "too_costly"), (True, "graphql_invalid"), (10**30, "graphql_invalid"), (99.5, "graphql_invalid")])  # fmt: skip
def test_a_number_is_counted_as_it_will_be_read(ask, organizer, many, code):
    """A whole number may be written as 100.0."""
    query = "query($n: Int! = 1) { trips(first: $n) { nodes { members(first: $n) { nodes { role } } } } }"
    error = ask(organizer, query, code=code, n=many)
    assert code != "too_costly" or "up to 10100 objects" in error["message"]


@pytest.mark.parametrize("first", [0, -1, 101, 10**9])
def test_a_page_has_one_to_a_hundred(ask, organizer, first):
    code = "too_costly" if first > limits.MOST_COST else "invalid"
    ask(organizer, f"{{ trips(first: {first}) {{ nodes {{ id }} }} }}", code=code)
