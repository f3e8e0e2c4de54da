"""Fifty mishaps and fifty wishes for ideas, in words, with the facts that the proposals must hold:
`python -m tests.bench.mishaps`. Every miss is shown."""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from opening_hours import OpeningHours

from tests.bench.figures import Figure, Goal, write_figures
from tests.bench.locations import loaded_app
from tests.cast import Person, make_person
from tests.journeys.made_up import ATLAS
from wandr.ai.attempts import run_attempt
from wandr.ai.choice import EMBEDDED

Row = dict[str, Any]
HERE: Final = Path(__file__).parent
TRIP = {
    "title": "Lisbon", "start_date": "2027-05-03", "end_date": "2027-05-07",
    "timezone": "Europe/Lisbon",
}  # fmt: skip
PLANNED = """\
2027-05-04 09:30-11:00 Jerónimos Monastery
2027-05-04 11:15-12:05 Belém Tower
2027-05-04 12:30-13:10 Pastéis de Belém
2027-05-04 14:00-15:10 National Coach Museum
2027-05-04 15:30-16:10 Monument to the Discoveries
2027-05-05 10:00-11:30 St George's Castle
2027-05-05 11:45-12:25 Lisbon Cathedral
2027-05-05 13:00-14:10 Time Out Market Lisboa
2027-05-05 15:00-15:50 Carmo Convent
2027-05-05 16:30-17:00 Miradouro da Senhora do Monte
2027-05-06 10:00-11:50 Calouste Gulbenkian Museum
2027-05-06 12:30-13:05 Estrela Basilica
2027-05-06 15:00-16:00 LX Factory
2027-05-06 19:00-21:00 Fado dinner
2027-05-07 10:00-12:10 Lisbon Oceanarium
"""
BOOKED = ("Lisbon Oceanarium", "Fado dinner")


@dataclass(frozen=True)
class Answer:
    """What was said and proposed, and the activities as they stand."""

    said: str
    items: list[Row]
    rows: Mapping[str, Row]

    def created(self) -> list[Row]:
        """The fields of what would be new."""
        ops = [op for item in self.items for op in item["ops"]]
        return [op["fields"] for op in ops if op["op"] == "create"]

    def changed(self) -> dict[str, Row]:
        """By the titles of those that would be changed, what would be."""
        ops = [op for item in self.items for op in item["ops"] if op["op"] != "create"]
        titles = {row["id"]: row["title"] for row in self.rows.values()}
        return {titles[op["id"]]: op["fields"] for op in ops}


def run(folder: Path) -> Iterator[Figure]:
    """The shares that are right."""
    with loaded_app(folder) as app, app.app_context():
        asker = make_person(app, "Traveller")
        trip_id = _trip_of(asker)
        for kind, name, goal in (("repair", "repairs", 90), ("suggest", "suggestions", 90)):
            asked = list(_lines(HERE / f"{name}.txt"))
            missed = [one for one in asked if not _is_right(asker, trip_id, kind, one)]
            share = 100 * (1 - len(missed) / len(asked))
            yield Figure(name, len(asked), "asked")
            yield Figure(f"{name} that are right", share, "%", goal=Goal(goal, at_least=True))


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            prompt, _, facts = line.partition(" => ")
            yield prompt, [fact.strip() for fact in facts.split(";")]


def _is_right(asker: Person, trip_id: str, kind: str, asked: tuple[str, list[str]]) -> bool:
    prompt, facts = asked
    answer = _answer(asker, trip_id, kind, prompt)
    lacking = [fact for fact in facts if not _holds(fact, answer)]
    if kind == "repair":
        lacking += _broken(facts, answer)
    if lacking:
        sys.stdout.write(f"  missed: {prompt}\n    lacks {'; '.join(lacking)}: {answer.said}\n")
    return not lacking


