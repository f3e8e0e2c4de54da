"""The AsyncAPI document as a judge: whether what was sent and answered is what it promises."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft7Validator

from wandr.realtime.document import describe_protocol


@cache
def document() -> dict[str, Any]:
    return describe_protocol(200)


def told(name: str, payload: Any) -> list[str]:
    """What is wrong with an event that the server has sent."""
    for operation in document()["operations"].values():
        if operation["action"] == "send":
            for reference in operation["messages"]:
                message = at(reference["$ref"])
                if message["name"] == name:
                    return faults(message["payload"], payload)
    return [f"{name} is not in the document"]


def answered(name: str, acknowledgement: Any) -> list[str]:
    """What is wrong with an acknowledgement of an event; one of its replies must fit."""
    operation = document()["operations"].get(name.replace(":", "_"))
    replies = operation["reply"]["messages"] if operation else [{"$ref": REFUSED}]
    each = [faults(at(one["$ref"])["payload"], acknowledgement) for one in replies]
    return [] if [] in each else [fault for found in each for fault in found]


REFUSED = "#/channels/namespace/messages/refused"


def at(reference: str) -> dict[str, Any]:
    """What a reference within the document leads to."""
    found: Any = document()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    """Where a value is not as a schema of the document says."""
    whole = {**schema, "components": document()["components"]}
    found = Draft7Validator(whole).iter_errors(value)
    return [f"{one.json_path}: {one.message}" for one in found]
