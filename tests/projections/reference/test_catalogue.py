"""The catalogue: what a course document means, which are refused, whose an activity is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from projections.reference.catalogue import Catalogue, Course, Module, make_course
from projections.reference.documents import (
    BADGES,
    CATALOGUE,
    Kind,
    import_documents,
    load_badges,
    load_catalogue,
    load_documents,
    remove_documents,
)
from projections.reference.problems import Refused
from projections.reference.revisions import load_revisions
from projections.reference.yaml_documents import read_document
from tests.projections.reference.samples import (
    EXCEL,
    PAGE,
    QUIZ,
    VIDEO,
    badge_iri,
    course_iri,
    make_badge,
)
from tests.projections.reference.samples import make_course as a_course

if TYPE_CHECKING:
    from statements.database import Database

ONE = course_iri(1)
AN_IRI = "an IRI with a scheme, such as https://example.com/course (RFC 3987)"


def bring_in(
    records: Database, kind: Kind, *documents: object, replace: bool = False
) -> tuple[int, ...]:
    """Bring documents in; the report."""
    value = {kind.member: list(documents)}
    return tuple(import_documents(records, kind, value, replace=replace))


def problems(records: Database, kind: Kind, value: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """Try to bring something in; the problems, without lines."""
    with pytest.raises(Refused) as refused:
        import_documents(records, kind, value)
    return [f"{each.place}: {each.rule}" for each in refused.value.problems]


def test_a_document_becomes_a_course() -> None:
    course = make_course(EXCEL)
    assert course == Course(
        course_iri(1), "Tableur", ("bureautique", "numérique"), "enrolment", 95.5,
        (
            Module(PAGE, "Lire", "page", True, 5, None, "", (VIDEO,)),  # noqa: FBT003 - required
            Module(QUIZ, required=False, pass_mark=60, move_on="Passed"),
        ),
    )  # fmt: skip
    assert make_course({"id": course_iri(2)}) == Course(course_iri(2))


def test_the_catalogue_knows_whose_each_activity_is() -> None:
    game = {"id": course_iri(2), "modules": [{"id": course_iri(2), "kind": "game"}]}
    catalogue = Catalogue(map(make_course, (EXCEL, game)))
    activities = (PAGE, QUIZ, VIDEO, course_iri(1), "urn:x")
    assert [catalogue.course_of(each) for each in activities] == [course_iri(1)] * 4 + [""]
    modules = [catalogue.module_of(each) for each in (PAGE, VIDEO, course_iri(2), course_iri(1))]
    assert [each and each.id for each in modules] == [PAGE, PAGE, course_iri(2), None]
    assert catalogue.course(course_iri(2)) is catalogue[course_iri(2)]
    assert catalogue.course("urn:x") is None
    assert catalogue.tagged()["bureautique"] == {course_iri(1)}


def test_what_is_brought_in_is_there_as_it_came(records: Database) -> None:
    assert bring_in(records, CATALOGUE, EXCEL, a_course(2)) == (2, 0, 0, 0, 1)
    assert records.read(lambda c: load_documents(c, CATALOGUE))[course_iri(1)] == EXCEL
    assert records.read(load_catalogue)[course_iri(1)] == make_course(EXCEL)
    assert bring_in(records, BADGES, make_badge()) == (1, 0, 0, 0, 1)
    assert records.read(load_badges)[badge_iri(1)].name == "Badge 1"


def test_an_import_adds_and_changes_and_removes_only_if_it_is_told_to(records: Database) -> None:
    bring_in(records, CATALOGUE, *map(a_course, range(4)))
    assert bring_in(records, CATALOGUE, a_course(1, title="x"), a_course(4)) == (1, 1, 0, 3, 2)
    assert bring_in(records, CATALOGUE, a_course(1, title="x")) == (0, 0, 0, 5, 2)
    assert bring_in(records, CATALOGUE, a_course(2), replace=True) == (0, 0, 4, 1, 3)
    assert list(records.read(load_catalogue)) == [course_iri(2)]
    assert tuple(remove_documents(records, CATALOGUE, [course_iri(2), "urn:x"])) == (0, 0, 1, 0, 4)
    assert records.read(load_revisions) == {
        "catalogue": 4,
        "badges": 0,
        "directory": 0,
        "vocabulary": 0,
    }


def test_all_that_is_wrong_is_told_and_nothing_is_written(records: Database) -> None:
    bring_in(records, CATALOGUE, a_course(3, modules=[{"id": PAGE}]))
    wrong = [
        {"id": "x", "colour": 1},
        {**a_course(1), "opening": "open", "modules": [{"minutes": -1}]},
        a_course(2),
    ]
    assert problems(records, CATALOGUE, {"courses": wrong}) == [
        '$.courses[0].colour: "colour" is not known; a member of your own begins with x-',
        f'$.courses[0].id: "x" is not {AN_IRI}',
        "$.courses[1].modules[0]: a module needs id",
        "$.courses[1].modules[0].minutes: -1 is not a number of minutes, 0 or more",
        '$.courses[1].opening: "open" is not one of "free", "enrolment"',
    ]
    assert list(records.read(load_catalogue)) == [course_iri(3)]
    assert records.read(load_revisions)["catalogue"] == 1


def test_an_activity_belongs_to_one_course_and_one_module(records: Database) -> None:
    bring_in(records, CATALOGUE, a_course(3, modules=[{"id": PAGE}]))
    one = a_course(1, modules=[{"id": VIDEO}, {"id": QUIZ, "activities": [QUIZ, VIDEO]}])
    two = a_course(2, modules=[{"id": PAGE}, {"id": course_iri(1)}])
    again = a_course(2)
    value = {"courses": [one, two], "x-note": 1, "badges": []}
    assert problems(records, CATALOGUE, value) == [
        f'$.courses[0].modules[1].activities[1]: "{VIDEO}" belongs to the module "{VIDEO}" already',
        f'$.courses[1].modules[0].id: "{PAGE}" belongs to the course "{course_iri(3)}" already',
        f'$.courses[1].modules[1].id: "{ONE}" belongs to the course "{ONE}" already',
    ]
    assert problems(records, CATALOGUE, {"courses": [again, again]}) == [
        f'$.courses[1].id: "{course_iri(2)}" is here already, at $.courses[0]'
    ]
    twice = a_course(1, modules=[{"id": PAGE + "0"}, {"id": PAGE + "0"}])
    [problem] = problems(records, CATALOGUE, {"courses": [twice]})
    assert problem.endswith("already")
    assert bring_in(records, CATALOGUE, a_course(4, modules=[{"id": PAGE}]), replace=True)[0] == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ["$: null is not an object with courses"]),
        ([], ["$: [] is not an object with courses"]),
        ({"badges": []}, ["$: there is no list of courses"]),
        ({"courses": {}}, ["$: there is no list of courses"]),
        (
            {"courses": [], "learners": []},
            ['$.learners: "learners" is not known; it is neither courses nor badges'],
        ),
        ({"courses": [1]}, ["$.courses[0]: 1 is not a course"]),
    ],
)
def test_what_is_no_catalogue_at_all_is_refused(
    records: Database, value: object, said: list[str]
) -> None:
    assert problems(records, CATALOGUE, value) == said


def test_courses_are_compared_though_others_are_wrong(records: Database) -> None:
    courses = [a_course(1), a_course(1), {"id": "x"}, a_course(2, modules=[{"id": ONE}])]
    assert problems(records, CATALOGUE, {"courses": courses, "learners": 1}) == [
        f'$.courses[1].id: "{ONE}" is here already, at $.courses[0]',
        f'$.courses[2].id: "x" is not {AN_IRI}',
        f'$.courses[3].modules[0].id: "{ONE}" belongs to the course "{ONE}" already',
        '$.learners: "learners" is not known; it is neither courses nor badges',
    ]


def test_problems_have_the_lines_of_the_file(records: Database) -> None:
    raw = b"courses:\n- id: urn:a\n  minutes: x\n- id: urn:b\n  modules:\n  - {id: 'urn:a'}\n"
    value, lines = read_document(raw)
    with pytest.raises(Refused) as refused:
        import_documents(records, CATALOGUE, value, lines=lines)
    assert [each.line for each in refused.value.problems] == [3]
    value["courses"][0].pop("minutes")
    with pytest.raises(Refused) as refused:
        import_documents(records, CATALOGUE, value, lines=lines)
    assert [(each.line, each.place) for each in refused.value.problems] == [
        (6, "$.courses[1].modules[0].id")
    ]
