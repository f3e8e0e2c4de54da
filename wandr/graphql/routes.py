"""`POST /graphql` (also under /api/v1), and in development GraphiQL at the same address."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, g, request, send_from_directory

from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.config import current_settings
from wandr.errors import BadRequest, NotFound, UnsupportedMediaType
from wandr.graphql.context import Context
from wandr.graphql.schema import run
from wandr.http.json import is_safe_json, read_json

blueprint = Blueprint("graphql", __name__)
RESPONSE: Final = "application/graphql-response+json"
NAMES: Final = frozenset({"query", "variables", "operationName", "extensions"})
# A package that brings GraphiQL along and does nothing else; development has it.
BUNDLE: Final = "graphene_django_graphiql_static"
ASSETS: Final = (
    *("graphiql.min.js", "graphiql.min.css"),
    *("react.production.min.js", "react-dom.production.min.js"),
)
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; "
    "img-src 'self' data:; connect-src 'self'; worker-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE: Final = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Wandr GraphQL</title>
  <link rel="stylesheet" href="/graphql/graphiql.min.css">
  <link rel="stylesheet" href="/graphql/start.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <div id="graphiql"></div>
  <script src="/graphql/react.production.min.js"></script>
  <script src="/graphql/react-dom.production.min.js"></script>
  <script src="/graphql/graphiql.min.js"></script>
  <script src="/graphql/start.js"></script>
</body>
</html>
"""
STYLE: Final = "html, body, #graphiql { height: 100%; margin: 0 }"
SCRIPT: Final = """const headers = JSON.stringify({Authorization: "Bearer …"}, null, 2);
ReactDOM.render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({url: "/graphql"}),
    defaultHeaders: headers,
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: true,
    defaultQuery: "{ me { displayName } trips { nodes { title } } }",
  }),
  document.getElementById("graphiql"),
);
"""


@blueprint.route("/graphql", methods=["POST"])
@blueprint.route("/api/v1/graphql", methods=["POST"])
@door(Access.USER, opens_transaction=False)
def run_graphql() -> Response:
    """Run one operation. A body that is none is a problem document; all else is told inside."""
    asked = _read_body()
    introspection = current_settings().serves_docs
    told = run(Context(me()), asked, introspection=introspection, request_id=g.get("request_id"))
    wants_new = RESPONSE in request.accept_mimetypes.values()
    status = 400 if wants_new and "data" not in told else 200
    media = RESPONSE if wants_new else "application/json"
    return Response(json.dumps(told), status, mimetype=media)


@blueprint.route("/graphql")
@door(Access.OPEN, opens_transaction=False)
def read_graphiql() -> Response:
    """GraphiQL, where the docs are served and its package is installed."""
    _bundle()
    return Response(PAGE, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


@blueprint.route("/graphql/<name>")
@door(Access.OPEN, opens_transaction=False)
def read_graphiql_asset(name: str) -> Response:
    """One file of GraphiQL."""
    folder = _bundle()
    if name == "start.js":
        return Response(SCRIPT, mimetype="text/javascript")
    if name == "start.css":
        return Response(STYLE, mimetype="text/css")
    if name not in ASSETS:
        raise NotFound()
    return send_from_directory(folder, name)


def _bundle() -> Path:
    """The folder of GraphiQL's files. Raises NotFound."""
    spec = find_spec(BUNDLE) if current_settings().serves_docs else None
    if spec is None or spec.origin is None:
        raise NotFound()
    return Path(spec.origin).parent / "static" / BUNDLE


def _read_body() -> dict[str, Any]:
    """`{query, variables?, operationName?}`. Raises BadRequest, UnsupportedMediaType."""
    if "Idempotency-Key" in request.headers:  # each mutation is a transaction of its own
        raise BadRequest("Idempotency-Key is not honoured here: use `mutationId`, or REST.")
    if not request.is_json:
        raise UnsupportedMediaType("The body must be application/json.")
    asked = read_json(request.get_data(cache=True))
    if not isinstance(asked, dict) or not set(asked) <= NAMES or not is_safe_json(asked):
        raise BadRequest("The body must be an object with a query and, perhaps, variables.")
    query, variables = asked.get("query"), asked.get("variables")
    if not isinstance(query, str) or not query.strip():
        raise BadRequest("The body has no query.")
    if "\\u" in query:  # the only way to write NUL in it
        raise BadRequest("Put text with escapes into variables.")
    if not isinstance(variables, (dict, type(None))):
        raise BadRequest("The variables must be an object.")
    if not isinstance(asked.get("operationName"), (str, type(None))):
        raise BadRequest("The operationName must be a string.")
    return asked
