"""Rows of the vocabulary: which one wins, what a site may add, and what it is told of mistakes."""

from __future__ import annotations

import json

import pytest

from projections.translation.event import Event, Kind
from projections.translation.places import ActivityTypes
from projections.translation.rows import load_rows
from projections.translation.tables import BadTable, shipped
from projections.translation.vocabulary import Vocabulary, shipped_vocabulary
from tests.projections.translation.corpus import PAGE
from tests.projections.translation.statements import (
    ADL,
    AU,
    STORED,
    TIN,
    Json,
    activity,
    context,
    moodle,
    profile,
    statement,
)  # fmt: skip

VERB = "https://ville.example/verbs/visited"
PLACE = "https://ville.example/types/museum"
CATEGORY = "https://ville.example/categories/culture"
MUSEUM = activity("https://ville.example/musees/1", PLACE)


def _by(vocabulary: Vocabulary, told: Json) -> Event:
    translation = vocabulary.translate(json.dumps(told).encode(), STORED)
    assert translation.unrecognised is None
    (event,) = translation.events
    return event


def _site(*rows: str) -> Vocabulary:
    return Vocabulary("\n".join(["verb,type,event,category,dialect,kind", *rows]))


def test_shipped_rows_each_have_marks_of_their_own() -> None:
    lines = shipped("vocabulary.csv").splitlines()
    assert len(load_rows()) == len(lines) - 1


def test_what_no_row_knows_is_activity_and_said_to_be_unrecognised() -> None:
    payload = json.dumps(statement(VERB, MUSEUM)).encode()
    translation = shipped_vocabulary().translate(payload, STORED)
    assert translation.unrecognised == (VERB, PLACE)
    assert [(event.kind, event.own) for event in translation.events] == [(Kind.ACTIVITY, True)]
    assert shipped_vocabulary().row_for(payload) is None


def test_event_outweighs_type_outweighs_category_outweighs_verb() -> None:
    rows = [f"{VERB},,,,,started"]
    told = moodle("local_museum/visited", VERB, MUSEUM)
    told["context"]["contextActivities"]["category"] = [activity(CATEGORY)]
    heavier = [
        f"{VERB},,,{CATEGORY},,progressed",
        f",{PLACE},,,,completed",
        r",,\local_museum\event\visited,,,passed",
    ]
    assert _by(_site(*rows), told).kind == Kind.STARTED
    for row, kind in zip(heavier, (Kind.PROGRESSED, Kind.COMPLETED, Kind.PASSED), strict=True):
        rows.append(row)
        assert _by(_site(*rows), told).kind == kind
        assert _by(_site(*reversed(rows)), told).kind == kind


def test_row_that_names_the_dialect_outweighs_one_that_does_not_and_verb_comes_last() -> None:
    told = moodle("local_museum/visited", VERB, MUSEUM)
    rows = [f"{VERB},,,,,started", ",,,,moodle,progressed", f"{VERB},,,,moodle,completed"]
    assert _by(_site(*rows[:1]), told).kind == Kind.STARTED
    assert _by(_site(*rows[:2]), told).kind == Kind.PROGRESSED
    assert _by(_site(*rows), told).kind == Kind.COMPLETED


def test_rows_of_a_dialect_are_not_for_others() -> None:
    told = statement(VERB, MUSEUM)
    payload = json.dumps(told).encode()
    assert _site(f"{VERB},,,,moodle,started").translate(payload, STORED).unrecognised
    assert _by(_site(f"{VERB},,,,adl,started"), told).kind == Kind.STARTED


def test_site_comes_before_what_is_shipped_where_both_are_as_specific() -> None:
    told = statement(f"{TIN}viewed", AU)
    assert _by(shipped_vocabulary(), told).kind == Kind.ACTIVITY
    assert _by(_site(f"{TIN}viewed,,,,,progressed"), told).kind == Kind.PROGRESSED
    assert _by(_site(f"{TIN}viewed,,,,adl,progressed"), told).kind == Kind.PROGRESSED


def test_site_cannot_overrule_an_event_by_a_verb() -> None:
    told = moodle("core/course_module_completion_updated", f"{ADL}completed", PAGE)
    assert _by(_site(f"{ADL}completed,,,,,started"), told).kind == Kind.COMPLETED


def test_new_source_is_a_new_row() -> None:
    vocabulary = Vocabulary(
        "\ufeffverb,category,kind,own,score,details\n"
        "# museums, from May\n"
        "\n"
        f"{VERB},{CATEGORY},passed,alone,scaled,passed\n"
    )
    result = {"success": True, "score": {"scaled": 0.5}}
    told = profile(CATEGORY, VERB, MUSEUM, result=result)
    event = _by(vocabulary, told)
    assert (event.kind, event.details.percent, event.details.passed) == (Kind.PASSED, 50.0, True)


def test_version_changes_with_the_rows_and_only_with_them() -> None:
    row = f"{VERB},,,,,started"
    versions = {Vocabulary().version, _site(row).version, _site(f"{VERB},,,,,passed").version}
    assert len(versions) == 3
    assert _site(row).version == _site(row, "# nothing").version
    assert Vocabulary().version == shipped_vocabulary().version


def test_mistakes_are_told_by_line() -> None:
    site = (
        "verb,kind,own,score,measure,how,completes,details,dialect\n"
        "https://a.example/v,finished,,,,,,,\n"
        "https://a.example/w,completed,,,,,,,\n"
        ",completed,,,,,,,\n"
        "https://a.example/x,completed,mine,,,,,,\n"
        "https://a.example/y,completed,,,,,,reason passd,\n"
        "https://a.example/z,completed,,,,,,,,too,many\n"
        "https://a.example/z,completed,,,,,,,moodel\n"
    )
    with pytest.raises(BadTable) as caught:
        Vocabulary(site)
    lines = str(caught.value).splitlines()
    starts = [line.partition(": ")[0] for line in lines]
    assert starts == [f"the site's vocabulary, line {number}" for number in (2, 4, 5, 6, 7, 8)]
    assert "'finished'" in lines[0]
    assert "'logged_in'" in lines[0]
    assert "'passd'" in lines[3]
    assert "dialect is 'moodel', not one of" in lines[5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("verb,knd\na,b\n", "line 1: there is no column 'knd'"),
        ('verb,kind\n"a,started\n', "line 2: "),
    ],
)
def test_table_that_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(BadTable, match=message):
        Vocabulary(text)


def test_mistakes_in_types_are_told_by_line() -> None:
    with pytest.raises(BadTable, match="the site's activity types, line 3: role is 'cours'"):
        ActivityTypes("type,role\nhttps://a.example/t,course\nhttps://a.example/u,cours\n")
    with pytest.raises(BadTable, match="line 2: type is missing"):
        ActivityTypes("type,role\n,course\n")


def test_category_of_a_row_is_looked_for_among_all() -> None:
    both = context(category=[activity("https://a.example/other"), activity(CATEGORY)])
    told = statement(VERB, MUSEUM, context=both)
    assert _by(_site(f"{VERB},,,{CATEGORY},,started"), told).kind == Kind.STARTED
