"""POST /locations/{location_id}/merge: of two places one stays, and no name of either is lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from tests.at_once import at_once
from tests.cast import PASSWORD, make_person, register
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.locations import custom
from wandr.locations.adopting import adopt_places
from wandr.locations.custom import add_place, change_place, merge_places
from wandr.locations.loading import load_rows
from wandr.locations.models import Location, LocationName
from wandr.transaction import atomic
from wandr.users import service as users

HOME = {"name": "Home", "latitude": 35.0, "longitude": 135.7}


@pytest.fixture
def made(participant):
    """Makes places of the participant's own at one spot, of these names; their ids."""

    def make(*names):
        return [
            participant.post("/locations", json={**HOME, "name": name, "kind": "home"})["id"]
            for name in names
        ]

    return make


@pytest.fixture
def merge(participant):
    def merge(gone, kept, **more):
        return participant.post(f"/locations/{gone}/merge", json={"into": kept}, **more)

    return merge


@pytest.fixture
def found(participant):
    """The ids of the places that a search finds, for who owns them."""

    def search(query, by=participant):
        return [one["id"] for one in by.get(f"/locations/search?q={query}")["items"]]

    return search


def test_two_become_one_that_is_found_by_both_names(participant, outsider, made, merge, found):
    first, second = made("Grandmother", "Nonna")
    assert merge(first, second)["id"] == second
    for name in ("grandmother", "nonna"):
        assert found(name) == [second]
    participant.get(f"/locations/{first}", status=404)
    merge(second, second, status=422)
    merge(second, str(uuid4()), status=404)


def test_a_change_loses_no_name_of_what_was_merged_into_it(participant, made, merge, found):
    first, second, third = made("Osaka", "Nonna", "Home Osaka")
    merge(first, second)
    participant.get(f"/locations/{third}")
    stale = {"If-Match": participant.raw.headers["ETag"]}
    assert merge(second, third)["attributes"]["other_names"] == ["Nonna", "Osaka"]
    participant.patch(f"/locations/{third}", json={"name": "x"}, headers=stale, status=412)
    participant.patch(f"/locations/{third}", json={"name": "Oma", "kind": "hotel"})
    for query in ("oma", "nonna", "osaka&kind=hotel"):
        assert third in found(query)
    assert third not in found("home")
    participant.patch(f"/locations/{third}", json={"latitude": 35.1})
    assert third in found("nonna")


def test_a_name_that_both_had_is_found_after_the_other_one_changed(participant, made, merge, found):
    (kept,) = made("Home")
    gone = participant.post("/locations", json={**HOME, "kind": "hotel"})["id"]
    merge(gone, kept)
    participant.patch(f"/locations/{kept}", json={"name": "Oma"})
    assert found("home") == [kept]


def test_a_name_that_was_taken_for_a_while_is_not_forgotten_with_it(
    participant, made, merge, found
):
    first, second, third = made("Osaka", "Nonna", "Third")
    merge(first, second)
    participant.patch(f"/locations/{second}", json={"name": "OSAKA"})
    merge(third, second)
    participant.patch(f"/locations/{second}", json={"name": "x"})
    assert found("osaka") == found("third") == [second]


def test_names_that_were_merged_in_former_times_go_on(participant, made, merge, found):
    """Then they were rows alone."""
    first, second, third = made("Osaka", "Nonna", "Oma")
    merge(first, second)
    db.session.execute(update(Location).values(attributes={}))
    participant.patch(f"/locations/{second}", json={"name": "Nana", "kind": "hotel"})
    assert found("osaka&kind=hotel") == [second]
    merge(second, third)
    participant.patch(f"/locations/{third}", json={"name": "Mum"})
    assert found("osaka") == found("nana") == [third]


def test_two_merged_into_one_at_once_are_both_found(committed_app):
    person = make_person(committed_app, "Ada")
    kept, *others = (
        UUID(person.post("/locations", json={**HOME, "name": name})["id"])
        for name in ("Oma", "Nonna", "Grandmother")
    )
    first, second = (partial(merge_places, person.user_id, other, kept) for other in others)
    at_once(committed_app, first, second)[1].result()
    names = person.get(f"/locations/{kept}")["attributes"]["other_names"]
    assert names == ["Nonna", "Grandmother"]


def test_a_merge_that_would_be_one_name_too_many_merges_nothing(
    participant, made, merge, monkeypatch
):
    monkeypatch.setattr(custom, "MOST_NAMES", 1)
    first, second, third = made("Osaka", "Nonna", "Oma")
    merge(first, second)
    assert merge(second, third, status=409)["code"] == "too_many_names"
    assert participant.get(f"/locations/{second}")["attributes"]["other_names"] == ["Osaka"]


