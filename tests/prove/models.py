"""The whole story over both wires of a server that somebody else wrote: fakellm, where it is on PATH.

The model asks for a place, lets the planner plan, and proposes; the proposal is accepted. Once more
with nobody at the address, and with no model at all.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import requests

from tests.locations.conftest import read_world
from tests.prove.report import Report
from tests.prove.world import World, world
from tests.realtime.server import free_port, wait_until
from wandr.ai.assistant import Assistant
from wandr.ai.attempts import run_attempt
from wandr.ai.chat.model_assistant import ModelAssistant
from wandr.ai.choice import EMBEDDED, PROVIDERS
from wandr.ai.providers.provider import Endpoint
from wandr.locations.loading import load_rows
from wandr.transaction import atomic

SCRIPT = """\
version: 1
settings: {fallback: deterministic_echo}
rules:
  - name: look
    when: {turn: 1}
    respond: {tool_calls: [{name: find_locations, arguments: {text: "Nijo Castle"}}]}
  - name: plan
    when: {turn: 2}
    respond: {tool_calls: [{name: plan, arguments: {prompt: "2 days, temples"}}]}
  - name: propose
    when: {turn: 3}
    respond:
      tool_calls:
        - name: propose
          arguments:
            items:
              - key: tea
                reason: "You like tea."
                ops:
                  - {op: create, entity: activity, fields: {title: Tea, day: "2027-04-05"}}
  - name: say
    when: {turn: 4}
    respond: {content: "Have some tea in Kyoto."}
"""


def prove() -> Report:
    """The story, by each wire."""
    report = Report("Models: the whole story by a server of somebody else")
    program = shutil.which("fakellm")
    if program is None:
        report.figure("skipped: fakellm 0.3.5 is not on PATH", "")
        return report
    with world(workers=1) as place, _fakellm(program, place.folder) as url:
        with atomic():
            load_rows(read_world())
        for name, make in PROVIDERS.items():
            assistant = ModelAssistant(make(Endpoint(f"{url}/v1", "any", "none")), EMBEDDED)
            requests.post(f"{url}/_fakellm/reset", timeout=5).raise_for_status()  # turns from 1
            told = _story(place, assistant, "Something nice")
            report.claim(f"{name}: says", told["text"], goal="of tea", met="tea" in told["text"])
            _claim_plan(report, f"{name}: accepted", told, ["Tea"])
            gone = make(Endpoint(f"http://127.0.0.1:{free_port()}/v1", "any"))
            told = _story(place, ModelAssistant(gone, EMBEDDED), "2 days, temples")
            met = "provider_unreachable" in told["text"] and len(told["titles"]) > 3
            report.claim(f"{name}: unreachable, the planner answers", met, goal="True", met=met)
        told = _story(place, EMBEDDED, "2 days, temples")
        report.at_least("no model: activities accepted", len(told["titles"]), 4)
    return report


def _claim_plan(report: Report, name: str, told: dict[str, Any], titles: list[str]) -> None:
    report.claim(name, told["titles"], goal=str(titles), met=told["titles"] == titles)


def _story(place: World, assistant: Assistant, prompt: str) -> dict[str, Any]:
    """Ask, let it be answered, accept; what was said, and what stands in the trip then."""
    group = place.group()
    trip = f"/trips/{group.trip_id}"
    dates = {"title": "Kyoto", "start_date": "2027-04-05", "end_date": "2027-04-07"}
    place.send(group.organizer, "PATCH", trip, json=dates).raise_for_status()
    question = {"kind": "plan_trip", "prompt": prompt}
    asked = place.send(group.organizer, "POST", f"{trip}/ai/requests", json=question).json()
    run_attempt(UUID(asked["id"]), 1, assistant)
    request = place.send(group.organizer, "GET", f"/ai/requests/{asked['id']}").json()
    events = place.send(group.organizer, "GET", f"/ai/requests/{asked['id']}/events?wait=0").json()
    if request["proposal_id"]:
        path = f"/proposals/{request['proposal_id']}/acceptance"
        place.send(group.organizer, "POST", path).raise_for_status()
    rows = place.snapshot(group)["entities"]["activity"]
    text = events["events"][-1]["data"].get("text", request["status"])
    return {"text": text, "titles": [row["title"] for row in rows]}


@contextmanager
def _fakellm(program: str, folder: Path) -> Iterator[str]:
    config, port = folder / "fakellm.yaml", free_port()
    config.write_text(SCRIPT)
    command = [program, "serve", "--port", str(port), "--config", str(config)]
    with (folder / "fakellm.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), 20)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/_fakellm/conversations", timeout=1).ok
    except requests.ConnectionError:
        time.sleep(0.1)
        return False
