"""cmi5's five rules of moving on, with everything that may have happened (cmi5, 10.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.projections.cast import MOVE_ON_NAME
from tests.projections.story import at
from tests.projections.translation.statements import ADL, AU, AWL, CMI5_COURSE, TEACHER, Json, cmi5

if TYPE_CHECKING:
    from tests.projections.story import Story

HAPPENED: dict[str, list[Json]] = {
    "nothing": [],
    "completed": [cmi5(f"{ADL}completed", result={"completion": True})],
    "passed": [cmi5(f"{ADL}passed", result={"success": True, "score": {"scaled": 0.9}})],
    "failed": [cmi5(f"{ADL}failed", result={"success": False, "score": {"scaled": 0.1}})],
    "waived": [cmi5(f"{AWL}waived", result={"success": True, "completion": True}, by=TEACHER)],
}
SATISFIED_BY = {
    "Passed": {"passed", "waived"},
    "Completed": {"completed", "waived"},
    "CompletedAndPassed": {"waived"},
    "CompletedOrPassed": {"completed", "passed", "waived"},
    "NotApplicable": set(HAPPENED),
}
CASES = [(rule, what) for rule in SATISFIED_BY for what in HAPPENED]


def _course(**members: str) -> list[Json]:
    return [{"id": CMI5_COURSE["id"], "title": "Cours", "modules": [{"id": AU["id"], **members}]}]


@pytest.mark.parametrize(("rule", "what"), CASES)
def test_a_course_is_completed_as_the_launch_says(story: Story, rule: str, what: str) -> None:
    story.describe(catalogue=_course())
    story.tell(cmi5(f"{ADL}launched", more={MOVE_ON_NAME: rule}))
    story.tell(*HAPPENED[what], minute=5)
    completion = story.line("completion")
    satisfied = what in SATISFIED_BY[rule]
    assert (completion["status"] == "completed") == satisfied
    assert completion["progress"] == float(satisfied)
    when = 0 if rule == "NotApplicable" else 5
    assert completion["completed"] == (at(when) if satisfied else None)


@pytest.mark.parametrize(("rule", "what"), CASES)
def test_a_rule_of_the_catalogue_goes_before_that_of_the_launch(
    story: Story, rule: str, what: str
) -> None:
    other = "Passed" if rule == "NotApplicable" else "NotApplicable"
    story.describe(catalogue=_course(move_on=rule))
    story.tell(cmi5(f"{ADL}launched", more={MOVE_ON_NAME: other}))
    story.tell(*HAPPENED[what], minute=5)
    assert (story.line("completion")["status"] == "completed") == (what in SATISFIED_BY[rule])


def test_completed_and_passed_is_satisfied_by_both_when_the_later_one_comes(story: Story) -> None:
    story.describe(catalogue=_course())
    story.tell(*HAPPENED["passed"], minute=9)
    story.tell(*HAPPENED["completed"], minute=3)
    story.tell(cmi5(f"{ADL}launched", more={MOVE_ON_NAME: "CompletedAndPassed"}))
    completion = story.line("completion")
    assert (completion["status"], completion["completed"]) == ("completed", at(9))
    assert '"required modules":1' in completion["evidence"]


def test_the_course_satisfied_needs_no_catalogue(story: Story) -> None:
    story.tell(cmi5(f"{AWL}satisfied", CMI5_COURSE), minute=7)
    completion, enrolment = story.line("completion"), story.line("enrolment")
    assert (completion["status"], completion["completed"]) == ("completed", at(7))
    assert (enrolment["status"], enrolment["how"]) == ("completed", "implicit")
