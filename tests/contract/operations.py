"""Walking an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True)
class Operation:
    """One method of one path, references resolved where they are asked for."""

    method: str
    path: str
    body: dict[str, Any]
    shared: list[dict[str, Any]]  # the parameters of all methods of the path
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return [self.resolved(one) for one in (*self.shared, *self.body.get("parameters", ()))]

    @property
    def responses(self) -> dict[str, dict[str, Any]]:
        return {code: self.resolved(one) for code, one in self.body["responses"].items()}

    @property
    def successes(self) -> dict[str, dict[str, Any]]:
        return {code: one for code, one in self.responses.items() if code.startswith("2")}

    @property
    def request(self) -> dict[str, Any]:
        """The JSON of the request body: its schema and example; empty when it takes none."""
        return self.body.get("requestBody", {}).get("content", {}).get("application/json", {})

    def resolved(self, one: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in one:
            found: Any = self.document
            for step in one["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            one = found
        return one


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(method, path, item[method], item.get("parameters", []), document)


def every_schema(value: Any) -> Iterator[dict[str, Any]]:
    """Every object with a `type` or properties, anywhere inside."""
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for child in value.values():
            yield from every_schema(child)
    elif isinstance(value, list):
        for child in value:
            yield from every_schema(child)
