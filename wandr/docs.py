"""The contracts of REST (OpenAPI) and sockets (AsyncAPI), and a page to try the former."""

from __future__ import annotations

import json
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Flask, Response, current_app, send_from_directory

from wandr.auth.door import Access, door
from wandr.config import current_settings
from wandr.extensions import api
from wandr.realtime.document import describe_protocol

blueprint = Blueprint("docs", __name__)
ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"
# Swagger UI sets styles from its script, and draws its icons from data: addresses.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Wandr API</title>
  <link rel="stylesheet" href="/docs/swagger-ui.css">
  <link rel="icon" type="image/png" sizes="32x32" href="/docs/favicon-32x32.png">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
"""
# Without `validatorUrl: null` it would show the document to a validator on the Internet.
SCRIPT = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: true,
  validatorUrl: null,
});
"""


@blueprint.route("/openapi.json")
@door(Access.OPEN, opens_transaction=False)
def read_openapi() -> Response:
    """The OpenAPI 3.1 document of `/api/v1`."""
    text = current_app.extensions.get("wandr.openapi")
    if text is None:
        text = current_app.extensions["wandr.openapi"] = json.dumps(api.spec.to_dict())
    return Response(text, mimetype="application/json")


@blueprint.route("/asyncapi.json")
@door(Access.OPEN, opens_transaction=False)
def read_asyncapi() -> Response:
    """The AsyncAPI 3 document of the socket's protocol."""
    text = current_app.extensions.get("wandr.asyncapi")
    if text is None:
        document = describe_protocol(current_settings().sockets_per_trip)
        text = current_app.extensions["wandr.asyncapi"] = json.dumps(document)
    return Response(text, mimetype="application/json")


@blueprint.route("/docs")
@door(Access.OPEN, opens_transaction=False)
def read_docs() -> Response:
    """The page, which may load nothing that is not ours."""
    return Response(PAGE, headers={"Content-Security-Policy": POLICY}, mimetype="text/html")


@blueprint.route("/docs/start.js")
@door(Access.OPEN, opens_transaction=False)
def read_docs_script() -> Response:
    """What starts the page; a script of its own, as the policy allows none inside the page."""
    return Response(SCRIPT, mimetype="text/javascript")


@blueprint.route("/docs/<name>")
@door(Access.OPEN, opens_transaction=False)
def read_docs_asset(name: str) -> Response:
    """A file of Swagger UI."""
    return send_from_directory(ASSETS, name)


def register_docs(app: Flask) -> None:
    """Serve `/openapi.json`, `/asyncapi.json` and `/docs`."""
    app.register_blueprint(blueprint)
