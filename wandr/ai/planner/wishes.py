"""Reading what somebody wants: the form first, then rules over the prompt, then what is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from typing import Final, cast

from wandr.ai.planner.dates import read_days
from wandr.ai.planner.draft import Draft, Prompt
from wandr.ai.planner.lexicon import PACE_WORDS, interest_of
from wandr.ai.planner.model import LONGEST_WALK_MINUTES, Pace, Wishes
from wandr.ai.planner.phrases import (
    ban_of,
    read_bans,
    read_budget,
    read_clock,
    read_diet,
    read_interests,
    read_mobility,
    read_pace,
    read_people,
    read_times,
    read_where,
)

# The order matters: each rule takes its words away from those below it.
_RULES: Final[tuple[Callable[[Prompt, Draft], None], ...]] = (
    read_times,
    read_budget,
    read_days,
    read_people,
    read_pace,
    read_diet,
    read_mobility,
    read_bans,
    read_where,
    read_interests,
)


def read_wishes(prompt: str, form: Mapping[str, object], *, trip_days: Sequence[date]) -> Wishes:
    """What is wished for, in the trip's days.

    The form may hold `days` (a number, or dates), `party`, `pace`, `interests` (names, or weights
    by name), `tastes` (the same, by member), `longest_walk` (minutes), `avoid`, `diet`,
    `named_places`, `where`, `budget_minor`, `currency`, `day_start`, `day_end` (a time or "HH:MM").
    What is unknown or unreadable in it is listed in `not_understood`, never raised.
    """
    draft = Draft(tuple(sorted(set(trip_days))))
    for key, value in form.items():
        if value not in (None, "", [], {}):
            _read_field(key, value, draft)
    text = Prompt(prompt)
    for rule in _RULES:
        rule(text, draft)
    draft.not_understood += text.left_over()
    return _wishes(draft)


def _read_field(key: str, value: object, draft: Draft) -> None:
    try:
        _FORM[key](key, value, draft)
    except (KeyError, ValueError, TypeError):
        draft.not_understood.append(f"{key}: {value}")


def _wishes(draft: Draft) -> Wishes:
    days, spare = _chosen_days(draft)
    return Wishes(
        days=days,
        spare_days=spare,
        party=cast(int, draft.values.get("party", 1)),
        pace=cast(Pace, draft.values.get("pace", "normal")),
        interests=dict(sorted(draft.interests.items())),
        avoid=frozenset(draft.avoid),
        budget_minor=cast(int | None, draft.values.get("budget_minor")),
        currency=cast(str | None, draft.values.get("currency")),
        diet=frozenset(draft.diet),
        named_places=tuple(draft.named),
        where=tuple(draft.where),
        day_start=cast(time | None, draft.values.get("day_start")),
        day_end=cast(time | None, draft.values.get("day_end")),
        tastes={name: dict(sorted(taste.items())) for name, taste in sorted(draft.tastes.items())},
        longest_walk=min(
            LONGEST_WALK_MINUTES, cast(int, draft.values.get("longest_walk", LONGEST_WALK_MINUTES))
        ),
        understood=tuple(draft.understood),
        not_understood=tuple(draft.not_understood),
    )


def _chosen_days(draft: Draft) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The days asked for, and those that may stand in for a taken one: none for named dates."""
    if draft.dates:
        return tuple(sorted(draft.dates)), ()
    count = cast(int, draft.values.get("count", len(draft.trip_days)))
    if count > len(draft.trip_days) > 0:
        draft.not_understood.append(f"{count} days (the trip has {len(draft.trip_days)})")
    return tuple(draft.trip_days[:count]), tuple(draft.trip_days[count:])


def _form_days(key: str, value: object, draft: Draft) -> None:
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        _form_number("count", value, draft)
        return
    wanted = [day if isinstance(day, date) else date.fromisoformat(day) for day in _texts(value)]
    draft.want_dates([d if d in draft.trip_days else None for d in wanted], f"{key}: {value}")


def _form_number(key: str, value: object, draft: Draft) -> None:
    number = int(cast(str, value))
    if isinstance(value, bool) or number < 1:
        raise ValueError(value)
    draft.suggest(key, number, f"{key}: {number}")


def _form_pace(key: str, value: object, draft: Draft) -> None:
    if value not in PACE_WORDS:
        raise ValueError(value)
    draft.suggest(key, value, f"{key}: {value}")


def _form_interests(key: str, value: object, draft: Draft) -> None:
    for said, weights in _weighed(key, value, draft):
        draft.like(weights, said)


def _form_tastes(key: str, value: object, draft: Draft) -> None:
    if not isinstance(value, Mapping):
        raise TypeError(value)
    for member, likings in value.items():
        taste = draft.tastes.setdefault(str(member), {})
        for said, weights in _weighed(f"{key}: {member}", likings, draft):
            taste.update({k: max(weight, taste.get(k, 0.0)) for k, weight in weights.items()})
            draft.understood.append(said)


def _weighed(key: str, value: object, draft: Draft) -> Iterator[tuple[str, dict[str, float]]]:
    """The interests of a list, or of weights by name, with what was said."""
    named = value if isinstance(value, Mapping) else dict.fromkeys(_texts(value), 1.0)
    for name, weight in named.items():
        weights = interest_of(str(name))
        if weights is None or not 0 < float(weight) <= 1:
            draft.not_understood.append(f"{key}: {name}")
            continue
        yield f"{key}: {name}", {k: share * float(weight) for k, share in weights.items()}


def _form_avoid(key: str, value: object, draft: Draft) -> None:
    for name in _texts(value):
        draft.avoid |= ban_of(name)
        draft.understood.append(f"{key}: {name}")


def _form_diet(key: str, value: object, draft: Draft) -> None:
    draft.diet |= {name.casefold() for name in _texts(value)}
    draft.understood.append(f"{key}: {', '.join(_texts(value))}")


def _form_names(key: str, value: object, draft: Draft) -> None:
    (draft.named if key == "named_places" else draft.where).extend(_texts(value))
    draft.understood.append(f"{key}: {', '.join(_texts(value))}")


def _form_currency(key: str, value: object, draft: Draft) -> None:
    draft.suggest(key, str(value).upper(), f"{key}: {value}")


def _form_time(key: str, value: object, draft: Draft) -> None:
    clock = value if isinstance(value, time) else _clock_text(str(value))
    draft.suggest(key, clock, f"{key}: {value}")


def _clock_text(text: str) -> time:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", text)
    clock = read_clock(match[1], match[2], None) if match else None
    if clock is None:
        raise ValueError(text)
    return clock


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Iterable):
        raise TypeError(value)
    return list(value)


_FORM: Final[Mapping[str, Callable[[str, object, Draft], None]]] = {
    "days": _form_days,
    "party": _form_number,
    "budget_minor": _form_number,
    "pace": _form_pace,
    "interests": _form_interests,
    "avoid": _form_avoid,
    "diet": _form_diet,
    "tastes": _form_tastes,
    "longest_walk": _form_number,
    "named_places": _form_names,
    "where": _form_names,
    "currency": _form_currency,
    "day_start": _form_time,
    "day_end": _form_time,
}
