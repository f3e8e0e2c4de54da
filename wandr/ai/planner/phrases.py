"""What the prompt says about all but days: people, pace, taste, bans, budget, times, names."""

from __future__ import annotations

import re
from datetime import time
from typing import Final

from wandr.ai.planner.draft import Draft, Prompt
from wandr.ai.planner.lexicon import (
    DIETS,
    INTEREST_WORDS,
    NUMBERS,
    PACE_WORDS,
    interest_of,
    number_of,
    plural_pattern,
)

_NUMBER = "|".join([r"\d{1,2}", *sorted(NUMBERS, key=len, reverse=True)])
_PEOPLE = r"people|persons?|travell?ers?|adults?|friends?|guests?|of us|pax"
_CHILDREN = r"child(?:ren)?|kids?|toddlers?|teen(?:ager)?s?"
_INTEREST = plural_pattern(INTEREST_WORDS)
_NOT = (
    r"no|not|without|avoid(?:ing)?|skip(?:ping)?|except(?: for)?|do(?:n't| not) (?:want|like)|hate"
)
_SOME = r"(?:a few|some|a bit of|a little|maybe)"
_SLOW_ON_FOOT = (
    r"wheelchairs?|walking frame|crutches|pram|stroller|pushchair|bad knees?|step[- ]free"
    r"|(?:can't|cannot|can not|don't|do not) walk (?:far|much|long)|short walks"
    r"|(?:little|less|not much|not too much|minimal) walking|limited mobility"
)
SHORT_WALK_MINUTES: Final = 10
_CLOCK = r"(\d{1,2})(?::(\d{2}))? ?(am|pm)?"
_CURRENCIES: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_CODE = r"EUR|USD|GBP|JPY|CHF|AUD|CAD|SEK|NOK|DKK|CZK|HUF|PLN|TRY|THB|SGD|MXN"
_WITHOUT_CENTS = frozenset({"JPY"})


def read_people(prompt: Prompt, draft: Draft) -> None:
    """Adults and children are added up; children also are a wish for what families like."""
    adults = 0
    said: list[str] = []
    for match in prompt.take(rf"(?:(?:family|group|party) of )({_NUMBER})"):
        adults, said = adults + number_of(match[1]), [*said, match.group()]
    for match in prompt.take(rf"(?:for )?(?:the )?({_NUMBER}) (?:{_PEOPLE})"):
        adults, said = adults + number_of(match[1]), [*said, match.group()]
    for match in prompt.take(rf"(?:and |with )?({_NUMBER}) (?:small |young )?(?:{_CHILDREN})"):
        adults, said = adults + number_of(match[1]), [*said, match.group()]
        draft.like({"family": 1.0}, match.group())
    for match in prompt.take(rf"(?:just |only )?for (?:the )?({_NUMBER})(?: of us)?"):
        adults, said = adults + number_of(match[1]), [*said, match.group()]
    for match in prompt.take(
        r"as a (?:couple|duo)|(?:for )?a couple|with my (?:wife|husband|partner)"
    ):
        adults, said = max(adults, 2), [*said, match.group()]
    for match in prompt.take(r"solo|alone|by myself|just me|on my own"):
        adults, said = max(adults, 1), [*said, match.group()]
    if adults:
        draft.suggest("party", adults, ", ".join(said))


def read_pace(prompt: Prompt, draft: Draft) -> None:
    for pace, pattern in PACE_WORDS.items():
        for match in prompt.take(rf"(?:at an? )?(?:{pattern})(?: pace| days?| trip)?"):
            draft.suggest("pace", pace, match.group())


def read_diet(prompt: Prompt, draft: Draft) -> None:
    for match in prompt.take(rf"(?:we are |i am |i'm |we're )?({DIETS})"):
        draft.diet.add(match[1].casefold().replace(" ", "-"))
        draft.understood.append(match.group())


def read_mobility(prompt: Prompt, draft: Draft) -> None:
    """Who cannot walk far: nothing is known of steps, so that walks are kept short."""
    for match in prompt.take(rf"(?:with )?(?:a |in a |my )?(?:{_SLOW_ON_FOOT})"):
        draft.suggest("longest_walk", SHORT_WALK_MINUTES, match.group())


