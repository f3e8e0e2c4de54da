"""Turns: what a public server allows holds for all processes together, and nobody waits long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from wandr.extensions import db
from wandr.locations.models import ServiceAnswer, ServiceSlot
from wandr.locations.services import asking
from wandr.locations.services.asking import Ask, Service, Unavailable, ask, forget_old_answers
from wandr.locations.services.geocoders import Nominatim, Photon
from wandr.locations.services.routers import OpenRouteService, Osrm, Valhalla
from wandr.locations.services.weather import OpenMeteo
from wandr.transaction import atomic

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
    ask(service, question(0))
    ask(service, question(1))
    ask(service, question(2))
    with pytest.raises(Unavailable, match="too many questions"):
        ask(service, question(3))
    with pytest.raises(Unavailable):
        ask(service, question(4))
    assert len(fake.asked) == 3
    assert naps[0] < 0.1 and 0.5 < naps[1] <= 1 and 1.5 < naps[2] <= 2
    ask(service, question(1))  # kept: it costs no turn
    with atomic():
        db.session.query(ServiceSlot).update(
            {"next_at": ServiceSlot.next_at - timedelta(seconds=5)}
        )
    ask(service, question(5))
    assert len(fake.asked) == 4


def test_a_server_of_ones_own_is_asked_as_often_as_one_likes(naps, fake):
    service = Service("own", fake.url)
    for number in range(5):
        ask(service, question(number))
    assert naps == [] and db.session.query(ServiceSlot).count() == 0


def test_what_is_kept_too_long_is_asked_anew_and_forgotten(naps, fake):
    service = Service("own", fake.url)
    ask(service, question(0))
    with atomic():
        db.session.query(ServiceAnswer).update({"expires_at": ServiceAnswer.expires_at - 2 * HOUR})
    ask(service, question(0))
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
