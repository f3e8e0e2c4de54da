"""Wandr with routes that read the caller's token and answer a constant: what no query could beat."""

from __future__ import annotations

import json

from flask import Response

from wandr import create_app
from wandr.auth.principal import request_claims

ONE = {
    "id": "01a2060f-0536-7650-90e6-c2aca37d65b5", "title": "Trip 1", "status": "planning",
    "description": "A week away " * 5, "start_date": None, "end_date": None, "currency": None,
    "timezone": None, "trip_data": {"tags": ["food", "museums"]}, "version": 1, "seq": 1,
    "created_by": "01a2060f-0536-7650-90e6-c2aca37d65b5", "role": "organizer",
    "created_at": "2026-11-23T01:30:52.067426Z", "updated_at": "2026-11-23T01:30:52.067426Z",
    "permissions": {"view": True, "invite": True, "comment": True, "edit_trip": True,
                    "delete_trip": True, "use_assistant": True, "edit_itinerary": True,
                    "manage_members": True},
}  # fmt: skip
TRIP = json.dumps(ONE)
PAGE = json.dumps({"items": [ONE] * 20, "next_cursor": "x" * 100})
app = create_app()


@app.route("/ceiling")
def ceiling_of_a_list() -> Response:
    request_claims()
    return Response(PAGE, mimetype="application/json")


@app.route("/ceiling/<uuid:trip_id>")
def ceiling_of_a_trip(trip_id: object) -> Response:
    request_claims()
    return Response(TRIP, mimetype="application/json")


@app.route("/ceiling", methods=["POST"])
def ceiling_of_a_creation() -> Response:
    request_claims()
    return Response(TRIP, 201, mimetype="application/json")
