"""Named queries say what they answer; parameters are values; what is published tells of nobody."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import BadParameter, LakeMissing, NoSuchReport, NotForPublication
from analytics.reports.asking import ask
from analytics.reports.named import LANGUAGES, REQUIRED, named_queries, named_query
from analytics.reports.parameters import OF_PEOPLE, PARAMETERS, bind
from analytics.reports.wording import write, write_day, write_month, written_rows
from analytics.session import connect
from lrs.records.suppression import hidden

if TYPE_CHECKING:
    from analytics.reports.named import NamedQuery
    from tests.analytics.lakes import World
    from tests.analytics.town import Town

SMALL = 5
SAMPLES = {"text": "'; DROP VIEW statements; --", "day": "2026-03-20", "whole": "7"}
QUERIES = list(named_queries().values())
FEW = partial(hidden, least=SMALL)
name_of = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)


def required(query: NamedQuery) -> dict[str, str]:
    return {name: "x" for name, value in query.parameters.items() if value == REQUIRED}


@name_of
def test_a_query_is_described_by_what_it_has(query: NamedQuery) -> None:
    assert set(query.parameters) <= set(PARAMETERS)
    assert all(f"${name}" in query.sql for name in query.parameters)
    figures = [name for names in query.people.values() for name in names]
    assert set(figures) | set(query.people) <= set(query.columns)
    drawn = {query.chart.x, query.chart.y, query.chart.size} - {"", "count()"}
    assert drawn <= set(query.columns)
    assert query.people or query.persons  # or nobody knows what may be published
    texts = [query.title, query.answers, *query.columns.values(), *query.words.values()]
    assert all(text.into(language) for text in texts for language in LANGUAGES)


@name_of
def test_an_answer_has_the_columns_and_any_value_is_but_a_value(
    town: Town, query: NamedQuery
) -> None:
    anything = {name: SAMPLES[PARAMETERS[name].kind] for name in query.parameters}
    for chosen in (required(query), anything):
        with (
            connect(town.lake) as session,
            session.query(query.sql, bind(query, chosen)) as result,
        ):
            assert result.schema.names == list(query.columns)
            result.table()
            assert "statements" in session.views


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("weekly-connections", {"since": "yesterday"}, "since is a day"),
        ("weekly-connections", {"since": "2026-02-30"}, "since is a day"),
        ("weekly-connections", {"video": "x"}, "knows no video; it knows since"),
        ("course-funnel", {}, "needs course"),
        ("video-retention", {"video": "x", "steps": "0"}, "steps is a whole number from 1"),
        ("video-retention", {"video": "x", "steps": "9" * 5000}, "steps is a whole number"),
        ("video-retention", {"video": "x", "steps": "1; SELECT 1"}, "steps is a whole number"),
    ],
)
def test_a_wrong_parameter_is_refused_with_its_rule(
    name: str, given: dict[str, str], reason: str
) -> None:
    with pytest.raises(BadParameter, match=reason):
        bind(named_query(name), given)


def test_a_report_that_there_is_not_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(NoSuchReport, match="weekly-connections"):
        named_query("../../secrets")


def test_a_lake_without_records_says_what_to_do(world: World) -> None:
    world.export()
    query = named_query("weekly-connections")
    with connect(world.store) as session, pytest.raises(LakeMissing, match="lrs work"):
        ask(session, query, bind(query, {}))


# What is published


def test_small_groups_are_left_out_and_so_is_what_would_tell_them(town: Town) -> None:
    query = named_query("completion-by-directorate")
    with connect(town.lake) as session:
        whole = ask(session, query, bind(query, {}))
        public = ask(session, query, bind(query, {}), FEW)
    small = {row["directorate"] for row in whole.rows if row["learners"] < SMALL}
    out = {i for i, _ in public.left_out}
    names = [row["directorate"] for row in public.rows]
    assert small
    assert small <= {names[i] for i in out} < set(names)
    known = {row["directorate"]: row for row in whole.rows}
    for i, row in enumerate(public.rows):
        expected = dict.fromkeys(query.people["learners"]) if i in out else {}
        assert row == known[row["directorate"]] | expected
    cells = written_rows(public, "fr")
    assert all(cells[i][1:] == ["n. c."] * (len(query.columns) - 1) for i in out)
    # Where it stands tells nothing, either.
    assert sorted(out) == list(range(len(names) - len(out), len(names)))
    assert [names[i] for i in sorted(out)] == sorted(names[i] for i in out)


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_nothing_small_is_ever_published(town: Town, data: st.DataObject) -> None:
    query = data.draw(st.sampled_from([each for each in QUERIES if not each.persons]))
    days = st.dates(date(2026, 3, 9), date(2026, 4, 12)).map(str)
    chosen = required(query)
    for name in ("since", "until"):
        if name in query.parameters and data.draw(st.booleans()):
            chosen[name] = data.draw(days)
    with connect(town.lake) as session:
        whole = ask(session, query, bind(query, chosen))
        public = ask(session, query, bind(query, chosen), FEW)
    shown = {tuple(row[key] for key in query.keys): row for row in public.rows}
    for people, figures in query.people.items():
        for row in whole.rows:
            if 0 < (row[people] or 0) < SMALL:
                mine = shown[tuple(row[key] for key in query.keys)]
                assert {mine[figure] for figure in figures} == {None}


def test_lists_of_persons_and_parts_of_the_people_are_not_published(town: Town) -> None:
    persons = named_query("dormant-learners")
    part = named_query("weekly-connections")
    with connect(town.lake) as session:
        with pytest.raises(NotForPublication, match="lists persons"):
            ask(session, persons, bind(persons, {}), FEW)
        with pytest.raises(NotForPublication, match="by directorate"):
            ask(session, part, bind(part, {"directorate": "DFA"}), FEW)
    assert set(PARAMETERS) >= OF_PEOPLE


# How values are written


@pytest.mark.parametrize(
    ("form", "value", "french", "english"),
    [
        ("whole", 1234567, "1\u202f234\u202f567", "1,234,567"),
        ("number", 1234.56, "1\u202f234,6", "1,234.6"),
        ("number", -0.125, "-0,12", "-0.12"),
        ("share", 0.1234, "12,3\u202f%", "12.3%"),
        ("day", date(2026, 3, 9), "09/03/2026", "2026-03-09"),
        ("text", "a,b.c", "a,b.c", "a,b.c"),
    ],
)
def test_values_are_written_as_their_readers_do(
    form: str, value: object, french: str, english: str
) -> None:
    assert (write(form, value, "fr"), write(form, value, "en")) == (french, english)
    assert (write_month("2026-08", "fr"), write_month("2026-08", "en")) == (
        "août 2026",
        "August 2026",
    )
    assert write_day(date(2026, 12, 1), "fr") == "01/12/2026"
