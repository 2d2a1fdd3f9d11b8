"""`lrs catalogue`, `badges`, `directory` and `vocabulary`: files in, reports, files out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commands.called import Lrs

if TYPE_CHECKING:
    from pathlib import Path

COURSES = b"""\
courses:
- id: urn:excel
  title: Tableur
  modules: [{id: urn:quiz, pass_mark: 60}]
badges:
- {id: urn:badge, name: Bureautique, courses: [urn:excel]}
"""
PEOPLE = b"""\
learner,identifier,directorate
anna,https://lms.example|anna,DRH
anna,anna@example.org,DRH
"""


def test_one_file_may_hold_courses_and_badges(lrs: Lrs, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_bytes(COURSES)
    called = lrs("catalogue", "import", file)
    assert called == (0, b"1 added, 0 changed, 0 removed, 0 unchanged; revision 1\n", "")
    assert lrs("badges", "import", file, "--json").json == {
        "added": 1,
        "changed": 0,
        "removed": 0,
        "unchanged": 0,
        "revision": 1,
    }
    assert lrs("catalogue", "list").out == b"urn:excel  Tableur\n"
    assert lrs("badges", "list", "--json").json[0]["courses"] == ["urn:excel"]
    for iri in ("urn:excel", "urn:quiz"):
        assert lrs("catalogue", "show", iri).lines[0] == b"id: urn:excel"
    assert lrs("badges", "show", "urn:badge").lines[1] == b"name: Bureautique"


@pytest.mark.parametrize("kind", ["catalogue", "badges"])
def test_what_is_written_out_can_be_brought_in_again(lrs: Lrs, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "out.yaml"
    lrs(kind, "import", "-", given=COURSES)
    assert lrs(kind, "export", file).status == 0
    called = lrs(kind, "import", file, "--replace")
    assert called.out == b"0 added, 0 changed, 0 removed, 1 unchanged; revision 1\n"
    assert lrs(kind, "export").out == file.read_bytes()


def test_what_is_wrong_is_told_line_by_line_and_nothing_is_changed(
    lrs: Lrs, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_bytes(COURSES.replace(b"60", b"600").replace(b"title", b"titel"))
    called = lrs("catalogue", "import", file)
    assert (called.status, called.out) == (1, b"")
    assert called.err.splitlines() == [
        f'{file}:3: $.courses[0].titel: "titel" is not known; a member of your own begins with x-',
        f"{file}:4: $.courses[0].modules[0].pass_mark: 600 is not a percentage from 0 to 100",
        "lrs: nothing was changed: 2 problems in the file",
    ]
    assert lrs("catalogue", "list").out == b""
    called = lrs("catalogue", "import", "-", "--json", given=b"courses: [")
    assert called.status == 1
    assert called.json == {
        "problems": [
            {"line": 2, "place": "", "rule": "this is not YAML: did not find expected node content"}
        ]
    }
    called = lrs("catalogue", "import", "-", given=b"x: 1")
    assert called.err.splitlines()[-1] == "lrs: nothing was changed: 2 problems in the file"


def test_hopeless_files_are_not_told_to_the_end(lrs: Lrs) -> None:
    rows = PEOPLE + b"a,b,c,d\n" * 300
    called = lrs("directory", "import", "-", given=rows)
    lines = called.err.splitlines()
    assert lines[0] == "standard input:4: there are 4 cells under 3 columns"
    assert lines[-2:] == [
        "... and 100 more",
        "lrs: nothing was changed: 300 problems in the file",
    ]


def test_people_are_brought_in_shown_and_written_out(lrs: Lrs, tmp_path: Path) -> None:
    assert lrs("directory", "import", "-", given=PEOPLE).out.startswith(b"2 added")
    shown = lrs("directory", "show", "https://lms.example|anna").out.decode()
    assert "directorate   DRH\n" in shown
    assert shown.endswith("identifier    mbox:mailto:anna@example.org\n")
    facts = lrs("directory", "show", "anna@example.org", "--json").json
    assert (facts["learner"], len(facts["identifiers"])) == ("anna", 2)
    called = lrs("directory", "show", "ben@example.org")
    assert (called.status, called.err) == (
        1, "lrs: the directory knows nobody with this identifier\n",
    )  # fmt: skip
    file = tmp_path / "people.csv"
    lrs("directory", "export", file)
    assert lrs("directory", "import", file, "--replace", "--json").json["unchanged"] == 2


def test_a_vocabulary_is_brought_in_and_written_out(lrs: Lrs) -> None:
    raw = b"verb,kind\nurn:a,started\n"
    assert lrs("vocabulary", "import", "-", given=raw).out.startswith(b"1 added")
    assert lrs("vocabulary", "export").out == raw
    assert lrs("vocabulary", "import", "-", given=b"verb\na,b\n").status == 1


def test_what_is_not_there_is_told_in_a_line(lrs: Lrs) -> None:
    called = lrs("badges", "show", "urn:x")
    assert called.status == 1
    assert called.err == "lrs: there is none with the IRI urn:x: see lrs badges list\n"
    called = lrs("catalogue", "import", lrs.folder / "nothing.yaml")
    assert called.status == 1
    assert len(called.err.splitlines()) == 1


def test_what_the_simulator_writes_is_taken(lrs: Lrs, tmp_path: Path) -> None:
    catalogue, directory = tmp_path / "c.yaml", tmp_path / "d.csv"
    files = ("--catalogue", catalogue, "--directory", directory)
    lrs("simulate", "--learners", 20, "--courses", 40, "--statements", 1, *files)
    assert lrs("catalogue", "import", catalogue, "--json").json["added"] == 40
    badges = len(json.loads(catalogue.read_text())["badges"])
    assert lrs("badges", "import", catalogue, "--json").json["added"] == badges
    assert lrs("directory", "import", directory, "--json").json["added"] == 3 * (20 + 57)
    shown = lrs("directory", "show", "https://lms.example|import-sirh", "--json").json
    assert shown["kind"] == "service"


def test_migrate_makes_the_records_too(lrs: Lrs, tmp_path: Path) -> None:
    assert (lrs.folder / "records.sqlite3").exists()
    elsewhere = f"sqlite:///{tmp_path}/elsewhere/r.sqlite3"
    called = lrs("migrate", LRS_RECORDS_URL=elsewhere)
    assert called.out.startswith(b"made the tables of the records: ")
    assert lrs("migrate", "--records-url", elsewhere).out == b""


def test_on_postgresql_the_server_may_read_the_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgresql_database: str
) -> None:
    lrs = Lrs(tmp_path / "other", monkeypatch, LRS_DATABASE_URL=postgresql_database)
    granted = lrs("migrate", "--grant", "pg_monitor")
    assert granted.out == b"granted what a server needs to pg_monitor\n"
    assert lrs("directory", "import", "-", given=PEOPLE).out.startswith(b"2 added")
    assert not (lrs.folder / "records.sqlite3").exists()
