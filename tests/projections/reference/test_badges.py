"""Badge definitions: which are refused, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from projections.reference.badge_rules import broken_badge_rules
from projections.reference.badges import (
    Badge,
    BadgesHeld,
    CoursesCompleted,
    Group,
    Period,
    ScoreAtLeast,
    TimeAtLeast,
    make_badge,
    moment_of,
)
from projections.reference.documents import BADGES, import_documents
from projections.reference.problems import Refused
from projections.reference.wording import words_of
from tests.projections.reference.samples import badge_iri, course_iri
from tests.projections.reference.samples import make_badge as a_badge

if TYPE_CHECKING:
    from projections.reference.badges import Criterion
    from statements.database import Database

DAY = 86_400_000_000
JANUARY = 1_767_222_000_000_000  # 2026-01-01 in Paris
ONE, TWO = course_iri(1), course_iri(2)

CRITERIA: list[tuple[dict[str, Any], Criterion, str]] = [
    ({"courses": [ONE]}, CoursesCompleted((ONE,), 1), f"the course {ONE}"),
    ({"courses": [ONE, TWO]}, CoursesCompleted((ONE, TWO), 2), f"all of the courses {ONE}, {TWO}"),
    (
        {"courses": [ONE, TWO], "at_least": 1, "within_days": 30},
        CoursesCompleted((ONE, TWO), 1, period=Period(within=30 * DAY)),
        f"1 of the courses {ONE}, {TWO}, within 30 days",
    ),
    ({"any_courses": 3}, CoursesCompleted((), 3), "any 3 courses"),
    (
        {"any_courses": 3, "tag": "numérique", "after": "2026-01-01"},
        CoursesCompleted((), 3, "numérique", Period(after=JANUARY)),
        "any 3 courses tagged numérique, from 2025-12-31T23:00:00Z on",
    ),
    (
        {"score_at_least": 80, "course": ONE, "score": "last", "before": "2025-12-31T23:00:00Z"},
        ScoreAtLeast(ONE, 80, "last", Period(before=JANUARY)),
        f"last score of 80 % in {ONE}, before 2025-12-31T23:00:00Z",
    ),
    (
        {"minutes_at_least": 90, "time": "measured", "course": ONE},
        TimeAtLeast(5_400_000_000, measured=True, course=ONE),
        f"90 minutes of measured time in {ONE}",
    ),
    ({"minutes_at_least": 0.5}, TimeAtLeast(30_000_000), "0.5 minutes of connections"),
    ({"badges": [badge_iri(2)]}, BadgesHeld((badge_iri(2),), 1), f"the badge {badge_iri(2)}"),
    (
        {"any": [{"courses": [ONE]}, {"all": [{"courses": [TWO]}]}]},
        Group((CoursesCompleted((ONE,), 1), Group((CoursesCompleted((TWO,), 1),), 1)), 1),
        "1 of 2 criteria",
    ),
]


@pytest.mark.parametrize(("document", "criterion", "words"), CRITERIA)
def test_each_form_becomes_a_criterion_that_can_be_said(
    document: dict[str, Any], criterion: Criterion, words: str
) -> None:
    definition = {**a_badge(1, **document), "valid_days": 730, "description": "x", "x-a": 1}
    assert list(broken_badge_rules(definition)) == []
    assert make_badge(definition) == Badge(badge_iri(1), "Badge 1", criterion, 730)
    assert words_of(criterion) == words


@pytest.mark.parametrize(
    ("members", "problems"),
    [
        ({"x-a": 1}, ["$: {} is not one criterion: exactly one of courses, any_courses, "]),
        ({"any_courses": 1, "courses": [ONE]}, ["is not one criterion"]),
        ({"courses": []}, ["$.courses: [] is not a list of different IRIs, one at least"]),
        ({"courses": [ONE, ONE]}, ["is not a list of different IRIs"]),
        ({"any_courses": 0}, ["$.any_courses: 0 is not a whole number, 1 or more"]),
        ({"any_courses": 1, "name": ""}, ['$.name: "" is not a name']),
        ({"any_courses": 1, "valid_days": "2"}, ['$.valid_days: "2" is not a whole number']),
        ({"any_courses": 1, "colour": 2}, ['$.colour: "colour" is not known']),
        ({"courses": [ONE], "tag": "x"}, ['$.tag: "tag" means nothing beside "courses"']),
        ({"courses": [ONE], "at_least": 2}, ['$.at_least: "courses" lists only 1']),
        ({"score_at_least": 101, "course": ONE}, ["$.score_at_least: 101 is not a percentage"]),
        ({"score_at_least": 10}, ["$: a score needs a course"]),
        ({"minutes_at_least": 0}, ["$.minutes_at_least: 0 is not a number of minutes above 0"]),
        ({"any_courses": 1, "after": "2026-02-30"}, ['$.after: "2026-02-30" is not in the cal']),
        ({"any_courses": 1, "after": "May"}, ['$.after: "May" is not a day such as 2026-01-31']),
        (
            {"any_courses": 1, "after": "2026-02-01", "before": "2026-02-01"},
            ["$.before: this is not later than what stands at after"],
        ),
        (
            {"all": [{"courses": ["x"]}, {"any": [{"badges": [badge_iri(1)], "id": "urn:x"}]}]},
            ['$.all[0].courses[0]: "x" is not an IRI', '$.all[1].any[0].id: "id" is not known'],
        ),
        (
            {"any": [{"courses": [ONE], "at_least": 3}, {"all": [{"score_at_least": 1}]}]},
            ['$.any[0].at_least: "courses" lists only 1', "$.any[1].all[0]: a score needs a"],
        ),
    ],
)
def test_a_wrong_definition_is_refused_with_all_that_is_wrong(
    members: dict[str, Any], problems: list[str]
) -> None:
    found = [f"{path}: {rule}" for path, rule in broken_badge_rules(a_badge(1, **members))]
    assert len(found) == len(problems)
    assert all(said in problem for said, problem in zip(problems, found, strict=True)), found


@pytest.mark.parametrize("document", [1, None, [], "x"])
def test_what_is_no_object_is_no_badge(document: Any) -> None:  # noqa: ANN401 - any JSON
    [(path, rule)] = broken_badge_rules(document, "$.badges[2]")
    assert path == "$.badges[2]"
    assert rule.endswith("is not a badge")


def test_badges_do_not_require_each_other_in_a_circle(records: Database) -> None:
    one, two = badge_iri(1), badge_iri(2)
    first = [a_badge(1, badges=[two]), a_badge(3, badges=[one, "urn:of-another-platform"])]
    import_documents(records, BADGES, {"badges": first})
    closing = a_badge(2, all=[{"any_courses": 1}, {"any": [{"badges": [one]}]}])
    with pytest.raises(Refused) as refused:
        import_documents(records, BADGES, {"badges": [closing]})
    assert [tuple(each) for each in refused.value.problems] == [
        (0, "$.badges[0]", f'"{two}" requires a badge that requires it')
    ]
    with pytest.raises(Refused):
        import_documents(records, BADGES, {"badges": [a_badge(4, badges=[badge_iri(4)])]})
    import_documents(records, BADGES, {"badges": [a_badge(2, badges=["urn:x"])]})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-01", JANUARY),
        ("2026-07-01", 1_782_856_800_000_000),
        ("2026-01-01T00:00:00+01:00", JANUARY),
        ("2025-12-31T23:00:00.000001z", JANUARY + 1),
    ],
)
def test_a_day_begins_in_paris(text: str, moment: int) -> None:
    assert moment_of(text) == moment
