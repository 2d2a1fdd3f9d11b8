"""`lrs projections` and `lrs work`: how far the records are, folding anew, proving them right."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from projections import tables
from projections.opening import open_records
from tests.commands.samples import make_moodle_event, write_lines
from tests.http.live import wait_until
from tests.plugins.server import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.connection import Connection
    from tests.commands.called import Lrs


@contextmanager
def working(lrs: Lrs) -> Iterator[subprocess.Popen[bytes]]:
    """Fold in a process of its own."""
    environment = os.environ | {"LRS_DATA_DIR": str(lrs.folder)}
    process = subprocess.Popen([COMMAND, "work"], env=environment)  # noqa: S603
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def checkpoints(lrs: Lrs) -> dict[str, dict[str, Any]]:
    """What the status says of each projection."""
    return {
        each["name"]: each for each in lrs("projections", "status", "--json").json["checkpoints"]
    }


def is_folded(lrs: Lrs, position: int) -> bool:
    """Whether everything is folded up to a position, and nothing is being folded anew."""
    found = checkpoints(lrs)
    served = {"events", "progress", "connections", "measures", "badges"}
    return found.keys() == served and {each["position"] for each in found.values()} == {position}


def change_a_row(connection: Connection) -> None:
    """Do what no program of ours would."""
    (row,) = connection.rows(tables.connection.select().where(tables.connection.c.course == 0))
    connection.replace(tables.connection, [(*row[:3], row[3] + 1, *row[4:])])


@pytest.fixture
def folded(lrs: Lrs) -> Lrs:
    """Lend a store with one statement, folded."""
    assert lrs("import", "-", given=write_lines(make_moodle_event())).status == 0
    with working(lrs):
        wait_until(lambda: is_folded(lrs, 1), "it is folded")
    return lrs


def test_the_status_of_a_store_that_nobody_has_folded(lrs: Lrs) -> None:
    called = lrs("projections", "status")
    assert (called.status, called.lines) == (0, [b"the log ends at position 0; folded by nobody"])


def test_the_status_says_how_far_each_projection_is(folded: Lrs) -> None:
    folded("import", "-", given=write_lines(make_moodle_event()))
    lines = folded("projections", "status").out.decode().splitlines()
    assert lines[0] == "the log ends at position 2; folded by nobody"
    assert [line.split()[:4] for line in lines[1:6]] == [
        [name, "1", "1", "behind"]
        for name in ("events", "badges", "connections", "measures", "progress")
    ]


def test_what_is_folded_is_proved_right_and_what_is_changed_is_found(folded: Lrs) -> None:
    called = folded("projections", "verify", "--json")
    assert (called.status, called.json["position"], called.json["differences"]) == (0, 1, [])
    assert called.json["lines"] > 3
    with closing(open_records(f"sqlite:///{folded.folder}/records.sqlite3")) as records:
        records.write(change_a_row)
    called = folded("projections", "verify")
    assert called.status == 1
    assert called.out.startswith(b"connection: 2 lines differ\n  - (")
    assert called.out.endswith(b"something differs\n")


def test_a_projection_is_folded_anew_when_asked_for(folded: Lrs) -> None:
    with closing(open_records(f"sqlite:///{folded.folder}/records.sqlite3")) as records:
        records.write(change_a_row)
    before = checkpoints(folded)
    assert folded("projections", "rebuild", "connections").status == 0
    with working(folded):
        wait_until(
            lambda: (
                checkpoints(folded)["connections"]["updated"] > before["connections"]["updated"]
            ),
            "it is folded anew",
        )
        wait_until(lambda: is_folded(folded, 1), "it is served")
    assert folded("projections", "verify").status == 0
    assert checkpoints(folded)["progress"] == before["progress"]


def test_nothing_is_proved_of_what_nobody_has_folded(lrs: Lrs) -> None:
    called = lrs("projections", "verify")
    assert called.status == 1
    assert called.err.startswith("lrs: the records are being folded")


def test_a_vocabulary_that_means_nothing_is_refused_by_line(lrs: Lrs) -> None:
    called = lrs("vocabulary", "import", "-", given=b"verb,kind\nurn:a,started\nurn:b,danced\n")
    assert called.status == 1
    assert "line 3" in called.err
    assert lrs("vocabulary", "export").out == b"\n"
