"""`lrs analytics`."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from pyarrow import ipc, parquet

from tests.commands.samples import make_anonymous
from tests.conformance.samples import make_agent

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.called import Lrs

COMMAND = Path(sys.executable).with_name("lrs")
VERBS = "SELECT verb, count(*) AS n, parent FROM statements GROUP BY ALL ORDER BY n"
ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = 7"
VERB = {"id": "http://example.org/verbs/did"}


@pytest.fixture
def filled(lrs: Lrs) -> Lrs:
    """Lend `lrs` on a store of three statements that were exported."""
    lrs.take(*(make_anonymous(verb=VERB) for _ in range(3)))
    assert lrs("analytics", "export").status == 0
    return lrs


def test_an_export_tells_what_it_has_done(lrs: Lrs) -> None:
    lrs.take(make_anonymous(), make_anonymous())
    first = lrs("analytics", "export", "--json").json
    assert (first["statements"], first["position"], first["tables"]) == (2, 2, ["voided"])
    assert lrs("analytics", "export").out.startswith(b"0 statements up to position 2")


def test_a_lake_is_verified(filled: Lrs) -> None:
    answer = filled("analytics", "verify")
    assert (answer.status, answer.out) == (
        0, b"3 statements up to position 3, statements, voided: all is well\n",
    )  # fmt: skip
    (folder,) = Path(filled.folder).rglob("_segments/statements")
    (segment,) = folder.rglob("*.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE old AS FROM '{segment}' WHERE position <> 2")
        connection.execute(f"COPY old TO '{segment}' (FORMAT parquet)")
    answer = filled("analytics", "verify")
    assert answer.status == 1
    first, last = answer.out.splitlines()
    assert first.startswith(b"statements: at position 2 there is nothing and not ")
    assert last.endswith(b": something differs")
    found = filled("analytics", "verify", "--json")
    assert (found.status, len(found.json["differences"])) == (1, 1)


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("csv", lambda out: list(csv.DictReader(io.StringIO(out.decode())))),
        ("json", json.loads),
        ("parquet", lambda out: parquet.read_table(io.BytesIO(out)).to_pylist()),
        ("arrow", lambda out: ipc.open_stream(out).read_all().to_pylist()),
    ],
)
def test_answers_in_every_format(
    filled: Lrs, form: str, read: Callable[[bytes], list[dict[str, object]]]
) -> None:
    called = filled("analytics", "sql", VERBS, "--format", form)
    assert called.status == 0, called.err
    (row,) = read(called.out)
    assert {name: str(value) for name, value in row.items()} == {
        "verb": VERB["id"],
        "n": "3",
        "parent": "[]",
    }
    file = filled.folder / "answer"
    assert filled("analytics", "sql", VERBS, "--format", form, "--output", file).out == b""
    assert read(file.read_bytes()) == [row]


def test_in_csv_no_text_is_a_formula_and_every_number_is_a_number(filled: Lrs) -> None:
    starts = ["=", "+", "-", "@", "\t", "\r"]
    texts = ", ".join(f"chr({ord(start)}) || '1+1'" for start in starts)
    query = f"SELECT {texts}, -1, -1.5, [-1], 'a=1', 1 AS \"=x\""
    header, row = csv.reader(
        io.StringIO(filled("analytics", "sql", query, "--format", "csv").out.decode(), newline="")
    )
    assert row == [*(f"'{start}1+1" for start in starts), "-1", "-1.5", "[-1]", "a=1", "1"]
    assert header[-1] == "'=x"
    (plain,) = filled("analytics", "sql", query, "--format", "json").json
    assert list(plain.values())[:6] == [f"{start}1+1" for start in starts]


def test_a_table_is_for_people(filled: Lrs) -> None:
    assert filled("analytics", "sql", "SELECT 1 AS one, NULL AS none").out.decode() == (
        "one  none\n---  ----\n1\n"
    )
    long = filled("analytics", "sql", "SELECT range FROM range(2000)").out.decode()
    assert long.endswith("999\n... and more: these are the first 1,000 rows\n")


def test_a_query_comes_from_standard_input_too(filled: Lrs) -> None:
    asked = b"SELECT count(*) AS n FROM statements"
    assert filled("analytics", "sql", "-", "--format", "json", given=asked).json == [{"n": 3}]


def test_what_goes_wrong_is_one_line_or_shows_the_place(lrs: Lrs) -> None:
    nothing = lrs("analytics", "sql", "SELECT 1")
    assert (nothing.status, nothing.out) == (1, b"")
    assert "run lrs analytics export" in nothing.err
    lrs("analytics", "export")
    wrong = lrs("analytics", "sql", "SELEC 1", "--output", lrs.folder / "answer")
    assert wrong.status == 1
    assert "syntax error" in wrong.err
    assert not (lrs.folder / "answer").exists()
    assert "longer than" in lrs("analytics", "sql", ENDLESS, "--seconds", "0.1").err
    assert "LIMIT" in lrs("analytics", "sql", "FROM range(10)", "--rows", "9").err
    assert lrs("analytics", "sql", "SELECT 1", LRS_ANALYTICS_THREADS="0").status == 2
    assert lrs("analytics", "export", LRS_ANALYTICS_URL="ftp://x").status == 2


def test_a_shell_answers_one_after_the_other(filled: Lrs) -> None:
    given = b"SELECT count(*) AS n\nFROM statements;\nSELEC;\nSELECT 'last' AS query"
    called = filled("analytics", "shell", given=given)
    assert called.status == 0
    assert called.out.decode().split() == ["n", "-", "3", "query", "-----", "last"]
    assert "syntax error" in called.err


def test_a_file_of_views_is_opened_by_any_duckdb(filled: Lrs) -> None:
    file = filled.folder / "views.duckdb"
    assert filled("analytics", "open", file).out.decode() == f"{file}: statements, voided\n"
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM statements").fetchone() == (3,)


def test_pseudonyms_are_the_same_until_the_secret_is_another_one(lrs: Lrs) -> None:
    agent = make_agent(name="Jeanne Dupont")
    lrs.take(make_anonymous(actor=agent), make_anonymous(actor=agent))
    actors = ("analytics", "sql", "SELECT DISTINCT actor, actor_name FROM statements",
              "--format", "json")  # fmt: skip
    lrs("analytics", "export")
    ((first),) = lrs(*actors).json
    assert len(first["actor"]) == 32
    secret = lrs.folder / "other-secret"
    secret.write_text("00" * 32)
    lrs("analytics", "export", LRS_ANALYTICS_SECRET_FILE=str(secret))
    ((second),) = lrs(*actors).json
    assert second["actor"] != first["actor"]
    lrs("analytics", "export", LRS_ANALYTICS_NAMES="yes")
    ((third),) = lrs(*actors).json
    assert third["actor"].endswith(agent["account"]["name"])
    assert third["actor_name"] == "Jeanne Dupont"


def test_control_c_stops_a_query_and_the_next_one_is_answered(filled: Lrs) -> None:
    environment = os.environ | {"LRS_DATA_DIR": str(filled.folder)}
    with subprocess.Popen(  # noqa: S603  the command under test
        [str(COMMAND), "analytics", "shell"],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"SELECT 1 AS ready;\n{ENDLESS};\nSELECT 'after' AS it;\n")
        process.stdin.flush()
        assert [process.stdout.readline() for _ in range(3)][-1] == "1\n"
        time.sleep(1)  # until the query runs: there is nothing to be seen of it
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "lrs: the query was cancelled\n")
    assert "after" in out


def test_an_export_by_the_clock_goes_on_until_it_is_ended(filled: Lrs) -> None:
    environment = os.environ | {"LRS_DATA_DIR": str(filled.folder)}
    command = [str(COMMAND), "analytics", "export", "--every", "1", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert [json.loads(line)["position"] for line in lines] == [3, 3]


def test_an_export_that_goes_wrong_is_tried_again(tmp_path: Path) -> None:
    environment = os.environ | {"LRS_DATA_DIR": str(tmp_path)}
    command = [str(COMMAND), "analytics", "export", "--every", "1"]
    with subprocess.Popen(  # noqa: S603
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert b"run lrs migrate" in process.stderr.readline()
        subprocess.run([COMMAND, "migrate"], env=environment, check=True, capture_output=True)  # noqa: S603
        assert b"up to position 0" in process.stdout.readline()
        process.kill()
