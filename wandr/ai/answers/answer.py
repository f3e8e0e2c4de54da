"""`answer`: the first rule that understands a question answers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from wandr.ai.answers import about_places, about_trips, warmth
from wandr.ai.answers.asked import Asked

Rule = Callable[[Asked], str | None]
# The surest words first: "how far" is about a way, whatever else is in the question.
RULES: Final[tuple[Rule, ...]] = (
    about_trips.exchange,
    warmth.warm,
    about_places.zone,
    about_places.holiday,
    about_places.opening,
    about_trips.dates,
    about_places.way,
    about_places.sun,
    about_trips.ideas,
    about_trips.people,
    about_trips.cost,
    about_trips.plan,
    about_places.sights,
)
NOT_UNDERSTOOD: Final = """\
I am the built-in assistant, and did not understand the question. I can tell when a sight is open,
how far it is from one place to another, what is worth a visit in a city (also when it rains), when
the sun sets, what is a holiday, what money is in another currency, where it is warm in a month,
and what is planned, when, for how much and by whom.
"""


def answer(ask: Callable[[], Asked]) -> str:
    """What is known. Each rule takes its own copy of the question apart."""
    for rule in RULES:
        if told := rule(ask()):
            return told
    return NOT_UNDERSTOOD
