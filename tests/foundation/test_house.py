"""The house is in order; and each of its rules finds a breach that is planted."""

from __future__ import annotations

import pytest

from tests.foundation.house import findings, tree_of_wandr


def test_the_house_is_in_order():
    assert findings(tree_of_wandr()) == []


LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 51


@pytest.mark.parametrize(
    ("module", "breach", "told"),
    [
        ("wandr.trips.service", "x = 1\n" * 401, "401 lines"),
        ("wandr.trips.service", LONG_FUNCTION, "52 lines"),
        ("wandr.trips.service", "def f(a, b, c, d, e): ...\n", "5 positional"),
        ("wandr.trips.service", "def f():\n    import json\n", "hides an import"),
        ("wandr.trips.service", "try: ...\nexcept Exception: ...\n", "catches everything"),
        ("wandr.trips.service", "try: ...\nexcept: ...\n", "catches everything"),
        ("wandr.trips.service", "abort(404)\n", "calls abort"),
        ("wandr.trips.service", "with atomic(): ...\n", "is no door"),
        ("wandr.trips.service", "db.session.commit()\n", "commits"),
        ("wandr.trips.service", "from flask import request\n", "a service imports flask"),
        ("wandr.trips.service", "import jwt\n", "a service imports jwt"),
        ("wandr.ai.service", "from wandr.trips.schemas import TripView\n", "a service imports"),
        ("wandr.trips.models", "from wandr.users.models import User\n", "models import"),
        ("wandr.trips.schemas", "from wandr.extensions import db\n", "schemas import"),
        ("wandr.trips.schemas", "from flask import request\n", "schemas import"),
        ("wandr.config", "from wandr.errors import WandrError\n", "not below it"),
        ("wandr.http.pages", "from wandr.users.models import User\n", "not below it"),
        ("wandr.users.service", "from wandr.auth.tokens import x\n", "not below it"),
        ("wandr.trips.access", "from wandr.changes.feed import x\n", "not below it"),
        ("wandr.changes.service", "from wandr.trips.service import x\n", "not below it"),
        ("wandr.itinerary.content", "from wandr.trips.service import x\n", "not below it"),
        ("wandr.trips.service", "from wandr.itinerary.models import x\n", "not below it"),
        ("wandr.ai.embedded", "from wandr.exports.calendar import x\n", "not below it"),
        ("wandr.realtime.handlers", "from wandr.jobs.tasks import x\n", "not below it"),
        ("wandr.trips.service", "from wandr import create_app\n", "not below it"),
        ("wandr.realtime.handlers", "from wandr.trips import routes\n", "imports routes"),
    ],
)
def test_a_planted_breach_is_found(module, breach, told):
    assert any(told in line for line in findings({module: breach}))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("wandr.trips.routes", "with atomic(): ...\nfrom flask import request\n"),
        ("wandr.trips.service", "from wandr.changes.service import apply\n"),
        ("wandr.trips.service", "def f(self, a, b, c, d, *, e): ...\n"),
        ("wandr.jobs.worker", "try: ...\nexcept Exception:  # noqa: BLE001 - the edge\n    ...\n"),
        ("wandr.transaction", "try: ...\nexcept BaseException:\n    raise\n"),
    ],
)
def test_what_is_allowed_is_not_found(module, text):
    assert findings({module: text}) == []
