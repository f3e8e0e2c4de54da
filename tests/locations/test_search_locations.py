"""GET /locations/search"""

from __future__ import annotations

import pytest

KYOTO, MOSCOW, ATHENS = "geonames:1857910", "geonames:524901", "geonames:264371"


def names(answer) -> list[str]:
    return [place["name"] for place in answer["items"]]


def search(person, q: str, **more) -> list[str]:
    return names(person.get("/locations/search", query_string={"q": q, **more}))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kyoto", "Kyoto"),
        ("Kyotto", "Kyoto"),
        ("kyot", "Kyoto"),
        ("京都", "Kyoto"),
        ("北", "Beijing"),
        ("Москва", "Moscow"),
        ("Масква", "Moscow"),
        ("Αθήνα", "Athens"),
        ("القاهرة", "Cairo"),
        ("서울", "Seoul"),
        ("Sao Paulo", "São Paulo"),
        ("SÃO PAULO", "São Paulo"),
        ("Zurich", "Zürich"),
        ("Fushimi Inri", "Fushimi Inari Taisha"),
        ("inari", "Fushimi Inari Taisha"),
        ("金閣寺", "Kinkaku-ji"),
        ("Eifel Tower", "Eiffel Tower"),
        ("moksva", "Moscow"),
        ("kix", "Kansai International Airport"),
        ("charles de gaul", "Charles de Gaulle International Airport"),
        ("London Heathrow", "London Heathrow Airport"),
    ],
)
def test_a_name_finds_its_place_first(world, outsider, text, name):
    assert search(outsider, text)[0] == name


def test_the_region_after_a_name_tells_namesakes_apart(world, outsider):
    for text in ("Paris Texas", "paris, tx", "Paris, Texas, US"):
        found = outsider.get("/locations/search", query_string={"q": text})["items"][0]
        assert (found["name"], found["admin"]) == ("Paris", "Texas")


def test_the_more_important_namesake_comes_first(world, outsider):
    found = outsider.get("/locations/search?q=Paris")["items"][0]
    assert (found["country_code"], found["kind"]) == ("FR", "city")


def test_the_namesake_nearby_comes_first(world, outsider):
    found = outsider.get("/locations/search?q=springfield&near=42.1,-72.6")["items"][0]
    assert found["admin"] == "Massachusetts"


def test_a_place_nearby_wins_over_a_famous_one(world, outsider):
    found = outsider.get("/locations/search?q=london&near=42.98,-81.25")["items"][0]
    assert found["country_code"] == "CA"


def test_one_letter_finds_what_is_famous(world, outsider):
    assert search(outsider, "t")[0] == "Tokyo"


def test_a_kind_keeps_all_others_out(world, outsider):
    answer = outsider.get("/locations/search?q=paris&kind=airport")
    assert {place["kind"] for place in answer["items"]} == {"airport"}


def test_sights_are_one_kind(world, outsider):
    kinds = {one["kind"] for one in outsider.get("/locations/search?q=ky&kind=sight")["items"]}
    assert not kinds & {"city", "airport"}


def test_nothing_is_found_for_what_is_no_name(world, outsider):
    assert search(outsider, "???") == []
    assert search(outsider, "xqzjwvkp") == []


def test_the_limit_holds_and_a_search_has_one_page(world, outsider):
    answer = outsider.get("/locations/search?q=s&limit=3")
    assert len(answer["items"]) == 3
    assert answer["next_cursor"] is None


def test_a_result_is_a_whole_location(world, outsider):
    place = outsider.get("/locations/search?q=Kyoto")["items"][0]
    assert place["timezone"] == "Asia/Tokyo"
    assert place["population"] == 1_463_723
    assert (place["source"], place["source_id"]) == ("geonames", "1857910")
    assert "CC BY 4.0" in place["attribution"]


def test_like_patterns_are_letters(world, outsider):
    assert search(outsider, "%") == []
    assert search(outsider, "_yoto_\\") != []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=" + "x" * 101,
        "q=a%00b",
        "q=kyoto&limit=0",
        "q=kyoto&limit=101",
        "q=kyoto&limit=ten",
        "q=kyoto&kind=planet",
        "q=kyoto&near=here",
        "q=kyoto&near=91,0",
        "q=kyoto&near=0,181",
        "q=kyoto&near=nan,0",
        "q=kyoto&near=1",
        "q=kyoto&language=en",
    ],
)
def test_a_bad_question_is_refused(outsider, query):
    outsider.get(f"/locations/search?{query}", status=422)


def test_nobody_searches_without_logging_in(client):
    assert client.get("/api/v1/locations/search?q=kyoto").status_code == 401
