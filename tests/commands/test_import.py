"""`lrs import` of files and of standard input."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from statements.descriptions import definition_of, names_of
from statements.opening import open_database
from statements.terms import Dictionary
from tests.commands.samples import (
    make_anonymous,
    make_moodle_event,
    without,
    write_lines,
)
from tests.conformance.samples import (
    make_activity,
    make_agent,
    make_attachment,
    make_id,
    make_statement,
    refer_to,
    void,
)
from tests.conformance.signatures import USAGE_TYPE, attach, sign
from tests.http.live import wait_until
from tests.plugins.server import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from statements.connection import Connection
    from tests.commands.called import Lrs

Json = dict[str, Any]

REFUSED_STATUS = 3
INVALID = make_statement(actor={"mbox": "no address"})


def as_array(*statements: Json) -> bytes:
    return json.dumps(statements).encode()


def as_arrays_in_print(*statements: Json) -> bytes:
    return b"\n".join(json.dumps([each], indent=4).encode() for each in statements)


@pytest.mark.parametrize("write", [write_lines, as_array, as_arrays_in_print])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("piped", [False, True])
def test_every_form_of_file_goes_in_and_comes_out_the_same(
    lrs: Lrs, tmp_path: Path, write: Callable[..., bytes], *, packed: bool, piped: bool
) -> None:
    statements = [make_statement(), make_statement(), void(make_statement())]
    file = tmp_path / "statements"
    file.write_bytes(gzip.compress(write(*statements)) if packed else write(*statements))
    called = lrs("import", *(["-"] if piped else [file]), given=file.read_bytes() if piped else b"")
    assert (called.status, called.err) == (0, "")
    assert called.out.startswith(b"3 new, 0 known, 0 refused, 0 in conflict (")
    ours = ("stored", "authority", "version", "timestamp")
    assert [without(each, *ours) for each in lrs.statements()] == statements


def test_the_report_for_machines_counts_and_measures(lrs: Lrs) -> None:
    report = lrs.take(make_statement(), INVALID)
    seconds, half = report["seconds"], 0.0005  # it is rounded to a millisecond
    assert seconds >= 0
    assert report["statements_per_second"] >= round(2 / (seconds + half)) - 1
    assert seconds <= half or report["statements_per_second"] <= round(2 / (seconds - half)) + 1
    assert without(report, "seconds", "statements_per_second") == {
        "new": 1,
        "known": 0,
        "refused": 1,
        "conflicts": 0,
    }


def test_what_is_refused_is_told_with_place_and_reason_and_takes_nothing_else_with_it(
    lrs: Lrs, tmp_path: Path
) -> None:
    good = [make_statement() for _ in range(3)]
    lines = [good[0], INVALID, good[1], {"id": INVALID["id"], "actor": 1}, [1], good[2]]
    refused = tmp_path / "refused.jsonl"
    given = write_lines(*lines) + b'{"id": "cut o'
    called = lrs("import", "-", "--refused", refused, given=given)
    assert called.status == REFUSED_STATUS
    assert called.out.startswith(b"3 new, 0 known, 4 refused, 0 in conflict (")
    assert [each["id"] for each in lrs.statements()] == [each["id"] for each in good]
    told = [json.loads(line) for line in refused.read_text().splitlines()]
    assert [(each["number"], each["line"], each["kind"]) for each in told] == [
        (2, 2, "refused"),
        (4, 4, "refused"),
        (5, 5, "refused"),
        (7, 7, "refused"),
    ]
    assert [each["id"] for each in told] == [INVALID["id"], INVALID["id"], None, None]
    assert told[0]["problems"][0]["path"] == "$.actor.mbox"
    assert told[0]["problems"][0]["requirement"] == "XAPI-00038"
    assert called.err.splitlines()[0].startswith(f"refused: line 2 ({INVALID['id']}): $.actor.mbox")


def test_only_the_first_refusals_are_shown_if_there_is_no_file_for_them(lrs: Lrs) -> None:
    called = lrs("import", "-", given=write_lines(*[INVALID] * 9))
    shown = called.err.splitlines()
    assert [line.partition(" (")[0] for line in shown[:5]] == [
        f"refused: line {number}" for number in range(1, 6)
    ]
    assert shown[5:] == ["refused: and more; --refused FILE keeps them all"]


def test_another_statement_with_a_known_id_is_a_conflict(lrs: Lrs, tmp_path: Path) -> None:
    first, later = make_statement(), make_statement()
    refused = tmp_path / "refused.jsonl"
    report = lrs.take(first, later | {"id": first["id"]}, options=("--refused", str(refused)))
    assert (report["new"], report["conflicts"], report["refused"]) == (1, 1, 0)
    told = json.loads(refused.read_text())
    assert (told["line"], told["id"], told["kind"]) == (2, first["id"], "conflict")
    assert told["problems"][0]["requirement"] == "XAPI-00142"


def test_importing_again_adds_nothing_whether_statements_have_ids_or_not(lrs: Lrs) -> None:
    statements = [make_statement(), make_anonymous(), make_moodle_event()]
    assert lrs.take(*statements)["new"] == 3
    again = lrs.take(*statements)
    assert (again["new"], again["known"], again["conflicts"]) == (0, 3, 0)


def test_a_statement_without_an_id_has_the_same_one_in_every_store(lrs: Lrs, other: Lrs) -> None:
    statement = make_anonymous()
    lrs.take(statement)
    other.take(dict(reversed(statement.items())))
    [here], [there] = lrs.statements(), other.statements()
    assert UUID(here["id"]).version == 5
    assert here["id"] == there["id"]


def test_statements_without_ids_that_differ_in_anything_are_different(lrs: Lrs) -> None:
    statement = make_anonymous(context={"registration": make_id()})
    others = [
        statement | {"context": {"registration": make_id()}},
        statement | {"timestamp": "2026-01-05T08:12:01Z"},
        statement | {"result": {"completion": True}},
    ]
    assert lrs.take(statement, *others)["new"] == 4


def test_what_the_moodle_plugin_sends_twice_under_another_registration_is_one_statement(
    lrs: Lrs,
) -> None:
    first = make_moodle_event(registration=make_id())
    again = first | {"context": first["context"] | {"registration": make_id()}}
    later = first | {"timestamp": "2026-01-05T08:13:00.000Z"}
    report = lrs.take(first, again, later)
    assert (report["new"], report["known"], report["conflicts"]) == (2, 1, 0)
    assert lrs.take(again)["known"] == 1


def test_moodle_events_of_which_nobody_knows_when_are_not_taken_for_one(lrs: Lrs) -> None:
    first = without(make_moodle_event(registration=make_id()), "timestamp")
    again = first | {"context": first["context"] | {"registration": make_id()}}
    assert lrs.take(first, again)["new"] == 2


def test_an_authority_is_kept_and_a_missing_one_is_named_after_the_source(
    lrs: Lrs, tmp_path: Path
) -> None:
    authority = make_agent()
    file = tmp_path / "old store.jsonl"
    file.write_bytes(write_lines(make_statement(authority=authority), make_statement()))
    assert lrs("import", file, LRS_PUBLIC_URL="https://lrs.example.org").status == 0
    kept, given = (each["authority"] for each in lrs.statements())
    assert kept == authority
    assert given["account"] == {
        "homePage": "https://lrs.example.org",
        "name": "import:old store.jsonl",
    }


def test_an_authority_can_be_given_to_all(lrs: Lrs) -> None:
    template = '{"account":{"homePage":"http://example.org","name":"{organisation} by {source}"}}'
    options = ("--no-keep-authority", "--authority", template, "--organisation", 'the "City"')
    lrs.take(make_statement(authority=make_agent()), options=options)
    [statement] = lrs.statements()
    assert statement["authority"]["account"]["name"] == 'the "City" by standard input'


@pytest.mark.parametrize("template", ["no JSON", '{"name":"nobody"}', "[]"])
def test_an_authority_that_is_no_agent_is_refused_before_anything_is_read(
    lrs: Lrs, template: str
) -> None:
    called = lrs("import", "-", "--authority", template, given=write_lines(make_statement()))
    assert called.status == 2
    assert "--authority" in called.err
    assert lrs.statements() == []


def test_statements_belong_to_the_organisation_that_is_named(lrs: Lrs) -> None:
    mine, yours = make_statement(), make_statement()
    lrs.take(mine, options=("--organisation", "city"))
    lrs.take(yours)
    assert [each["id"] for each in lrs.statements("--organisation", "city")] == [mine["id"]]


@pytest.mark.parametrize("defines", [True, False])
def test_definitions_and_names_are_taken_over_unless_that_is_not_wanted(
    lrs: Lrs, *, defines: bool
) -> None:
    activity, agent = make_activity(name={"fr": "Le cours"}), make_agent(name="Anna")
    options = () if defines else ("--no-define",)
    lrs.take(make_statement(object=activity, actor=agent), options=options)
    identifier = f"account:{agent['account']['homePage']}|{agent['account']['name']}"

    def look(connection: Connection) -> tuple[object, object]:
        definition = definition_of(connection, Dictionary(), activity["id"])
        return definition and json.loads(definition), names_of(connection, Dictionary(), identifier)

    database = open_database(f"sqlite:///{lrs.folder}/lrs.sqlite3")
    try:
        expected = (activity["definition"], ["Anna"]) if defines else (None, [])
        assert database.read(look) == expected
    finally:
        database.close()


def test_each_statement_is_held_to_the_version_that_it_says_or_shows(lrs: Lrs) -> None:
    agents = [{"objectType": "contextAgent", "agent": make_agent()}]
    shows = make_statement(context={"contextAgents": agents})
    says = make_statement(version="2.0.0", timestamp="2026-01-05 08:12:00Z")
    older = make_statement(version="1.0.3", timestamp="2026-01-05T08:12:00Z")
    liar = make_statement(version="1.0.3", context={"contextAgents": agents})
    report = lrs.take(shows, says, older, liar, make_statement())
    assert (report["new"], report["refused"]) == (4, 1)
    versions = [each["version"] for each in lrs.statements()]
    assert versions == ["2.0.0", "2.0.0", "1.0.3", "1.0.0"]


def test_all_statements_can_be_held_to_one_version(lrs: Lrs) -> None:
    agents = [{"objectType": "contextAgent", "agent": make_agent()}]
    newer = make_statement(context={"contextAgents": agents})
    assert lrs.take(newer, options=("--xapi-version", "1.0.3"))["refused"] == 1
    stated = newer | {"version": "1.0.3"}
    assert lrs.take(stated, options=("--xapi-version", "2.0.0"))["new"] == 1


def test_stored_is_set_anew(lrs: Lrs) -> None:
    lrs.take(make_statement(stored="2001-01-01T00:00:00Z"))
    [statement] = lrs.statements()
    assert statement["stored"] > "2026"


def test_references_and_voids_work_whatever_their_order(lrs: Lrs) -> None:
    voided, kept = make_statement(), make_statement()
    lrs.take(void(voided), make_statement(object=refer_to(kept)), voided, kept)
    ids = [each["id"] for each in lrs.statements("--no-voided")]
    assert len(ids) == 3
    assert voided["id"] not in ids


def test_attachments_come_from_a_folder_by_their_hash(lrs: Lrs, tmp_path: Path) -> None:
    content = os.urandom(1000)
    entry = make_attachment(content) | {"sha2": make_attachment(content)["sha2"].upper()}
    (tmp_path / entry["sha2"].lower()).write_bytes(content)
    linked = make_attachment(b"elsewhere", fileUrl="http://example.org/file")
    report = lrs.take(
        make_statement(attachments=[entry, linked]), options=("--attachments", str(tmp_path))
    )
    assert report["new"] == 1
    out = tmp_path / "out"
    lrs("export", tmp_path / "statements", "--attachments", out)
    assert [file.read_bytes() for file in out.iterdir()] == [content]
    assert lrs("check").status == 0


def test_an_attachment_that_is_missing_or_another_one_is_refused(lrs: Lrs, tmp_path: Path) -> None:
    entry = make_attachment(b"the content")
    (tmp_path / entry["sha2"]).write_bytes(b"other content")
    refused = tmp_path / "refused.jsonl"
    options = ("--refused", str(refused))
    statement = make_statement(attachments=[entry])
    assert lrs.take(statement, options=options)["refused"] == 1
    assert json.loads(refused.read_text())["problems"][0]["requirement"] == "XAPI-00129"
    assert lrs.take(statement, options=(*options, "--attachments", str(tmp_path)))["refused"] == 1
    assert "another hash" in json.loads(refused.read_text())["problems"][0]["rule"]


def test_a_signature_is_checked(lrs: Lrs, tmp_path: Path) -> None:
    statement = make_statement()
    for content in (jws := sign(json.dumps(statement).encode()), sign(b'{"other": 1}')):
        (tmp_path / make_attachment(content)["sha2"]).write_bytes(content)
    good = attach(statement, jws)
    bad = attach(make_statement(), jws)
    report = lrs.take(good, bad, options=("--attachments", str(tmp_path)))
    assert (report["new"], report["refused"]) == (1, 1)
    [stored] = lrs.statements()
    assert stored["attachments"][0]["usageType"] == USAGE_TYPE


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: gzip.compress(data, mtime=0)[:-20], "the gzip data are damaged"),
        (lambda data: b"[" + data.rstrip().replace(b"\n", b","), "the array .* breaks off"),
    ],
)
def test_what_came_before_the_damage_is_in_and_the_damage_is_told(
    lrs: Lrs, damage: Callable[[bytes], bytes], message: str
) -> None:
    given = damage(write_lines(*(make_statement() for _ in range(2500))))
    called = lrs("import", "-", "--json", given=given)
    assert called.status == 1
    last = called.err.splitlines()[-1]
    assert last.startswith("lrs: ")
    assert re.search(message, last)
    assert called.json["new"] > 1000
    assert len(lrs.statements()) == called.json["new"]


def test_a_source_that_is_not_there_or_no_json_is_told_in_a_line(lrs: Lrs, tmp_path: Path) -> None:
    missing = lrs("import", tmp_path / "missing")
    assert missing.status == 2
    assert "there is no file" in missing.err
    page = lrs("import", "-", given=b"<html>")
    assert (page.status, page.err) == (1, "lrs: this is not JSON: it starts with '<'\n")
    folder = lrs("import", tmp_path)
    assert folder.status == 1
    assert folder.err.startswith("lrs: ")


def test_nothing_is_no_failure(lrs: Lrs) -> None:
    called = lrs("import", "-", given=b"[]")
    assert (called.status, called.err) == (0, "")


def test_a_store_that_was_not_made_yet_is_told(lrs: Lrs, tmp_path: Path) -> None:
    called = lrs("import", "-", given=b"[]", LRS_DATA_DIR=str(tmp_path))
    assert (called.status, called.out) == (1, b"")
    assert called.err.startswith("lrs: there is no database at")


def test_options_can_stand_in_the_environment(lrs: Lrs, tmp_path: Path) -> None:
    refused = tmp_path / "refused.jsonl"
    variables = {"LRS_IMPORT_REFUSED": str(refused), "LRS_IMPORT_ORGANISATION": "city"}
    called = lrs(
        "import", "-", given=write_lines(make_statement(), INVALID), LRS_JSON="1", **variables
    )
    assert called.json["refused"] == len(refused.read_text().splitlines()) == 1
    assert len(lrs.statements("--organisation", "city")) == 1


def test_a_killed_import_is_done_by_doing_it_again(lrs: Lrs) -> None:
    statements = [make_statement() for _ in range(6000)]
    given = write_lines(*statements)
    environment = os.environ | {"LRS_DATA_DIR": str(lrs.folder)}
    with subprocess.Popen(  # noqa: S603  # the command under test
        [COMMAND, "import", "-"], env=environment, stdin=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(given[: len(given) * 2 // 3])
        process.stdin.flush()
        wait_until(lambda: lrs.statements("--limit", 1), "the first statements are in")
        process.send_signal(signal.SIGKILL)
    before = len(lrs.statements())
    assert 0 < before < len(statements)
    called = lrs("import", "-", "--json", given=given)
    assert (called.json["new"], called.json["known"]) == (len(statements) - before, before)
    assert lrs("check").status == 0
