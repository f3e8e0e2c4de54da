"""The docs page refers to nothing but its own, and is allowed nothing else."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_the_page_is_there(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"


def test_every_file_of_the_page_is_our_own_and_there(client):
    page = client.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("/docs/"), address
        with client.get(address) as answer:  # or its file stays open
            assert answer.status_code == 200, address


def test_the_policy_lets_it_load_from_here_only(client):
    policy = client.get("/docs").headers["Content-Security-Policy"]
    told = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert told["default-src"] == told["frame-ancestors"] == told["base-uri"] == "'none'"
    assert told["script-src"] == told["connect-src"] == "'self'"
    allowed = {source for sources in told.values() for source in sources.split()}
    assert allowed == {"'none'", "'self'", "'unsafe-inline'", "data:"}


def test_no_script_stands_in_the_page(client):
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", client.get("/docs").text, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not text for attributes, text in scripts)


def test_the_page_shows_the_document_to_no_validator(client):
    assert "validatorUrl: null" in client.get("/docs/start.js").text


@pytest.mark.parametrize("name", ["../__init__.py", "%2e%2e/flask_swagger_ui.py", "nothing"])
def test_only_files_of_the_page_are_served(client, name):
    assert client.get(f"/docs/{name}").status_code == 404
