import pytest

from wandr.users.service import on_profile_changed

WHOLE = {
    "display_name": "Ada Lovelace",
    "bio": "Counts.",
    "home_location_id": "01890000-0000-7000-8000-000000000000",
    "timezone": "Europe/London",
    "locale": "en-GB",
    "currency": "GBP",
    "preferences": {
        "interests": ["engines", "poetry"],
        "pace": "relaxed",
        "diet": ["vegetarian"],
        "mobility": "no long stairs",
    },
}
READ_ONLY = ["id", "email", "email_verified", "is_active", "password_hash", "version", "created_at"]


def test_every_field_is_kept_as_given(organizer):
    changed = organizer.patch("/users/me", json=WHOLE, status=200)
    assert changed == organizer.get("/users/me")
    assert {name: changed[name] for name in WHOLE} == WHOLE


def test_a_field_that_is_not_given_stays(organizer):
    organizer.patch("/users/me", json=WHOLE)
    organizer.patch("/users/me", json={"bio": "Counts on."})
    assert organizer.get("/users/me")["timezone"] == "Europe/London"
    assert organizer.get("/users/me")["bio"] == "Counts on."


def test_of_the_preferences_only_what_is_given_changes(organizer):
    organizer.patch("/users/me", json=WHOLE)
    organizer.patch("/users/me", json={"preferences": {"pace": "packed", "mobility": None}})
    preferences = organizer.get("/users/me")["preferences"]
    assert preferences == WHOLE["preferences"] | {"pace": "packed", "mobility": None}


def test_what_may_be_absent_can_be_taken_back(organizer):
    organizer.patch("/users/me", json=WHOLE)
    empty = dict.fromkeys(["home_location_id", "timezone", "locale", "currency"])
    assert organizer.patch("/users/me", json=empty).items() >= empty.items()


@pytest.mark.parametrize(
    "change",
    [
        {"display_name": ""},
        {"display_name": "x" * 81},
        {"display_name": None},
        {"display_name": "nul\x00"},
        {"bio": "x" * 501},
        {"bio": None},
        {"home_location_id": "here"},
        {"home_location_id": 1},
        {"timezone": "Mars/Olympus"},
        {"locale": "english please"},
        {"locale": "en\n"},
        {"currency": "euro"},
        {"currency": "EU\n"},
        {"preferences": None},
        {"preferences": []},
        {"preferences": {"pace": "frantic"}},
        {"preferences": {"interests": "food"}},
        {"preferences": {"interests": ["x"] * 31}},
        {"preferences": {"interests": [""]}},
        {"preferences": {"diet": [1]}},
        {"preferences": {"mobility": "x" * 201}},
        {"preferences": {"shoe_size": 38}},
        {"nickname": "Countess"},
    ],
)
def test_what_is_not_right_is_refused_and_changes_nothing(organizer, change):
    before = organizer.get("/users/me")
    body = organizer.patch("/users/me", json=change, status=422)
    assert list(body["errors"]["json"]) == list(change)
    assert organizer.get("/users/me") == before


@pytest.mark.parametrize("name", READ_ONLY)
def test_read_only_fields_are_refused(organizer, name):
    organizer.patch("/users/me", json={name: "x"}, status=422)


def test_a_change_without_a_body_is_refused(organizer):
    organizer.patch("/users/me", status=400)


def test_an_etag_spares_an_unchanged_answer(organizer):
    organizer.get("/users/me")
    tag = organizer.raw.headers["ETag"]
    organizer.get("/users/me", headers={"If-None-Match": tag}, status=304)
    organizer.patch("/users/me", json={"bio": "new"})
    organizer.get("/users/me", headers={"If-None-Match": tag}, status=200)


def test_if_match_refuses_to_overwrite_what_one_has_not_seen(organizer):
    organizer.get("/users/me")
    tag = organizer.raw.headers["ETag"]
    organizer.patch("/users/me", json={"bio": "first"}, headers={"If-Match": tag}, status=200)
    organizer.patch("/users/me", json={"bio": "second"}, headers={"If-Match": tag}, status=412)
    assert organizer.get("/users/me")["bio"] == "first"


def test_a_new_name_is_told_to_whoever_asked_to_know(organizer, monkeypatch):
    told = []
    hooks = [*on_profile_changed, lambda user_id, name: told.append((user_id, name))]
    monkeypatch.setattr("wandr.users.service.on_profile_changed", hooks)
    organizer.patch("/users/me", json={"display_name": "Countess", "bio": "x"})
    organizer.patch("/users/me", json={"display_name": "Countess", "bio": "y"})
    assert told == [(organizer.user_id, "Countess")]


def test_the_new_name_is_who_one_is_at_once(organizer):
    organizer.patch("/users/me", json={"display_name": "Countess"})
    trip = organizer.post("/trips", json={"title": "Turin"}, status=201)
    members = organizer.get(f"/trips/{trip['id']}/members")["items"]
    assert [member["display_name"] for member in members] == ["Countess"]


def test_a_profile_is_read_by_nobody_who_is_not_logged_in(client):
    for method in ("GET", "PATCH", "DELETE"):
        assert client.open("/api/v1/users/me", method=method).status_code == 401
