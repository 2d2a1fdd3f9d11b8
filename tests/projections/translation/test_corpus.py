"""Every row of the vocabulary is reached, and every statement comes to what it should."""

from __future__ import annotations

import json

import pytest

from projections.translation.event import Kind
from projections.translation.places import ROLES, ActivityTypes
from projections.translation.vocabulary import shipped_vocabulary
from tests.projections.translation.corpus import CORPUS, Told
from tests.projections.translation.statements import AT, ifi, one


def _name(told: Told) -> str:
    extensions = told.statement.get("context", {}).get("extensions", {})
    info = extensions.get("http://lrs.learninglocker.net/define/extensions/info", {})
    event = info.get("event_name", "").rpartition("\\")[2]
    return f"{event} {told.statement['verb']['id'].rpartition('/')[2]} {told.kind.name}"


@pytest.mark.parametrize("told", CORPUS, ids=_name)
def test_statement_comes_to_its_kind_of_event(told: Told) -> None:
    event = one(told.statement)
    assert (event.kind, event.own) == (told.kind, told.own)
    assert (event.learner, event.at, event.dated) == (ifi("17"), AT, True)


def test_every_row_understands_some_statement() -> None:
    vocabulary = shipped_vocabulary()
    used = {vocabulary.row_for(json.dumps(told.statement).encode()) for told in CORPUS}
    assert [row.marks for row in vocabulary.rows if row not in used] == []


def test_every_kind_is_reached() -> None:
    assert {told.kind for told in CORPUS} == set(Kind)


def test_types_of_activities_have_roles_that_places_know() -> None:
    rows = ActivityTypes().rows
    assert {role for _, _, role in rows} == set(ROLES)
    assert len({row[:2] for row in rows}) == len(rows)
