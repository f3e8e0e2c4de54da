"""The snapshot in OpenAPI: every kind of content by its own view."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from marshmallow import Schema

from wandr.changes.entity import registry


def describe_snapshot(spec: APISpec) -> None:
    """Name in `SnapshotView` what it holds of each registered entity."""
    snapshot = spec.components.schemas["SnapshotView"]["properties"]
    views = {entity.name: _named(spec, entity.view) for entity in registry}
    snapshot["trip"] = views.pop("trip")
    snapshot["members"] = _list_of(views.pop("member"))
    snapshot["entities"] = {
        "type": "object",
        "properties": {name: _list_of(view) for name, view in views.items()},
        "required": sorted(views),
    }


def _named(spec: APISpec, view: type[Schema]) -> dict[str, str]:
    name = view.__name__
    if name not in spec.components.schemas:
        spec.components.schema(name, schema=view)
    return {"$ref": f"#/components/schemas/{name}"}


def _list_of(view: dict[str, str]) -> dict[str, Any]:
    return {"type": "array", "items": view}
