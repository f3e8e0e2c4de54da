"""The contract of the REST doors as OpenAPI, and a page to read and try it, with own assets."""

from __future__ import annotations

import json

from flask import Blueprint, Flask, Response, current_app
from flask_swagger_ui import get_swaggerui_blueprint

from wandr.auth.door import Access, door
from wandr.extensions import api

blueprint = Blueprint("openapi", __name__)


@blueprint.route("/openapi.json")
@door(Access.OPEN, opens_transaction=False)
def read_openapi() -> Response:
    """The OpenAPI 3.1 document of `/api/v1`."""
    text = current_app.extensions.get("wandr.openapi")
    if text is None:
        text = current_app.extensions["wandr.openapi"] = json.dumps(api.spec.to_dict())
    return Response(text, mimetype="application/json")


def register_docs(app: Flask) -> None:
    """Serve `/openapi.json` and `/docs`."""
    look = {"app_name": "Wandr", "persistAuthorization": True}
    app.register_blueprint(blueprint)
    app.register_blueprint(get_swaggerui_blueprint("/docs", "/openapi.json", config=look))
