"""The documents tell the truth; and each check of them finds a breach that is planted."""

from __future__ import annotations

import click
import pytest
from honcho.environ import parse as parse_env

from tests.foundation import documents as told

README = told.text_of("README.md")
KNOWN = {"LOG_LEVEL": "INFO", "SECRET_KEY": ""}
EXAMPLE = "# Signs.\n#SECRET_KEY=\n# How much.\n#LOG_LEVEL=INFO\n"
TABLE = "| `SECRET_KEY` | (must be set) | x |\n| `LOG_LEVEL` | `INFO` | x |\n"
SERVED = told.served_by(
    [(["GET", "POST"], "/api/v1/trips/<uuid:trip_id>/bags"), (["GET"], "/health")]
)
LATER = told.MISSING + "\n\n"
SOMEWHERE = "/ho" + "me/somebody/wandr"


def test_every_setting_is_in_the_example():
    text = told.text_of(".env.example")
    assert list(told.in_example(text, told.settings())) == []
    assert parse_env(text) == {}


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (EXAMPLE.replace("INFO", "DEBUG"), "LOG_LEVEL defaults to 'INFO', not 'DEBUG'"),
        (EXAMPLE.replace("SECRET_KEY", "SECRET"), "SECRET_KEY is not there"),
        (EXAMPLE + "# New.\n#LOG_LEVLE=INFO\n", "LOG_LEVLE is read by nobody"),
        (EXAMPLE + "# Again.\n#LOG_LEVEL=INFO\n", "LOG_LEVEL is there twice"),
        (EXAMPLE.replace("#LOG_LEVEL", "LOG_LEVEL"), "LOG_LEVEL would be set by a copy"),
        (EXAMPLE.replace("# How much.\n", ""), "LOG_LEVEL has no comment"),
    ],
)
def test_a_wrong_example_is_noticed(text, finding):
    assert list(told.in_example(EXAMPLE, KNOWN)) == []
    assert finding in told.in_example(text, KNOWN)


def test_every_setting_is_in_the_table_of_readme():
    assert list(told.in_table(README, told.settings())) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (TABLE.replace("`INFO`", "`DEBUG`"), "LOG_LEVEL defaults to 'INFO', not `DEBUG`"),
        (TABLE.replace("`INFO`", "(empty)"), "LOG_LEVEL defaults to 'INFO', not (empty)"),
        (TABLE.replace("SECRET_KEY", "SECRET"), "SECRET_KEY is not there"),
        (TABLE + "| `LOG_LEVLE` | `INFO` | x |\n", "LOG_LEVLE is read by nobody"),
    ],
)
def test_a_wrong_table_is_noticed(text, finding):
    assert list(told.in_table(TABLE, KNOWN)) == []
    assert finding in told.in_table(text, KNOWN)


def test_readme_tells_every_make_target():
    assert list(told.of_make(README, told.text_of("Makefile"))) == []


def test_a_wrong_make_target_is_noticed():
    assert list(told.of_make("`make run`", "run: x\n")) == []
    assert list(told.of_make("`make tests`", "run: x\n")) == [
        "make tests does not exist",
        "make run is not told",
    ]


def test_every_flask_command_of_the_documents_exists(app):
    commands = list(commands_of(app.cli))
    for text in told.documents().values():
        assert list(told.of_flask(text, commands)) == []


def test_a_wrong_flask_command_is_noticed():
    commands = ["db upgrade", "seed"]
    assert list(told.of_flask("`flask db upgrade`, `flask seed --now`", commands)) == []
    assert list(told.of_flask("`flask sow`", commands)) == ["flask sow does not exist"]
    assert list(told.of_flask("`flask db climb`", commands)) == ["flask db climb does not exist"]


def commands_of(group, prefix=""):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{prefix}{name} ")
        else:
            yield prefix + name


def test_every_link_leads_to_a_file():
    found = [one for name, text in told.documents().items() for one in told.of_links(name, text)]
    assert found == []


def test_a_broken_link_is_noticed():
    fine = "[a](../README.md) [b](../README.md#x) [c](https://example.com) [d](#here)"
    assert list(told.of_links("docs/changes.md", fine)) == []
    assert list(told.of_links("docs/changes.md", "[a](README.md)")) == [
        "docs/changes.md: README.md leads nowhere"
    ]


def test_readme_tells_every_process_type():
    assert list(told.of_processes(README, told.text_of("Procfile"))) == []


def test_a_forgotten_process_type_is_noticed():
    procfile = "web: serve\nclock: tick\n"
    assert list(told.of_processes("`web`", procfile)) == ["the process type clock is not told"]


def test_no_text_names_a_folder_of_its_author():
    found = [one for name, text in told.all_texts().items() for one in told.of_homes(name, text)]
    assert found == []


def test_a_folder_of_its_author_is_noticed():
    assert list(told.of_homes("a.md", "`/var/lib/wandr-…`, /api/v1/trips")) == []
    assert len(list(told.of_homes("a.md", f"cd {SOMEWHERE}"))) == 1


def test_what_the_documents_say_to_call_is_served(app):
    served = told.served_by((rule.methods, rule.rule) for rule in app.url_map.iter_rules())
    pages = told.documents().items()
    assert [one for name, text in pages for one in told.of_operations(name, text, served)] == []
    assert len(told.ADDRESS.findall(README)) >= 8


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("`GET /healthy`", "a.md: GET /healthy is not served"),
        ("`DELETE /health`", "a.md: DELETE /health is not served"),
        ("$API/trips/$TRIP/bag", "a.md: /trips/$TRIP/bag of the tour is not served"),
        (LATER + "`GET /trips/{trip_id}/bags`", "a.md: GET /trips/{trip_id}/bags is there by now"),
    ],
)
def test_a_wrong_operation_is_noticed(text, finding):
    fine = (
        "`GET /health`, `POST /api/v1/trips/{trip_id}/bags?since=`, $API/trips/$TRIP/bags\n" + LATER
    )
    assert list(told.of_operations("a.md", fine + "`GET /metrics`", SERVED)) == []
    assert list(told.of_operations("a.md", text, SERVED)) == [finding]


def test_readme_is_short():
    assert README.count("\n") <= 250
