"""The directory: identifiers, rows that contradict each other, people kept and told."""

from __future__ import annotations

import io
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from projections.reference.directory import Directory, Person
from projections.reference.directory_rows import collect_people, read_directory
from projections.reference.identifiers import canonical_ifi
from projections.reference.people import (
    import_directory,
    load_directory,
    remove_identifiers,
    write_directory,
)
from projections.reference.problems import Refused
from projections.reference.revisions import load_revisions
from schemas.identity import agent_ifi

if TYPE_CHECKING:
    from statements.database import Database

ANNA = "account:https://lms.example|anna"
ANNA_ELSEWHERE = "mbox:mailto:anna@example.org"
ACCOUNT = {"account": {"homePage": "https://lms.example", "name": "anna"}}
BEN = "account:https://lms.example|ben|b"


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        (ANNA, ACCOUNT),
        (
            "https://lms.example|anna",
            {"account": {"homePage": "https://lms.example", "name": "anna"}},
        ),
        (BEN, {"account": {"homePage": "https://lms.example", "name": "ben|b"}}),
        (ANNA_ELSEWHERE, {"mbox": "mailto:anna@example.org"}),
        ("mbox:anna@example.org", {"mbox": "mailto:anna@example.org"}),
        ("mailto:Anna@example.org", {"mbox": "mailto:Anna@example.org"}),
        ("anna@example.org", {"mbox": "mailto:anna@example.org"}),
        ("openid:https://example.org/anna", {"openid": "https://example.org/anna"}),
        ("sha1:" + "aB" * 20, {"mbox_sha1sum": "aB" * 20}),
    ],
)
def test_an_identifier_is_written_as_the_log_has_it(text: str, agent: dict[str, object]) -> None:
    assert canonical_ifi(text) == agent_ifi(agent)


@pytest.mark.parametrize(
    "text",
    ["", "anna", "https://example.org/anna", "a" * 40, "sha1:x", "openid:anna", "mbox:anna",
     "|anna", "account:lms.example|anna", "https://lms.example|", "account:https://lms.example",
     "a@b@c", "https://lms.example|x\0"],
)  # fmt: skip
def test_what_could_be_anything_is_no_identifier(text: str) -> None:
    assert canonical_ifi(text) is None


def test_rows_become_people() -> None:
    raw = (
        "learner,identifier,directorate,employer,occupation,cohort,kind,x-note\n"
        f"anna,{ANNA},DRH,Ville,agente,2026-01,,\n"
        "\n"
        f'anna , anna@example.org ,DRH,Ville,agente,2026-01,learner,"a ""note"", with\nlines"\n'
        f"ben,{BEN},,,,,staff,\n"
    )
    anna = Person("anna", "learner", "DRH", "Ville", "agente", "2026-01")
    people = read_directory(raw.encode("utf-8-sig"))
    assert people == {ANNA: anna, ANNA_ELSEWHERE: anna, BEN: Person("ben", "staff")}
    assert people[ANNA] is people[ANNA_ELSEWHERE]
    by_excel = f"learner;identifier;directorate\r\nanna;{ANNA};DRH, Paris\r\n"
    assert read_directory(by_excel.encode()) == {ANNA: Person("anna", directorate="DRH, Paris")}


def test_all_that_is_wrong_is_told_by_its_line() -> None:
    raw = (
        "identifier,learner,directorate,kind\n"
        f"{ANNA},anna,DRH,\n"
        "nobody,\n"
        "nobody,anna,DRH,\n"
        f"{ANNA},anna,DRH,\n"
        f"{BEN},,DRH,\n"
        f"{ANNA_ELSEWHERE},anna,DASES,teacher\n"
    )
    with pytest.raises(Refused) as refused:
        read_directory(raw.encode())
    found = [str(each) for each in refused.value.problems]
    assert found.pop(1).startswith('4: identifier: "nobody" is not an identifier, such as account:')
    assert found == [
        "3: there are 2 cells under 4 columns",
        f'5: identifier: "{ANNA}" stands on line 2 already',
        "6: learner: the learner has no name",
        '7: directorate: "DASES" contradicts "DRH" of line 2, of the same learner',
        '7: kind: "teacher" contradicts "learner" of line 2, of the same learner',
        '7: kind: "teacher" is not one of learner, staff, service',
    ]


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (b"", ["1: there is no header"]),
        (b"learner,learner,,identifier\n", [
            "1: a column has no name", "1: learner: this column is here twice"]),
        (b"learner,nom\n", [
            "1: identifier: there is no column identifier",
            '1: nom: "nom" is not known; a column of your own begins with x-']),
        (b"learner,identifier\na,\xe9\n", ["2: this is not UTF-8"]),
        (b"learner,identifier\na\0b,https://lms.example|x\n", [
            "2: there is a character of code 0 in this row"]),
        (b'learner,identifier\na,"x"y\n', ["2: this is not CSV: ',' expected after '\"'"]),
    ],
)  # fmt: skip
def test_what_is_no_directory_at_all_is_refused(raw: bytes, problems: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        read_directory(raw)
    assert [str(each) for each in refused.value.problems] == problems


def people(*rows: tuple[str, str, str]) -> dict[str, Person]:
    """Make people of identifier, learner and directorate."""
    columns = ("identifier", "learner", "directorate")
    return collect_people(columns, enumerate(rows, 1))


def test_an_import_merges_or_is_the_whole_truth(records: Database) -> None:
    first = people((ANNA, "anna", "DRH"), (ANNA_ELSEWHERE, "anna", "DRH"), (BEN, "ben", "DRH"))
    assert tuple(import_directory(records, first)) == (3, 0, 0, 0, 1)
    assert tuple(import_directory(records, first)) == (0, 0, 0, 3, 1)
    moved = people((ANNA, "anna", "DASES"), ("c@example.org", "cleo", ""))
    assert tuple(import_directory(records, moved)) == (1, 2, 0, 1, 2)
    directory = records.snapshot(load_directory)
    assert len(directory) == 4
    assert directory.person(ANNA_ELSEWHERE) == Person("anna", directorate="DASES")
    assert directory.person(ANNA_ELSEWHERE) is directory.person(ANNA)
    assert directory.person("mbox:mailto:nobody@example.org") is None
    assert directory.learners().keys() == {"anna", "ben", "cleo"}
    assert tuple(import_directory(records, moved, replace=True)) == (0, 0, 2, 2, 3)
    assert tuple(remove_identifiers(records, [ANNA, "nobody"])) == (0, 0, 1, 1, 4)
    assert records.read(load_revisions)["directory"] == 4


def test_what_is_written_can_be_brought_in_again() -> None:
    directory = Directory(people((BEN, 'b "x", y', "é\nà"), (ANNA, "anna", "")))
    file = io.StringIO(newline="")
    write_directory(directory, file)
    assert read_directory(file.getvalue().encode()) == directory.people
    assert Directory().person(ANNA) is None


def test_many_people_take_little_memory(records: Database) -> None:
    number = 20_000
    rows = [
        (f"account:https://lms.example|p{n}", f"l{n // 3}", f"D{n // 3 % 22}")
        for n in range(number)
    ]
    assert import_directory(records, people(*rows)).added == number
    tracemalloc.start()
    try:
        directory = records.snapshot(load_directory)
        kept_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(directory) == number
    assert kept_bytes < 400 * number
