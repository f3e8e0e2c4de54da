"""The base of every schema, the strict parser, and the blueprint that documents itself."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from http import HTTPStatus
from typing import Any, TypeVar

import marshmallow
from flask import Request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, fields
from webargs import missing
from webargs.flaskparser import FlaskParser

from wandr.errors import BadRequest, UnsupportedMediaType, WandrError
from wandr.http.json import read_json

View = TypeVar("View", bound=Callable[..., Any])
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and body again get the first answer again, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}


class WandrSchema(Schema):
    """Unknown fields are refused, everywhere. `optional_body` lets a request come without one."""

    optional_body = False

    class Meta:
        unknown = RAISE


class StrictParser(FlaskParser):
    """Reads bodies with `read_json`; a body of another type is 415, an absent one 400."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}

    def load_json(self, req: Request, schema: Schema) -> Any:
        body = req.get_data(cache=True)
        if body and not req.is_json:
            raise UnsupportedMediaType("The body must be application/json.")
        if body:
            return read_json(body)
        if not getattr(schema, "optional_body", False):
            raise BadRequest("A JSON body is required.")
        return missing


class Blueprint(SmorestBlueprint):
    """A blueprint whose operations carry their function's name as `operationId`."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._prepare_doc_cbks += [_name_operation, _offer_key]

    def _store_endpoint_docs(self, endpoint: str, obj: Any, *args: Any, **more: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, *args, **more)
        for method, doc in self._docs[endpoint].items():
            if isinstance(doc, dict) and method != "parameters":
                several = len(more.get("methods", ())) > 1
                doc["operation_id"] = f"{obj.__name__}_by_{method}" if several else obj.__name__


def _name_operation(doc: dict[str, Any], info: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {**doc, "operationId": info["operation_id"]}


def _offer_key(
    doc: dict[str, Any], info: dict[str, Any], *, method: str, **_: Any
) -> dict[str, Any]:
    """Document `Idempotency-Key` where a door says that the operation takes one."""
    if method != "post" or not info.get("keyed"):
        return doc
    return {**doc, "parameters": [*doc.get("parameters", ()), IDEMPOTENCY_KEY]}


def problems(*errors: type[WandrError]) -> Callable[[View], View]:
    """Document what a route may refuse with; each is answered as a problem document."""

    def decorate(function: View) -> View:
        document = deepcopy(getattr(function, "_apidoc", {}))
        responses = document.setdefault("response", {}).setdefault("responses", {})
        for error in errors:
            responses[error.status] = [HTTPStatus(error.status).name]
        function._apidoc = document  # type: ignore[attr-defined]
        return function

    return decorate


def update_of(schema: type[Schema], name: str) -> type[Schema]:
    """The schema of an update: the same fields by another name, none required, no defaults."""
    relaxed: dict[str, Any] = {}
    for key, declared in schema._declared_fields.items():
        one = deepcopy(declared)
        if isinstance(one, fields.Field):
            one.required = False
            one.load_default = marshmallow.missing
        relaxed[key] = one
    return type(name, (schema,), relaxed)