def _answer(asker: Person, trip_id: str, kind: str, prompt: str) -> Answer:
    path = f"/trips/{trip_id}"
    day, prompt = prompt[1:].split(" ", 1) if prompt.startswith("@") else (None, prompt)
    question = {"kind": kind, "prompt": prompt, "day": day}
    made = asker.post(f"{path}/ai/requests", json=question, status=202)
    run_attempt(UUID(made["id"]), made["attempt"], EMBEDDED)
    request = asker.get(f"/ai/requests/{made['id']}")
    last = asker.get(f"/ai/requests/{made['id']}/events?wait=0")["events"][-1]
    found = request["proposal_id"] and asker.get(f"/proposals/{request['proposal_id']}")
    rows = asker.get(f"{path}/activities?limit=50")["items"]
    said = last["data"].get("text", str(last["data"]))
    return Answer(said, found["items"] if found else [], {row["title"]: row for row in rows})


def _holds(fact: str, answer: Answer) -> bool:
    name, _, value = fact.partition(": ")
    if name == "off":
        return all(_is_off(one.strip(), answer) for one in value.split(","))
    if name == "new":
        new = [catalogue_row(one) for one in answer.created()]
        return any(value == "any" or one["indoor"] == "yes" for one in new)
    if name == "says":
        return value.casefold() in answer.said.casefold()
    if name == "all":
        ideas = answer.created()
        return bool(ideas) and all(_is_so(value, catalogue_row(one)) for one in ideas)
    titles = {one["title"] for one in answer.created()}
    return (name == "has") == bool(titles & set(value.split("|")))


def _is_off(what: str, answer: Answer) -> bool:
    """Whether it is no longer on its day or, for a delay, not before the time."""
    title, _, since = what.partition("@")
    fields = answer.changed().get(title)
    if fields is None:
        return False
    day = fields.get("day", answer.rows[title]["day"])
    if day != answer.rows[title]["day"]:
        return True
    return bool(since) and fields["start_time"] >= since


def _broken(facts: list[str], answer: Answer) -> list[str]:
    """What was touched that need not be, and what would be wrong afterwards."""
    named = [fact.removeprefix("off: ") for fact in facts if fact.startswith("off: ")]
    meant = {one.split("@")[0].strip() for part in named for one in part.split(",")}
    touched = [f"touches {title}" for title in answer.changed().keys() - meant]
    wrong = [
        f"{item['key']}: {finding['message']}"
        for item in answer.items
        for finding in item["findings"]
        if finding["severity"] == "error"
    ]
    return touched + wrong


def catalogue_row(fields: Row) -> Row:
    """What the atlas says of the place of a new activity."""
    return _atlas()[fields["title"]]


@cache
def _atlas() -> dict[str, Row]:
    with ATLAS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def _is_so(fact: str, row: Row) -> bool:
    name, _, value = fact.partition(":")
    if name == "indoor":
        return bool(row["indoor"] == "yes")
    if name == "outdoor":
        return bool(row["indoor"] == "no")
    if name == "band":
        return int(row["price_band"]) <= int(value)
    if name == "interest":
        return value in row["interests"].split()
    if name == "open":
        return _opens(row["hours"], *value.split(" "))
    return bool(row[name] == value)


def _opens(hours: str, day: str, window: str) -> bool:
    """Whether it is open at some time of the window, which half an hour fits into."""
    low, high = window.replace("24:00", "23:59").split("-")
    at, until = (datetime.fromisoformat(f"{day}T{one}") for one in (low, high))
    known = OpeningHours(hours)
    while at + timedelta(minutes=30) <= until:
        if known.is_open(at) and known.is_open(at + timedelta(minutes=29)):
            return True
        at += timedelta(minutes=15)
    return False


def _trip_of(asker: Person) -> str:
    trip_id: str = asker.post("/trips", json=TRIP)["id"]
    for line in PLANNED.splitlines():
        day, times, title = line.split(" ", 2)
        start, end = times.split("-")
        found = asker.get(f"/locations/search?q={title}&kind=sight&limit=1")["items"]
        known = found[0]["id"] if found and found[0]["name"] == title else None
        fields = {
            "title": title, "day": day, "start_time": start, "end_time": end,
            "location_id": known, "status": "booked" if title in BOOKED else "planned",
        }  # fmt: skip
        asker.post(f"/trips/{trip_id}/activities", json=fields)
    return trip_id


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="wandr-bench-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        write_figures(run(Path(name)))
