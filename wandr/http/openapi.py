"""What the OpenAPI document tells beside the schemas: headers, examples, names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from marshmallow import Schema, fields, validate

Doc = dict[str, Any]
ABOUT = (
    "Wandr plans trips together. Every write to a trip is a numbered change of its log; a refusal "
    "is a problem document (RFC 9457) with a stable `code`."
)

PARAMETERS: dict[str, Doc] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "description": "The same key and body again get the first answer again, for 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "description": "The ETag that you have read: another version since then is a 412.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "description": "The ETag that you have read: the same body again is a 304 without it.",
        "schema": {"type": "string"},
    },
}
HEADERS: dict[str, Doc] = {
    "ETag": {
        "description": "The version, a dot, and a digest of the body as you may see it.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": 'The next page: `<address>; rel="next"`; absent on the last one.',
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 0},
    },
}
EXAMPLES: tuple[tuple[type[fields.Field], Any], ...] = (
    (fields.UUID, "0198c0de-0000-7000-8000-000000000001"),
    (fields.Date, "2027-04-02"),
    (fields.Email, "ada@example.com"),
    (fields.Boolean, True),
    (fields.Dict, {}),
    (fields.Float, 1.5),
)


def describe_document(api: Any) -> None:
    """Name the headers that many operations share, and write fields as generators like them."""
    spec: APISpec = api.spec
    spec.options["info"] = {"description": ABOUT}
    api.ma_plugin.converter.add_attribute_function(write_property)
    api.ma_plugin.converter.add_parameter_attribute_function(write_parameter)
    for name, parameter in PARAMETERS.items():
        spec.components.parameter(name, "header", parameter, lazy=True)
    for name, header in HEADERS.items():
        spec.components.header(name, header, lazy=True)


def write_property(converter: Any, field: fields.Field, *, ret: Doc, **_: Any) -> Doc:
    """Tell a default in words, since generators demand what has one; a null beside an enum."""
    default = ret.pop("default", None)
    more: Doc = {}
    if default not in (None, "", [], {}):
        more["description"] = f"{ret.get('description', '')} {_told(default)}".strip()
    if None in ret.get("enum", ()):
        words = [one for one in ret.pop("enum") if one is not None]
        del ret["type"]
        more["anyOf"] = [{"type": "string", "enum": words}, {"type": "null"}]
    return more


def write_parameter(converter: Any, field: fields.Field, *, ret: Doc, **_: Any) -> Doc:
    """A query string holds no null; its defaults are told as such."""
    schema: Doc = ret["schema"]
    if "anyOf" in schema:
        schema |= schema.pop("anyOf")[0]
    if isinstance(schema.get("type"), list):
        schema["type"] = schema["type"][0]
    if isinstance(field.load_default, (str, int)):
        schema["default"] = field.load_default
        words = ret.pop("description", "").removesuffix(_told(field.load_default)).strip()
        ret |= {"description": words} if words else {}
    return ret


def _told(default: Any) -> str:
    return f"Default: {json.dumps(default)}."


def name_operation(doc: Doc, info: Doc, **_: Any) -> Doc:
    """Set the `operationId`."""
    return {**doc, "operationId": info["operation_id"]}


def tell_headers(doc: Doc, info: Doc, *, method: str, **_: Any) -> Doc:
    """Document the headers that follow from what an operation is.

    `keyed` by its door: Idempotency-Key. 412 among its problems: If-Match. A view that carries
    an entity tag: ETag, and 304 when it is read. 304: If-None-Match. A page: Link.
    """
    offered = ["IdempotencyKey"] if method == "post" and info.get("keyed") else []
    responses = doc.get("responses", {})
    if offered:  # the key itself may be refused, or used up by another body
        responses.setdefault(400, HTTPStatus(400).name)
        responses.setdefault(422, HTTPStatus(422).name)
    if 412 in responses:
        offered.append("IfMatch")
    for response, view in list(_successes(responses)):
        if carries_etag(view):
            response["headers"] = {"ETag": "ETag"}
            if method == "get":
                responses[304] = "NOT_MODIFIED"
        elif "next_cursor" in view.fields:
            response["headers"] = {"Link": "Link"}
    if 304 in map(int, responses):
        offered.append("IfNoneMatch")
    return {**doc, "parameters": [*doc.get("parameters", ()), *offered]} if offered else doc


def carries_etag(view: Schema) -> bool:
    """Whether a resource of this view is answered with its ETag: it has a version, or says so."""
    return "version" in view.fields or bool(getattr(view, "carries_etag", False))


def example_of(schema: type[Schema] | Schema) -> Any:
    """An example of a body: the one that its schema declares, or one made of its fields."""
    schema = schema() if isinstance(schema, type) else schema
    declared: Doc | None = getattr(schema, "example", None)
    if declared:
        known = {field.data_key or name for name, field in schema.load_fields.items()}
        return {name: value for name, value in declared.items() if name in known}
    return {
        field.data_key or name: _example_of(field)
        for name, field in schema.load_fields.items()
        if field.required or "example" in field.metadata
    }


def _successes(responses: Doc) -> Iterator[tuple[Doc, Schema]]:
    for status, response in responses.items():
        if isinstance(response, dict) and 200 <= int(status) < 300:
            for media in response.get("content", {}).values():
                view = media.get("schema")
                view = view() if isinstance(view, type) else view
                if isinstance(view, Schema):
                    yield response, view


def _example_of(field: fields.Field) -> Any:
    if "example" in field.metadata:
        return field.metadata["example"]
    if isinstance(field, fields.Nested):
        return example_of(field.schema)
    if isinstance(field, fields.List):
        least = [check.min or 1 for check in field.validators if isinstance(check, validate.Length)]
        return [_example_of(field.inner)] * max(least, default=1)
    for check in field.validators:
        if isinstance(check, validate.OneOf):
            return next(iter(check.choices))
        if isinstance(check, validate.Range) and isinstance(field, fields.Integer):
            return max(int(check.min or 0), 1)
    return next((value for kind, value in EXAMPLES if isinstance(field, kind)), "text")
