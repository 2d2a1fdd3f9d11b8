"""`lrs export`: what goes out, and that it comes back."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from lrs.exporting import Selection, export
from statements.filters import Filters
from statements.opening import open_database
from tests.commands.samples import without, write_lines
from tests.conformance.samples import (
    make_agent,
    make_attachment,
    make_id,
    make_statement,
    refer_to,
    void,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.called import Called, Lrs

Json = dict[str, Any]


def ids(statements: list[Json]) -> list[str]:
    """Tell the ids of statements in order."""
    return [each["id"] for each in statements]


def test_an_export_taken_in_by_an_empty_store_gives_the_same_statements(
    lrs: Lrs, other: Lrs, tmp_path: Path
) -> None:
    contents = [b"one", b"two"]
    files = tmp_path / "files"
    files.mkdir()
    for content in contents:
        (files / make_attachment(content)["sha2"]).write_bytes(content)
    gone = make_statement()
    statements = [
        *(make_statement(attachments=[make_attachment(each)]) for each in contents),
        gone,
        void(gone),
        make_statement(object=refer_to(gone)),
        make_statement(result={"score": {"raw": 1.5}}, authority=make_agent(), version="1.0.3"),
        make_statement(context={"extensions": {"http://example.org/null": None}}),
    ]
    lrs.take(*statements, options=("--attachments", str(files)))
    file, out = tmp_path / "all.jsonl.gz", tmp_path / "out"
    assert lrs("export", file, "--attachments", out).err == "7 statements\n"
    assert other("import", file, "--attachments", out).status == 0
    ours, theirs = lrs.statements(), other.statements()
    assert [without(each, "stored") for each in ours] == [
        without(each, "stored") for each in theirs
    ]
    assert [each["stored"] for each in ours] < [each["stored"] for each in theirs]
    assert lrs.statements("--no-voided") != ours
    assert ids(lrs.statements("--no-voided")) == ids(other.statements("--no-voided"))
    assert other("check").status == 0


def test_statements_come_out_with_the_bytes_that_came_in(lrs: Lrs) -> None:
    score = b'{"raw":  0.10000000000000000555, "max": 12345678901234567890123}'
    text = json.dumps(make_statement(result={"score": 1})).encode().replace(b"1}", score + b"}")
    assert lrs("import", "-", given=text).status == 0
    assert score in lrs("export").out


def test_a_statement_is_one_line_whatever_line_feeds_it_came_with(lrs: Lrs) -> None:
    statement = make_statement(result={"response": "line\nfeed"})
    lrs("import", "-", given=json.dumps(statement, indent=2).replace("\n", "\r\n").encode())
    [line] = lrs("export").lines
    assert json.loads(line)["result"] == statement["result"]


def test_an_empty_store_exports_nothing(lrs: Lrs) -> None:
    called = lrs("export")
    assert (called.status, called.out, called.err) == (0, b"", "0 statements\n")


class Filled:
    """A store with statements that differ in what filters look at."""

    def __init__(self, lrs: Lrs) -> None:
        self.anna = make_agent()
        self.about = make_statement(context={"registration": make_id()})
        self.hers = make_statement(actor=self.anna)
        self.with_her = make_statement(context={"instructor": self.anna})
        self.gone = make_statement()
        self.void = void(self.gone)
        self.referring = make_statement(object=refer_to(self.about))
        self.all = [self.about, self.hers, self.with_her, self.gone, self.void, self.referring]
        lrs.take(*self.all[:3], options=("--organisation", "city"))
        lrs.take(*self.all[3:])


def test_filters_mean_what_they_mean_over_http(lrs: Lrs) -> None:
    filled = Filled(lrs)
    about, hers, with_her, *_ = filled.all
    anna = json.dumps(filled.anna)

    def found(*options: str) -> list[str]:
        return ids(lrs.statements(*options))

    both = ids([about, filled.referring])  # one of them by reference
    assert found("--verb", about["verb"]["id"]) == both
    assert found("--activity", about["object"]["id"]) == both
    assert found("--registration", about["context"]["registration"].upper()) == both
    assert found("--agent", anna) == ids([hers])
    assert found("--agent", anna, "--related") == ids([hers, with_her])
    assert found("--agent", "mailto:nobody@example.org") == []
    assert found("--organisation", "city") == ids(filled.all[:3])
    assert found("--verb", hers["verb"]["id"], "--agent", json.dumps(about["actor"])) == []
    assert found() == ids(filled.all)
    without_gone = [each for each in filled.all if each is not filled.gone]
    assert found("--no-voided") == ids(without_gone)


def test_an_export_can_be_cut_by_time_position_and_number(lrs: Lrs) -> None:
    filled = Filled(lrs)
    stored = [each["stored"] for each in lrs.statements()]
    everything = ids(filled.all)
    assert ids(lrs.statements("--since", stored[1])) == everything[2:]
    assert ids(lrs.statements("--until", stored[1])) == everything[:2]
    assert ids(lrs.statements("--since", "2001-01-01", "--until", "2002-01-01")) == []
    assert ids(lrs.statements("--after", 4)) == everything[4:]
    assert ids(lrs.statements("--limit", 2)) == everything[:2]
    assert ids(lrs.statements("--limit", 0)) == []
    assert ids(lrs.statements("--after", 1, "--limit", 3)) == everything[1:4]
    assert len(lrs("export", LRS_EXPORT_LIMIT="2").lines) == 2


def test_a_line_can_say_the_position(lrs: Lrs) -> None:
    lrs.take(make_statement(), make_statement())
    plain = lrs.statements()
    placed = lrs.statements("--with-position")
    assert [each["position"] for each in placed] == [1, 2]
    assert [each["statement"] for each in placed] == plain
    assert [each["stored"] for each in placed] == [each["stored"] for each in plain]


def test_an_export_that_fails_leaves_nothing_behind(lrs: Lrs, tmp_path: Path) -> None:
    lrs.take(make_statement())
    (tmp_path / "a file").touch()
    called = lrs("export", tmp_path / "statements", "--attachments", tmp_path / "a file" / "folder")
    assert called.status == 1
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a file"]


@pytest.mark.parametrize(
    "options",
    [
        ("--agent", "{}"),
        ("--agent", '{"objectType":"Group","member":[]}'),
        ("--agent", "anna"),
        ("--verb", "completed"),
        ("--activity", "no iri"),
        ("--since", "yesterday"),
        ("--registration", "1"),
        ("--after", "-1"),
        ("--limit", "many"),
    ],
)
def test_a_filter_that_means_nothing_is_told(lrs: Lrs, options: tuple[str, str]) -> None:
    called: Called = lrs("export", *options)
    assert called.status == 2
    assert f"Invalid value for '{options[0]}'" in called.err


def test_a_file_gets_its_name_when_it_is_whole(lrs: Lrs, tmp_path: Path) -> None:
    lrs.take(make_statement())
    file = tmp_path / "statements.jsonl"
    file.write_text("the last export")
    lrs("export", file)
    assert file.read_bytes() == lrs("export").out
    failed = lrs("export", file, LRS_DATA_DIR=str(tmp_path / "nowhere"))
    assert failed.status == 1
    assert file.read_bytes() == lrs("export").out
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [file.name]


def test_the_same_export_packed_is_the_same_file(lrs: Lrs, tmp_path: Path) -> None:
    lrs.take(make_statement())
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"
    for file in (first, second):
        lrs("export", file)
    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()) == lrs("export").out


def test_more_pages_than_one_are_read_in_order_from_one_state_of_the_store(lrs: Lrs) -> None:
    statements = [make_statement() for _ in range(1203)]
    lrs("import", "-", given=write_lines(*statements))
    database = open_database(f"sqlite:///{lrs.folder}/lrs.sqlite3")
    lines: list[bytes] = []

    def write(line: bytes) -> None:
        if not lines:
            lrs.take(make_statement())
        lines.append(line)

    try:
        count = export(database, Selection(filters=Filters()), write, lambda *_: None)
    finally:
        database.close()
    assert count == len(lines)
    assert [json.loads(line)["id"] for line in lines] == ids(statements)
    assert len(lrs.statements()) == len(statements) + 1


def test_memory_does_not_grow_with_the_store(lrs: Lrs) -> None:
    extensions = {"http://example.org/long": "x" * 20_000}
    for _ in range(4):
        lrs.take(*(make_statement(context={"extensions": extensions}) for _ in range(500)))
    database = open_database(f"sqlite:///{lrs.folder}/lrs.sqlite3")
    tracemalloc.start()
    try:
        export(database, Selection(filters=Filters()), len, lambda *_: None)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        database.close()
    assert peak_bytes < 12_000_000  # two pages; the store holds four times as much
