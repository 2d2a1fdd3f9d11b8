"""What statements are called in the lake."""

from __future__ import annotations

import json

import pytest

from projections.classification import Classification, Sorted
from projections.reference.catalogue import Catalogue, Course, Module
from projections.translation.statement import places_in, read_statement
from projections.translation.vocabulary import VOIDED, shipped_vocabulary
from tests.projections.translation.corpus import CORPUS, Told
from tests.projections.translation.statements import (
    ADL,
    AU,
    COURSE,
    FILM,
    STORED,
    Json,
    cmi5,
    statement,
    video,
)

OWNER = "https://moodle.example.org/course/view.php?id=9"


def sort(told: Json, *courses: Course) -> Sorted:
    classification = Classification(shipped_vocabulary(), Catalogue(courses))
    statement = read_statement(json.dumps(told).encode())
    return classification.sort(statement, places_in(statement))


@pytest.mark.parametrize("told", CORPUS)
def test_a_statement_is_called_what_the_fold_makes_of_it(told: Told) -> None:
    payload = json.dumps(told.statement).encode()
    translation = shipped_vocabulary().translate(payload, STORED)
    found = sort(told.statement)
    for event in translation.events:
        assert found.event == event.kind.name.lower()
        assert found.percent == event.details.percent
        assert (found.course or "") == event.place.course
        assert {found.module or found.course or ""} == {event.place.unit}


def test_the_course_is_the_one_that_the_statement_names() -> None:
    found = sort(video("https://w3id.org/xapi/video/verbs/played"))
    assert (found.course, found.module) == (COURSE["id"], FILM["id"])


def test_a_course_that_is_not_named_is_the_catalogues() -> None:
    told = cmi5(f"{ADL}completed")
    assert sort(told) == Sorted("completed", None, AU["id"])
    assert sort(told, Course(OWNER, modules=(Module(AU["id"]),))).course == OWNER


def test_a_statement_that_voids_tells_of_no_learner() -> None:
    reference = {"objectType": "StatementRef", "id": "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"}
    assert sort(statement(VOIDED, reference)) == Sorted("voiding")


def test_another_version_is_another_owner_and_nothing_else() -> None:
    def version(*courses: Course) -> str:
        return Classification(shipped_vocabulary(), Catalogue(courses)).version

    first = Course(OWNER, "Feu", modules=(Module("https://x.example/m"),))
    assert version(first) == version(first._replace(title="Eau", minutes=9))
    assert version(first) != version(first._replace(modules=()))
    assert version(first) != version()
