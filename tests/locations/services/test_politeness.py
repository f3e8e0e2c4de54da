"""Turns: what a public server allows holds for all processes together, and nobody waits long."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.locations.services.conftest import answer
from wandr.base import utc_now
from wandr.extensions import db
from wandr.locations.models import ServiceAnswer, ServiceSlot
from wandr.locations.services import asking
from wandr.locations.services.asking import Ask, Service, Unavailable, ask, forget_old_answers
from wandr.locations.services.geocoders import Nominatim, Photon
from wandr.locations.services.routers import OpenRouteService, Osrm, Valhalla
from wandr.locations.services.weather import OpenMeteo
from wandr.locations.sphere import Point
from wandr.transaction import atomic, reading

HOUR = timedelta(hours=1)


@pytest.fixture
def naps(monkeypatch, committed_app, fake):
    """How long was waited for turns; nobody really waits."""
    slept: list[float] = []
    monkeypatch.setattr(asking.time, "sleep", slept.append)
    monkeypatch.setattr(asking, "breakers", asking.Breakers())
    return slept


def question(number: int) -> Ask:
    return Ask("/search", HOUR, {"q": f"{number}"})


def test_questions_take_turns_and_who_would_wait_too_long_goes_without(naps, fake):
    service = Service("public", fake.url, timedelta(seconds=1))
    ask(service, question(0), list)
    ask(service, question(1), list)
    ask(service, question(2), list)
    with pytest.raises(Unavailable, match="too many questions"):
        ask(service, question(3), list)
    with pytest.raises(Unavailable):
        ask(service, question(4), list)
    assert len(fake.asked) == 3
    assert naps[0] < 0.1 and 0.5 < naps[1] <= 1 and 1.5 < naps[2] <= 2
    ask(service, question(1), list)  # kept: it costs no turn
    with atomic():
        db.session.query(ServiceSlot).update(
            {"next_at": ServiceSlot.next_at - timedelta(seconds=5)}
        )
    ask(service, question(5), list)
    assert len(fake.asked) == 4


def test_a_server_of_ones_own_is_asked_as_often_as_one_likes(naps, fake):
    service = Service("own", fake.url)
    for number in range(5):
        ask(service, question(number), list)
    assert naps == [] and db.session.query(ServiceSlot).count() == 0


@pytest.mark.parametrize(("interval", "times"), [(timedelta(seconds=1), 1), (timedelta(), 2)])
def test_who_takes_turns_does_not_ask_twice_in_one(naps, fake, interval, times):
    fake.fault = lambda one: answer(one, b"{}", 500)
    with pytest.raises(Unavailable):
        ask(Service("public", fake.url, interval), question(0), list)
    assert len(fake.asked) == times


def in_seconds(number: int) -> str:
    return format_datetime(utc_now() + timedelta(seconds=number), usegmt=True)


@pytest.mark.parametrize("interval", [timedelta(seconds=1), timedelta()])
@pytest.mark.parametrize(
    ("status", "told", "least", "most"),
    [
        (503, "600", 590, 600), (403, "600", 590, 600), (429, "1", 50, 60), (429, "-5", 50, 60),
        (429, "9" * 40, 3590, 3600), (429, "soon", 50, 60), (503, 900, 780, 900),
        (503, -900, 50, 60), (503, 10**6, 3590, 3600),
    ],
)  # fmt: skip
def test_a_service_that_wants_rest_is_left_alone_by_all(
    naps, fake, monkeypatch, interval, status, told, least, most
):
    told = in_seconds(told) if isinstance(told, int) else told
    service = Service("tired", fake.url, interval)
    fake.fault, fake.faults = lambda one: answer(one, b"{}", status, Retry_After=told), 1
    for number in range(2):
        with pytest.raises(Unavailable):
            ask(service, question(number), list)
        monkeypatch.setattr(asking, "breakers", asking.Breakers())  # as another process
    assert len(fake.asked) == 1
    with atomic():
        (slot,) = db.session.query(ServiceSlot)
        assert least < (slot.next_at - utc_now()).total_seconds() <= most
        slot.next_at -= timedelta(seconds=most)
    ask(service, question(0), list)
    assert len(fake.asked) == 2


@pytest.mark.parametrize(("status", "times"), [(400, 5), (404, 5), (401, 3), (403, 3), (429, 3)])
def test_a_question_without_an_answer_is_no_failure_of_the_service(naps, fake, status, times):
    fake.fault = lambda one: answer(one, b"{}", status)
    for number in range(5):
        with pytest.raises(Unavailable):
            ask(Service("own", fake.url), question(number), list)
    assert len(fake.asked) == times


def test_what_is_kept_too_long_is_asked_anew_and_forgotten(naps, fake):
    service = Service("own", fake.url)
    ask(service, question(0), list)
    with atomic():
        db.session.query(ServiceAnswer).update({"expires_at": ServiceAnswer.expires_at - 2 * HOUR})
    ask(service, question(0), list)
    assert len(fake.asked) == 2
    with atomic():
        db.session.query(ServiceAnswer).update({"expires_at": ServiceAnswer.expires_at - 2 * HOUR})
        forget_old_answers()
    assert db.session.query(ServiceAnswer).count() == 0


@pytest.mark.parametrize(
    "made", [Nominatim(""), Photon(""), Valhalla("", ""), OpenRouteService("", ""), OpenMeteo("")]
)
def test_public_servers_are_asked_slowly_and_over_tls(made):
    assert made.service.base_url.startswith("https://") and made.service.interval > timedelta()


def test_the_public_osrm_too():
    assert Osrm("", "").url.startswith("https://") and Osrm("", "").interval == timedelta(seconds=1)
    assert Osrm("http://own:5000", "").interval == timedelta()


@pytest.mark.parametrize("body", [b"{}", b"null", b'"sorry"', b'{"message": "overloaded"}'])
def test_an_answer_that_cannot_be_read_is_not_kept(naps, fake, body):
    geocoder = Photon(fake.url)
    fake.fault, fake.faults = lambda one: answer(one, body), 1
    with pytest.raises(Unavailable):
        geocoder.search("maat", near=None, limit=5)
    with reading():
        assert db.session.query(ServiceAnswer).count() == 0
    assert [one.name for one in geocoder.search("maat", near=None, limit=5)] == ["MAAT"]
    assert len(fake.asked) == 2


def test_such_answers_are_failures(naps, fake):
    router = Osrm(fake.url, "")
    fake.fault = lambda one: answer(one, b'{"code": "Ok"}')
    for number in range(5):
        with pytest.raises(Unavailable):
            router.route([Point(1, 1), Point(1, 1.1 + number)], "car")
    assert len(fake.asked) == asking.FAILURES


def test_what_is_kept_and_can_be_read_no_longer_is_asked_anew(naps, fake):
    geocoder = Nominatim(fake.url)
    geocoder.reverse(Point(1, 1))
    with atomic():
        db.session.query(ServiceAnswer).update({"body": {"message": "overloaded"}})
    for _ in range(2):
        found = geocoder.reverse(Point(1, 1))
        assert found is not None and found.name == "MAAT"
    assert len(fake.asked) == 2


def test_that_there_is_nothing_is_an_answer_and_kept(naps, fake):
    fake.answers |= {"/search": [], "/reverse": {"error": "Unable to geocode"}}
    fake.answers["/table/v1/"] = {
        "distances": [[0, None], [1, 0]],
        "durations": [[0, None], [1, 0]],
    }
    geocoder, router, points = Nominatim(fake.url), Osrm(fake.url, ""), [Point(1, 1), Point(1, 2)]
    for _ in range(4):
        assert geocoder.search("nowhere", near=None, limit=5) == []
        assert geocoder.reverse(Point(0, 0)) is None
        with pytest.raises(Unavailable, match="no way"):
            router.matrix(points, "walk")
    assert len(fake.asked) == 3