def read_bans(prompt: Prompt, draft: Draft) -> None:
    """Words of the lexicon ("no museums or shopping"), else what is named ("skip Nijo Castle")."""
    some = r"(?:any |the |more |too many )?"
    words = rf"{some}(?:{_INTEREST})(?: (?:or|nor|and) {some}(?:{_INTEREST}))*"
    for match in prompt.take(rf"(?:{_NOT}) ({words})"):
        for word in re.findall(rf"\b(?:{_INTEREST})\b", match[1], re.IGNORECASE):
            draft.avoid |= ban_of(word)
        draft.understood.append(match.group())
    for match in prompt.take(
        rf"(?:{_NOT}) {some}([^\s,.;!?]+(?: (?!and|or|but)[^\s,.;!?]+){{0,4}})"
    ):
        draft.avoid.add(match[1])
        draft.understood.append(match.group())


def ban_of(said: str) -> set[str]:
    """The interests and kinds that a word bans: those it means fully, not those it also touches."""
    weights = interest_of(said)
    if weights is None:
        return {said}
    return {key for key, weight in weights.items() if weight >= 1.0}


def read_interests(prompt: Prompt, draft: Draft) -> None:
    for match in prompt.take(rf"(?:({_SOME}) )?({_INTEREST})"):
        weights = interest_of(match[2]) or {}
        share = 0.5 if match[1] else 1.0
        draft.like({key: weight * share for key, weight in weights.items()}, match.group())


def read_budget(prompt: Prompt, draft: Draft) -> None:
    words = r"(?:with )?(?:a |our |my )?(?:max(?:imum)? )?budget(?: is| of|:)?"
    lead = rf"(?:{words}|under|below|up to|at most) "
    amount = r"(?P<amount>\d[\d,']*(?:\.\d{1,2})?)"
    patterns = [
        rf"{lead}(?P<sign>[€$£¥]) ?{amount}",
        rf"{lead}{amount} ?(?P<sign>{_CODE}|euros?|dollars?|pounds?|yen)",
        rf"{lead}{amount} ?(?P<sign>[€$£¥])(?=\W|$)",
    ]
    for match in (match for pattern in patterns for match in prompt.take(pattern + r"(?!\d)")):
        currency = _currency(match["sign"])
        units = float(re.sub("[,']", "", match["amount"]))
        minor = round(units if currency in _WITHOUT_CENTS else units * 100)
        draft.suggest("budget_minor", minor, match.group())
        draft.values.setdefault("currency", currency)


def _currency(sign: str) -> str:
    spelled = {"euro": "EUR", "dollar": "USD", "pound": "GBP", "yen": "JPY"}
    name = sign.casefold().removesuffix("s")
    return _CURRENCIES.get(sign) or spelled.get(name) or sign.upper()


def read_times(prompt: Prompt, draft: Draft) -> None:
    starts = r"(?:start(?:ing)?|begin(?:ning)?|not before|from|after)(?: at| around)?"
    ends = r"(?:until|till|(?:back|home|end|ending|finish|finishing) (?:by|at|before))"
    for key, lead in (("day_start", starts), ("day_end", ends)):
        for match in prompt.take(rf"{lead} {_CLOCK}"):
            clock = read_clock(match[1], match[2], match[3])
            if clock is None:
                draft.not_understood.append(match.group())
            else:
                draft.suggest(key, clock, match.group())


def read_clock(hour: str, minute: str | None, half: str | None) -> time | None:
    """The time of day, or None for one that does not exist."""
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half.casefold() == "pm" else 0)
    minutes = int(minute or 0)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None


def read_where(prompt: Prompt, draft: Draft) -> None:
    """Destinations ("in Kyoto") are told by capitals. Whether they exist is seen later."""
    name = r"[A-ZÀ-ÖØ-Þ][\w'-]*(?: (?:[Dd]e |[Ll]a )?[A-ZÀ-ÖØ-Þ][\w'-]*){0,3}"
    for match in prompt.take(rf"(?:in|In|to|To|around|near) ({name})", flags=re.UNICODE):
        draft.where.append(match[1])
        draft.understood.append(match.group())
