"""Ways: estimated from the straight line, never too good to be true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wandr.ai.planner.route import route_metres, shortest_metres
from wandr.ai.planner.travel import UNKNOWN_LEG_MINUTES, leg_between, metres_between

KINKAKU_JI = (35.0394, 135.7292)
RYOAN_JI = (35.0345, 135.7183)
FUSHIMI_INARI = (34.9671, 135.7727)
OSAKA_CASTLE = (34.6873, 135.5262)

points = st.tuples(st.floats(34.9, 35.1), st.floats(135.6, 135.8))


def test_distances_are_great_circles():
    assert metres_between((0, 0), (0, 1)) == pytest.approx(111_195, rel=1e-3)
    assert metres_between((0, 0), (0, 180)) == pytest.approx(20_015_000, rel=1e-3)


@pytest.mark.parametrize(
    ("there", "mode", "least", "most"),
    [
        (RYOAN_JI, "walk", 15, 25),
        (FUSHIMI_INARI, "transit", 40, 75),
        (OSAKA_CASTLE, "train", 60, 110),
    ],
)
def test_a_way_is_walked_while_it_is_short(there, mode, least, most):
    leg = leg_between(KINKAKU_JI, there)
    assert leg.mode == mode
    assert least <= leg.minutes <= most


def test_an_unknown_end_gets_a_margin():
    assert leg_between(None, KINKAKU_JI).minutes == UNKNOWN_LEG_MINUTES
    assert leg_between(KINKAKU_JI, None).mode == "unknown"


def test_who_is_there_already_takes_no_time():
    assert leg_between(KINKAKU_JI, KINKAKU_JI).minutes == 0


def test_far_away_one_flies_and_airports_take_their_time():
    paris, rome, versailles = (48.8566, 2.3522), (41.8967, 12.4822), (48.8049, 2.1204)
    flight, train = leg_between(paris, rome), leg_between(paris, (50.8467, 4.3525))
    assert (flight.mode, train.mode) == ("flight", "train")
    assert 4 * 60 < flight.minutes < 6 * 60
    assert leg_between(paris, versailles).mode == "transit"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(points, points)
def test_ways_are_the_same_in_both_directions_and_not_faster_than_a_city_allows(a, b):
    there, back = leg_between(a, b), leg_between(b, a)
    assert there.minutes == back.minutes
    assert there.minutes >= there.metres / 1000 * 60 / 20


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(points, max_size=6))
def test_no_order_is_shorter_than_the_shortest(way):
    assert shortest_metres(way) <= route_metres(way) + 1e-6
    assert shortest_metres(way) == pytest.approx(shortest_metres(way[::-1]), abs=1e-6)