def test_what_was_merged_is_not_made_anew(participant, organizer, path, plan, made, merge):
    first, second = made("Osaka", "Nonna")
    plan("Visit", location_id=first)
    merge(first, second)
    again = participant.post(
        "/locations", json={**HOME, "name": "Ósaka", "kind": "home"}, status=200
    )
    assert again["id"] == second
    copy = participant.post(f"{path}/copy", json={}, status=201)
    (visit,) = participant.get(f"/trips/{copy['id']}/activities")["items"]
    assert visit["location_id"] == second
    assert [one["id"] for one in participant.get("/locations")["items"]] == [second]


def test_a_file_means_the_place_that_is_called_so_now(participant, made, merge):
    gone, kept = made("X", "Y")
    merge(gone, kept)
    participant.patch(f"/locations/{kept}", json={"name": "Z", "kind": "hotel"})
    (there,) = made("X")
    with atomic():
        found = adopt_places(participant.user_id, [{**HOME, "name": name} for name in "XZ"])
    assert [str(one.id) for one in found] == [there, kept]


def test_who_is_at_home_there_stays_at_home(participant, made, merge):
    first, second = made("Osaka", "Nonna")
    participant.patch("/users/me", json={"home_location_id": first})
    before = participant.get("/users/me")["version"]
    merge(first, second)
    me = participant.get("/users/me")
    assert (me["home_location_id"], me["version"]) == (second, before + 1)
    participant.delete(f"/locations/{second}")
    assert participant.get("/users/me")["home_location_id"] is None


def test_several_may_call_a_public_place_the_same(
    participant, outsider, organizer, world, found, merge
):
    """Also when it is loaded under that very name, and when a later load knows no more of it."""
    kyoto = participant.get("/locations/search?q=kyoto&limit=1")["items"][0]
    spot = {name: kyoto[name] for name in ("latitude", "longitude")}
    for person in (participant, outsider):
        mine = person.post("/locations", json={"name": "Zyx", **spot})["id"]
        person.post(f"/locations/{mine}/merge", json={"into": kyoto["id"]})
    (row,) = (one for one in world if str(one.id) == kyoto["id"])
    for rows in ((), [replace(row, names=[*row.names, "Zyx"], kind="airport")], [row]):
        load_rows(rows)
        for person in (participant, outsider):
            kind = rows[0].kind if rows else row.kind
            assert found(f"zyx&kind={kind}", by=person) == [kyoto["id"]]
        assert found("zyx", by=organizer) == ([kyoto["id"]] if rows and rows != [row] else [])


def test_a_closed_account_takes_its_places_and_names_along(client, world, id_of):
    person, kyoto = register(client), id_of("geonames:1857910")
    gone, kept = (person.post("/locations", json={**HOME, "name": n})["id"] for n in ("A b", "C"))
    person.post(f"/locations/{gone}/merge", json={"into": str(kyoto)})
    assert [one["id"] for one in person.get("/users/me/export")["held"]["places"]] == [kept]
    named = person.get("/users/me/export")["held"]["place_names"]
    assert named == [{"location_id": str(kyoto), "name": "a b"}]
    owned = select(LocationName.name).where(LocationName.owner_id == person.user_id)
    assert set(db.session.scalars(owned)) == {"a b", "c"}
    person.delete("/users/me", json={"password": PASSWORD}, status=204)
    assert db.session.scalars(owned).all() == []
    theirs = select(Location.id).where(Location.created_by == person.user_id)
    assert db.session.scalars(theirs).all() == []
    assert db.session.get(Location, kyoto) is not None


@pytest.mark.parametrize("write", ["add", "change", "merge"])
def test_who_closes_the_account_meanwhile_leaves_nothing(committed_app, write):
    """Nor does either wait for the other for ever."""
    person = make_person(committed_app, "Ada")
    first, second = (
        UUID(person.post("/locations", json={**HOME, "name": name})["id"]) for name in ("A", "B")
    )
    writes = {
        "add": partial(add_place, person.user_id, {**HOME, "kind": "home"}),
        "change": partial(change_place, person.user_id, first, {"name": "C"}),
        "merge": partial(merge_places, person.user_id, first, second),
    }
    _, late = at_once(committed_app, partial(users.close_account, person.user_id), writes[write])
    with pytest.raises(NotFound):
        late.result()
    with db.engine.connect() as connection:
        assert connection.scalars(select(Location.id)).all() == []


def test_an_account_that_is_closed_meanwhile_waits_for_what_is_being_written(committed_app):
    person = make_person(committed_app, "Ada")
    place = UUID(person.post("/locations", json=HOME)["id"])
    change = partial(change_place, person.user_id, place, {"name": "C"})
    at_once(committed_app, change, partial(users.close_account, person.user_id))[1].result()
    with db.engine.connect() as connection:
        assert connection.scalars(select(Location.id)).all() == []
