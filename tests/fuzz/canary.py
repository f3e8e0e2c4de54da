"""The canary: after whatever was written, everything can still be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask

from tests.cast import Person

PREFIX = "/api/v1"
OWN_LISTS = ("/health", "/trips", "/trips/trash", "/invites", "/users/me", "/users/me/export",
             "/auth/sessions")  # fmt: skip
MOST_PAGES = 50


def what_is_broken(app: Flask, person: Person) -> list[str]:
    """Every list (all its pages), export and snapshot that does not answer 200 to this person."""
    return list(_failures(app, person))


def _failures(app: Flask, person: Person) -> Iterator[str]:
    for address in OWN_LISTS:
        yield from _read_all(person, address)
    trips = list(_items(person, "/trips"))
    for address in addresses_in_trips(app):
        for trip in trips:
            yield from _read_all(person, address.replace("{trip_id}", trip["id"]))


def addresses_in_trips(app: Flask) -> list[str]:
    """Every GET that needs nothing but a trip: lists, exports, snapshot, log. New ones join."""
    found = []
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<uuid:trip_id>", "{trip_id}")
        if "GET" in rule.methods and "{trip_id}" in path and "<" not in path:
            found.append(path.removeprefix(PREFIX))
    return sorted(found)


def _read_all(person: Person, address: str) -> Iterator[str]:
    try:
        list(_items(person, address))
    except AssertionError as error:
        yield str(error)[:500]


def _items(person: Person, address: str) -> Iterator[Any]:
    """The items of a list, page by page. AssertionError when one does not answer 200."""
    cursor = ""
    for _ in range(MOST_PAGES):
        page = person.get(f"{address}{cursor}", status=200)
        if not isinstance(page, dict) or "items" not in page:
            return
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = f"?limit=50&cursor={page['next_cursor']}"
