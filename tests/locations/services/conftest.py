"""A local server that answers as the real services do, and misbehaves as it is told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from wandr.locations.services import asking

# Answers as the services give them, by the beginning of the path: shapes of their documentation.
NOMINATIM = {
    "place_id": 1, "licence": "Data © OpenStreetMap contributors, ODbL 1.0.", "osm_type": "way", "osm_id": 42,
    "lat": "38.6916", "lon": "-9.2160", "category": "tourism", "type": "museum", "place_rank": 30, "importance": 0.5,
    "addresstype": "tourism", "name": "MAAT", "display_name": "MAAT, Avenida Brasília, Lisboa, Portugal",
    "address": {"tourism": "MAAT", "city": "Lisboa", "state": "Lisboa", "country": "Portugal", "country_code": "pt"},
    "extratags": {"opening_hours": "We-Mo 10:00-19:00"}, "boundingbox": ["38.69", "38.70", "-9.22", "-9.21"],
}  # fmt: skip
PHOTON = {"type": "FeatureCollection", "features": [{
    "type": "Feature", "geometry": {"type": "Point", "coordinates": [-9.2160, 38.6916]},
    "properties": {"osm_type": "W", "osm_id": 42, "osm_key": "tourism", "osm_value": "museum", "type": "house",
                   "name": "MAAT", "city": "Lisboa", "state": "Lisboa", "country": "Portugal", "countrycode": "PT"},
}]}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "/search": [NOMINATIM],
    "/reverse": NOMINATIM,
    "/api": PHOTON,
    "/route/v1/": {"code": "Ok", "routes": [{"legs": [{"distance": 1234.5, "duration": 900.4, "summary": "", "steps": []},
                                                     {"distance": 10.0, "duration": 8.0, "summary": "", "steps": []}],
                                            "distance": 1244.5, "duration": 908.4, "weight": 1}], "waypoints": []},
    "/table/v1/": {"code": "Ok", "distances": [[0, 5.4], [6.6, 0]], "durations": [[0, 50.2], [60.8, 0]]},
    "/route": {"trip": {"legs": [{"summary": {"length": 1.2345, "time": 900.4}}, {"summary": {"length": 0.01, "time": 8}}],
                        "summary": {"length": 1.2445, "time": 908.4}, "units": "kilometers", "status": 0}},
    "/sources_to_targets": {"sources_to_targets": [
        [{"distance": 0, "time": 0, "to_index": 0, "from_index": 0}, {"distance": 0.0054, "time": 50.2, "to_index": 1, "from_index": 0}],
        [{"distance": 0.0066, "time": 60.8, "to_index": 0, "from_index": 1}, {"distance": 0, "time": 0, "to_index": 1, "from_index": 1}]]},
    "/v2/directions/": {"routes": [{"summary": {"distance": 1244.5, "duration": 908.4},
                                    "segments": [{"distance": 1234.5, "duration": 900.4}, {"distance": 10.0, "duration": 8.0}]}]},
    "/v2/matrix/": {"distances": [[0, 5.4], [6.6, 0]], "durations": [[0, 50.2], [60.8, 0]]},
    "/v1/forecast": {"latitude": 38.7, "longitude": -9.2, "timezone": "Europe/Lisbon", "daily_units": {"time": "iso8601"},
                     "daily": {"time": [], "temperature_2m_min": [], "temperature_2m_max": [], "precipitation_sum": [], "weather_code": []}},
}  # fmt: skip


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@dataclass
class Fake:
    """What was asked; `fault` is how the next answers misbehave."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=lambda: dict(ANSWERS))
    fault: Callable[[BaseHTTPRequestHandler], None] | None = None
    faults: int = 10**6  # how many answers misbehave

    def find(self, path: str) -> Any:
        return next(
            self.answers[one]
            for one in sorted(self.answers, key=len, reverse=True)
            if path.startswith(one)
        )


@pytest.fixture
def fake() -> Iterator[Fake]:
    made = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            made.asked.append(
                Asked(self.command, parts.path, parse_qs(parts.query), dict(self.headers), body)
            )
            if made.fault is not None and made.faults > 0:
                made.faults -= 1
                made.fault(self)
                return
            answer(self, json.dumps(made.find(parts.path)).encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def answer(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Length": str(len(body))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.4)


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    trickle(handler)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    trickle(handler)


def trickle(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for longer than anybody waits."""
    pause = Event()  # `time.sleep` may be a test's own
    with suppress(OSError):
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            pause.wait(0.05)


def flood(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" " * 65_536)


FAULTS: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "500": lambda one: answer(one, b"{}", 500),
    "503": lambda one: answer(one, b"", 503, Retry_After="100"),
    "429": lambda one: answer(one, b"{}", 429),
    "403": lambda one: answer(one, b"blocked", 403),
    "redirect": lambda one: answer(one, b"", 302, Location="http://169.254.169.254/"),
    "html": lambda one: answer(one, b"<html>"),
    "empty": lambda one: answer(one, b""),
    "null": lambda one: answer(one, b"null"),
    "another shape": lambda one: answer(
        one, b'{"code": "NoRoute", "features": 7, "routes": [], "trip": {}}'
    ),
    "nul": lambda one: answer(one, b'[{"name": "a\\u0000"}]'),
    "nan": lambda one: answer(one, b'[{"importance": NaN}]'),
    "infinite": lambda one: answer(one, b'{"importance": 1e999}'),
    "a long number": lambda one: answer(one, b'{"importance": 1' + b"0" * 400 + b"}"),
    "deep": lambda one: answer(one, b"[" * 100_000),
    "cut": lambda one: answer(one, b'[{"na', Content_Length="1000"),
    "hang": hang,
    "drip": drip,
    "drip headers": drip_headers,
    "flood": flood,
}


@pytest.fixture
def services(app: Flask, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets which services are asked, all of them the fake; patience is short."""
    monkeypatch.setattr(asking, "breakers", asking.Breakers())
    monkeypatch.setattr(asking, "TIMEOUTS", (0.5, 0.2))
    monkeypatch.setattr(asking, "LONGEST", 0.5)

    def use(**chosen: str) -> None:
        urls = {"geocoder_url": fake.url, "router_url": fake.url, "weather_url": fake.url}
        monkeypatch.setitem(app.config, "WANDR", replace(app.config["WANDR"], **urls, **chosen))

    return use
