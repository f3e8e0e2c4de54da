"""`answer`: the first rule that understands a question answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from wandr.ai.answers import about_places, about_trips, warmth
from wandr.ai.answers.asked import Asked
from wandr.ai.intent import kind_meant

Rule = Callable[[Asked], str | None]
ABOUT_A_TRIP: Final = frozenset(
    {about_trips.dates, about_trips.ideas, about_trips.people, about_trips.cost, about_trips.plan}
)
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


NO_TRIP: Final = "This conversation is about no trip, so I cannot tell anything of one.\n"
MAKE_A_TRIP: Final = """\
I plan within a trip: create one with its dates, and ask there. I then propose activities, which you
accept or refuse.
"""
FOLLOWS_UP: Final = r"\s*(?:and|but|or|what about|how about|what if)\b\s*"


def answer(ask: Callable[[], Asked]) -> str:
    """What is known. Each rule takes its own copy of the question apart."""
    asked = ask()
    if not asked.has_trip and kind_meant(asked.text) == "plan_trip":
        return MAKE_A_TRIP
    for rule in RULES:
        if told := rule(ask()):
            return told if asked.has_trip or rule not in ABOUT_A_TRIP else NO_TRIP
    return NOT_UNDERSTOOD


def in_context(question: str, earlier: Sequence[str]) -> str:
    """A question that goes on where the last one was ("And on Sunday?"), with that one behind it:
    what it says itself is read first."""
    chain = [question]
    for before in reversed(earlier):
        if not re.match(FOLLOWS_UP, chain[-1], re.IGNORECASE):
            break
        chain.append(before)
    return " ".join(re.sub(FOLLOWS_UP, "", one, count=1, flags=re.IGNORECASE) for one in chain)
