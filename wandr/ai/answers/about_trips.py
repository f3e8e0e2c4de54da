"""Questions about the trip itself: when, who, what is on, what it costs; and about money."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from wandr.ai.answers.asked import Asked, Json
from wandr.ai.translation import days_of
from wandr.rates import convert, digits_of

MOST_TOLD: Final = 12
WHEN: Final = (
    r"when (?:do|are|will) we (?:leave|go|start|travel|arrive|return|come back|fly)"
    r"|when (?:is|does) (?:the|our) trip|how many days|how long is (?:the|our) trip"
    r"|dates of the trip|trip dates"
)
PLANNED: Final = r"plan(?:s|ned)?|on|doing|happen(?:s|ing)?|schedule|agenda|itinerary|do we"
SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
CURRENCIES: Final = {
    **dict.fromkeys(["euro", "euros"], "EUR"),
    **dict.fromkeys(["dollar", "dollars"], "USD"),
    **dict.fromkeys(["pound", "pounds"], "GBP"),
    "yen": "JPY",
}
_CURRENCY: Final = r"[A-Z]{3}|[€$£¥]|" + "|".join(CURRENCIES)


def exchange(asked: Asked) -> str | None:
    """How much is an amount in another currency?"""
    amount = r"(\d[\d,]*(?:\.\d+)?)"
    found = re.search(
        rf"([€$£¥])?\s*{amount}\s*({_CURRENCY})?\s*(?:in|into|to)\s+({_CURRENCY})\b", asked.text
    )
    if found is None or not (found[1] or found[3]):
        return None
    currency, into = _code(found[1] or found[3]), _code(found[4])
    minor = round(float(found[2].replace(",", "")) * 10 ** digits_of(currency))
    money = convert(minor, currency, into)
    if money is None:
        return f"I have no rate from {currency} to {into}.\n"
    dated = f" by the ECB reference rate of {money.as_of}" if money.as_of else ""
    return f"{_amount(minor, currency)} are {_amount(money.minor, into)}{dated}.\n"


def cost(asked: Asked) -> str | None:
    """What does the trip cost, as far as that is known?"""
    if not asked.says(r"how much|costs?|spend|spent|expensive|budget|price|pay"):
        return None
    sums: dict[str, int] = defaultdict(int)
    meant = [one for one in asked.activities if one["status"] not in ("idea", "cancelled")]
    for one in meant:
        if one["cost_minor"] is not None and one["currency"]:
            sums[one["currency"]] += one["cost_minor"]
    priced = sum(one["cost_minor"] is not None for one in meant)
    told = " and ".join(_amount(minor, currency) for currency, minor in sorted(sums.items()))
    left = len(meant) - priced
    return (
        f"Planned so far: {told or 'no costs'}. {left} of {len(meant)} activities have no price.\n"
    )


def dates(asked: Asked) -> str | None:
    """When is the trip, and how long?"""
    if not asked.says(WHEN):
        return None
    days = days_of(asked.trip)
    if not days:
        return "The trip has no dates yet.\n"
    return f"From {days[0]:%A}, {days[0]} to {days[-1]:%A}, {days[-1]}: {len(days)} days.\n"


def people(asked: Asked) -> str | None:
    """Who comes along?"""
    if not asked.says(r"who(?: is|'s| are| else)?|how many (?:people|of us)|members|participants"):
        return None
    names = [member["display_name"] for member in asked.snapshot["members"]]
    return f"{len(names)} people: {', '.join(names)}.\n"


def ideas(asked: Asked) -> str | None:
    """What has no day yet?"""
    if not asked.says(r"ideas?|unscheduled|not scheduled|without a (?:day|date)|no day"):
        return None
    waiting = [one for one in asked.activities if one["day"] is None]
    return f"For no day yet: {_titles(waiting)}.\n" if waiting else "Everything has a day.\n"


def plan(asked: Asked) -> str | None:
    """What is planned on a day, or what comes first or last?"""
    if not asked.says(
        r"plan(?:s|ned)?|on|doing|happens?|happening|schedule|agenda|itinerary|do we"
    ):
        return None
    day = asked.day()
    if day is None:
        return None
    found = [one for one in asked.activities if one["day"] == f"{day}"]
    if not found:
        return f"Nothing is planned on {day:%A}, {day}.\n"
    ordered = sorted(found, key=lambda one: (one["start_time"] or "99", one["position"]))
    return f"On {day:%A}, {day}: {_titles(ordered)}.\n"


def _titles(activities: Iterable[Json]) -> str:
    told = [
        f"{one['start_time']} {one['title']}" if one["start_time"] else one["title"]
        for one in activities
    ]
    more = f" and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    return ", ".join(told[:MOST_TOLD]) + more


def _code(said: str) -> str:
    return SIGNS.get(said) or CURRENCIES.get(said.casefold()) or said


def _amount(minor: int, currency: str) -> str:
    digits = digits_of(currency)
    return f"{minor / 10**digits:,.{digits}f} {currency}"
