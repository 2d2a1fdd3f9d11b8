"""What has to be folded again after a change of reference data."""

from __future__ import annotations

from typing import Any

import pytest

from projections.reference.badges import make_badge
from projections.reference.catalogue import Catalogue, make_course
from projections.reference.changes import (
    badge_changes,
    catalogue_changes,
    directory_changes,
)
from projections.reference.directory import Directory, Person
from tests.projections.reference.samples import EXCEL, badge_iri, course_iri
from tests.projections.reference.samples import make_badge as a_badge

ONE = course_iri(1)
PAGE, QUIZ = EXCEL["modules"]


def catalogue(*documents: dict[str, Any]) -> Catalogue:
    """Make a catalogue."""
    return Catalogue(map(make_course, documents))


@pytest.mark.parametrize(
    ("changed", "belongs_to"),
    [
        (EXCEL, set()),
        (EXCEL | {"x-owner": "other"}, set()),
        (EXCEL | {"title": "x"}, {"texts"}),
        (EXCEL | {"minutes": 1}, {"texts"}),
        (EXCEL | {"modules": [PAGE | {"title": "x", "minutes": 9, "kind": "y"}, QUIZ]}, {"texts"}),
        (EXCEL | {"modules": [QUIZ, PAGE]}, {"texts"}),
        (EXCEL | {"tags": ["x"]}, {"texts", "tags"}),
        (EXCEL | {"tags": EXCEL["tags"][::-1]}, {"texts"}),
        (EXCEL | {"opening": "free"}, {"folding"}),
        (EXCEL | {"title": "x", "opening": "free", "tags": []}, {"folding", "tags"}),
        (EXCEL | {"modules": [PAGE]}, {"folding"}),
        (EXCEL | {"modules": [PAGE, QUIZ | {"required": True}]}, {"folding"}),
        (EXCEL | {"modules": [PAGE, QUIZ | {"pass_mark": 61}]}, {"folding"}),
        (EXCEL | {"modules": [PAGE, QUIZ | {"move_on": "Completed"}]}, {"folding"}),
        (EXCEL | {"modules": [PAGE | {"activities": []}, QUIZ]}, {"folding"}),
    ],
)
def test_a_changed_course_is_folded_again_only_if_that_can_matter(
    changed: dict[str, Any], belongs_to: set[str]
) -> None:
    other = {"id": course_iri(2)}
    found = catalogue_changes(catalogue(EXCEL, other), catalogue(changed, other))._asdict()
    assert {name for name, courses in found.items() if courses} == belongs_to
    assert all(courses <= {ONE} for courses in found.values())


def test_a_course_that_comes_or_goes_is_folded_again() -> None:
    for pair in ((catalogue(), catalogue(EXCEL)), (catalogue(EXCEL), catalogue())):
        assert tuple(map(set, catalogue_changes(*pair))) == ({ONE}, {ONE}, set())
    moved = catalogue({"id": course_iri(2), "modules": [PAGE]}, EXCEL | {"modules": [QUIZ]})
    assert catalogue_changes(catalogue(EXCEL), moved).folding == {ONE, course_iri(2)}


def test_identifiers_that_are_somebody_else_move_and_learners_are_told_anew() -> None:
    old = {"a": Person("anna"), "a2": Person("anna"), "b": Person("ben"), "c": Person("cleo")}
    new = {
        "a": Person("anna", directorate="DRH"), "a2": Person("ben"), "b": Person("ben"),
        "d": Person("dan"),
    }  # fmt: skip
    changes = directory_changes(Directory(old), Directory(new))
    assert changes.moved == {"a2", "c", "d"}
    assert changes.attributes == {"anna"}
    assert not any(directory_changes(Directory(old), Directory(dict(old))))


def test_badges_are_judged_again_only_if_that_can_matter() -> None:
    old = {badge_iri(n): make_badge(a_badge(n)) for n in (1, 2, 3)}
    new = {
        badge_iri(1): make_badge(a_badge(1) | {"name": "x"}),
        badge_iri(2): make_badge(a_badge(2, any_courses=2)),
        badge_iri(4): make_badge(a_badge(4)),
    }
    changes = badge_changes(old, new)
    assert changes.criteria == {badge_iri(2), badge_iri(3), badge_iri(4)}
    assert changes.texts == {badge_iri(1)}
