"""The embedded servers: they start, stop and start again, and lose nothing that was committed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from tests.devstack.checkout import eventually
from wandr.devstack import DevstackError, EmbeddedServers
from wandr.devstack.ending import is_alive


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="wandr-test-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def other() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="wandr-test-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def servers(folder: Path) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(folder) as running:
        yield running


def query(servers: EmbeddedServers, sql: str) -> list[tuple]:
    address = servers.database_url.replace("+psycopg2", "")
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        connection.commit()
        return cursor.fetchall() if cursor.description else []


def write_something(servers: EmbeddedServers) -> None:
    query(servers, "DROP TABLE IF EXISTS note; CREATE TABLE note AS SELECT 'kept' AS text")
    with redis.Redis.from_url(servers.redis_url) as client:
        client.set("note", "kept")


def assert_it_is_there(servers: EmbeddedServers) -> None:
    assert query(servers, "SELECT text FROM note") == [("kept",)]
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.get("note") == b"kept"


def live_in(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cwd", "status"])
        if (process.info["cwd"] or "").startswith(f"{folder}/")
    ]


def test_the_database_is_what_the_application_expects(servers: EmbeddedServers) -> None:
    ((zone, jit, connections, encoding),) = query(
        servers,
        "SELECT current_setting('timezone'), current_setting('jit'),"
        " current_setting('max_connections'), current_setting('server_encoding')",
    )
    assert (zone, jit, connections, encoding) == ("UTC", "off", "200", "UTF8")
    assert query(servers, "SELECT lower('ÉÖЖ'), 'Z' < 'a' COLLATE \"C\"") == [("éöж", True)]
    query(
        servers, "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS unaccent"
    )
    assert query(servers, "SELECT unaccent('Zürich') % 'Zurich'") == [(True,)]


def test_valkey_refuses_rather_than_evicts(servers: EmbeddedServers) -> None:
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_both_listen_on_loopback_only(servers: EmbeddedServers, folder: Path) -> None:
    listening = [
        address.laddr.ip
        for process in live_in(folder)
        for address in process.net_connections("inet")
        if address.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}


def test_a_stranger_without_the_password_is_refused(servers: EmbeddedServers) -> None:
    guess = servers.database_url.replace("+psycopg2", "").split(":")
    address = f"{guess[0]}:{guess[1]}:guess@{guess[2].partition('@')[2]}:{guess[3]}"
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(address)


def test_a_second_start_changes_nothing(servers: EmbeddedServers) -> None:
    before = servers.database_url
    servers.start()
    assert servers.database_url == before


def test_stopped_and_started_again_keeps_everything(servers: EmbeddedServers, folder: Path) -> None:
    write_something(servers)
    servers.stop()
    assert live_in(folder) == []
    servers.start()
    assert_it_is_there(servers)


def test_killed_servers_are_revived_and_lose_nothing_committed(
    servers: EmbeddedServers, folder: Path
) -> None:
    write_something(servers)
    before = servers.environment()
    for process in live_in(folder):
        process.kill()
    revived: list[str] = []
    eventually(lambda: revived.extend(servers.revive()) or len(revived) == 2)
    assert set(revived) == {"Postgres", "Valkey"}
    assert servers.environment() == before
    assert_it_is_there(servers)


def test_the_leftovers_of_a_killed_program_are_ended(folder: Path) -> None:
    child = os.fork()
    if child == 0:
        EmbeddedServers(folder).start()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    leftovers = live_in(folder)
    assert {process.name() for process in leftovers} == {"postgres", "valkey-server"}
    with EmbeddedServers(folder) as servers:
        write_something(servers)
        assert_it_is_there(servers)
        assert not any(is_alive(process) for process in leftovers)


def test_a_pid_file_that_names_a_stranger_does_not_matter(
    servers: EmbeddedServers, folder: Path
) -> None:
    write_something(servers)
    servers.stop()
    (folder / "postgres/postmaster.pid").write_text(f"{os.getpid()}\n")
    servers.start()
    assert_it_is_there(servers)


def test_two_folders_run_side_by_side(servers: EmbeddedServers, other: Path) -> None:
    write_something(servers)
    with EmbeddedServers(other, durable=False) as second:
        assert query(second, "SELECT to_regclass('note')") == [(None,)]
    assert_it_is_there(servers)


def test_an_initdb_killed_half_way_is_begun_again(other: Path) -> None:
    (other / "postgres.new").mkdir()
    (other / "postgres.new/PG_VERSION").write_text("18\n")
    with EmbeddedServers(other, durable=False, valkey=False) as servers:
        assert query(servers, "SELECT 1") == [(1,)]


def test_a_folder_serves_one_program_at_a_time(servers: EmbeddedServers, folder: Path) -> None:
    with pytest.raises(DevstackError, match=f"process {os.getpid()} uses {folder}"):
        EmbeddedServers(folder).start()
    assert query(servers, "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to lend its servers a user")
def test_root_opens_no_closed_folder(other: Path) -> None:
    with pytest.raises(DevstackError, match="choose a folder elsewhere"):
        EmbeddedServers(other / "data").start()
    assert other.stat().st_mode & 0o777 == 0o700
