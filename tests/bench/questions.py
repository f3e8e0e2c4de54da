"""A hundred questions to the built-in assistant, each with the facts that its answer must hold:
`python -m tests.bench.questions`. The facts come from almanacs, maps, rate tables and the places'
own announcements, not from what Wandr says."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, Goal, write_figures
from tests.bench.locations import loaded_app
from tests.cast import Person, make_person
from wandr.ai.answers.answer import answer
from wandr.ai.answers.asked import Asked
from wandr.ai.tools import Tools

TODAY = date(2027, 5, 1)
QUESTIONS = Path(__file__).with_name("questions.txt")
TRIP = {
    "title": "Three days in Lisbon",
    "start_date": "2027-05-03",
    "end_date": "2027-05-05",
    "timezone": "Europe/Lisbon",
}
PLANNED = (
    {"title": "Jerónimos", "day": "2027-05-03", "start_time": "10:00", "cost_minor": 2550,
     "currency": "EUR"},
    {"title": "St George's Castle", "day": "2027-05-04"},
    {"title": "Fado", "status": "idea"},
)  # fmt: skip


def run(folder: Path) -> Iterator[Figure]:
    """The share that is answered right; every miss is shown."""
    with loaded_app(folder) as app, app.app_context():
        asker = make_person(app, "Questioner")
        tools = Tools(asker.user_id, _trip_of(asker))
        snapshot = tools.trip_snapshot()
        asked = list(_questions())
        missed = [one for one in asked if not _is_right(*one, snapshot=snapshot, tools=tools)]
    share = 100 * (1 - len(missed) / len(asked))
    yield Figure("questions", len(asked), "asked")
    yield Figure("questions answered right", share, "%", goal=Goal(90, at_least=True))


def _questions() -> Iterator[tuple[str, list[str]]]:
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            question, _, facts = line.partition(" => ")
            yield question, [fact.strip() for fact in facts.split(";")]


def _is_right(question: str, facts: list[str], *, snapshot: dict[str, Any], tools: Tools) -> bool:
    said = answer(lambda: Asked(question, snapshot, tools, TODAY))
    lacking = [
        fact
        for fact in facts
        if not any(one.casefold() in said.casefold() for one in fact.split("|"))
    ]
    if lacking:
        sys.stdout.write(f"  missed: {question}\n    lacks {'; '.join(lacking)}: {said}")
    return not lacking


def _trip_of(person: Person) -> Any:
    trip = person.post("/trips", json=TRIP)
    for one in PLANNED:
        person.post(f"/trips/{trip['id']}/activities", json=one)
    return trip["id"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="wandr-bench-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        write_figures(run(Path(name)))
