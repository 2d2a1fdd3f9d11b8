"""The xapi.fr dialect of TRAX says what its twin, logstore_xapi, says in other words."""

from __future__ import annotations

import pytest

from projections.translation.event import NOTHING, Event, Kind
from tests.projections.translation.corpus import DONE, ENDED, PAGE, QUESTION
from tests.projections.translation.statements import (
    ADL,
    ATTEMPT,
    AWL,
    COURSE,
    COURSE_ID,
    EDLM,
    FRENCH,
    QUIZ,
    TIN,
    TRAX_COURSE,
    TRAX_QUIZ,
    TYPE,
    Json,
    activity,
    h5p,
    moodle,
    moodle_site,
    one,
    trax,
    trax_site,
)  # fmt: skip

_IDS = {TRAX_COURSE["id"]: COURSE_ID, TRAX_QUIZ["id"]: QUIZ["id"]}
GRADED = {"score": {"raw": 10, "min": 0, "max": 20, "scaled": 0.5}}
RESET = {"completion": False}


def _elsewhere(event: Event) -> Event:
    """The event at the activities of the other dialect."""
    unit, course, ancestors = event.place
    place = event.place._replace(
        unit=_IDS.get(unit, unit),
        course=_IDS.get(course, course),
        ancestors=tuple(_IDS.get(iri, iri) for iri in ancestors),
    )
    return event._replace(place=place)


@pytest.mark.parametrize(
    ("french", "other"),
    [
        (
            trax_site("user_loggedin", f"{AWL}logged-in"),
            moodle_site("core/user_loggedin", f"{EDLM}verbs/login"),
        ),
        (
            trax_site("user_loggedout", f"{AWL}logged-out"),
            moodle_site("core/user_loggedout", f"{EDLM}verbs/logout"),
        ),
        (
            trax("core/course_viewed", f"{FRENCH}verbs/navigated-in", TRAX_COURSE),
            moodle("core/course_viewed", f"{TIN}viewed", COURSE),
        ),
        (
            trax("core/course_completed", f"{ADL}completed", TRAX_COURSE, result=DONE),
            moodle("core/course_completed", f"{ADL}completed", COURSE),
        ),
        (
            trax("mod_quiz/course_module_completion_updated", f"{ADL}completed", TRAX_QUIZ),
            moodle("core/course_module_completion_updated", f"{ADL}completed", QUIZ, result=DONE),
        ),
        (
            trax("", f"{FRENCH}verbs/marked-completion", TRAX_QUIZ, result=RESET),
            moodle("core/course_module_completion_updated", f"{EDLM}verbs/uncompleted", QUIZ),
        ),
        (
            trax("core/user_graded", f"{ADL}scored", TRAX_QUIZ, result=GRADED),
            moodle(
                "mod_quiz/attempt_submitted", f"{ADL}completed", ATTEMPT, QUIZ,
                result={"score": ENDED["score"]},
            ),
        ),
        (
            trax(
                "logstore_trax/hvp_quiz_question_answered", f"{ADL}answered",
                activity(f"{TRAX_QUIZ['id']}/question/1", f"{TYPE}cmi.interaction"),
                result={**GRADED, "success": True},
                context={
                    "contextActivities": {
                        "parent": [TRAX_QUIZ], "grouping": [TRAX_COURSE],
                        "category": [activity(f"{FRENCH}categories/vle-profile")],
                    }
                },
            ),
            moodle(
                "mod_quiz/attempt_submitted", f"{ADL}answered",
                QUESTION, ATTEMPT, QUIZ,
            ),
        ),
    ],
)  # fmt: skip
def test_twins_come_to_the_same(french: Json, other: Json) -> None:
    assert _elsewhere(one(french)) == one(other)


@pytest.mark.parametrize(
    ("verb", "success"), [("passed", True), ("failed", False), ("scored", None)]
)
def test_h5p_through_trax_is_a_mark_as_it_is_from_the_content_itself(
    verb: str,
    success: bool | None,  # noqa: FBT001 - of the result
) -> None:
    told = {} if success is None else {"success": success}
    score = {"score": {"raw": 2, "min": 0, "max": 5, "scaled": 0.4}, **told, "completion": True}
    event = "logstore_trax/hvp_quiz_completed"
    french = one(trax(event, f"{ADL}{verb}", TRAX_QUIZ, result=score))
    own = one(h5p(f"{ADL}completed", result=score))
    assert french.kind == own.kind == Kind.SCORED
    assert french.details.percent == own.details.percent == 40.0
    # TRAX chooses the verb by the pass mark of Moodle's gradebook, H5P has none.
    assert (french.details.passed, own.details.passed) == (success, None)


def test_scaled_is_a_share_in_this_dialect() -> None:
    result = {"score": {"scaled": 0.4}}
    assert (
        one(trax("core/user_graded", f"{ADL}scored", TRAX_QUIZ, result=result)).details.percent
        == 40.0
    )


def test_completion_without_a_mark_of_an_h5p_quiz_is_not_the_modules() -> None:
    told = trax("logstore_trax/hvp_quiz_completed", f"{ADL}completed", TRAX_QUIZ, result=DONE)
    assert (one(told).kind, one(told).details) == (Kind.SCORED, NOTHING)


def test_dialect_is_known_by_its_category_where_no_event_is_named() -> None:
    told = trax("", f"{ADL}passed", TRAX_QUIZ, result={**GRADED, "success": True})
    assert (one(told).kind, one(told).details.passed) == (Kind.SCORED, True)


def test_session_of_scorm_content_is_not_one_of_cmi5() -> None:
    told = trax("", f"{ADL}scored", TRAX_QUIZ, result=GRADED)
    told["context"]["extensions"] = {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": "1"}
    assert one(told).kind == Kind.SCORED


def test_system_and_levels_are_nobodys_ancestors() -> None:
    event = one(trax("mod_page/course_module_viewed", f"{FRENCH}verbs/navigated-in", PAGE))
    assert event.place == (PAGE["id"], TRAX_COURSE["id"], ())
