"""The nine traps of logstore_xapi, as far as the meaning of statements is concerned."""

from __future__ import annotations

import json

import pytest

from projections.translation.event import NOTHING, Kind, Measure
from tests.projections.translation.corpus import (
    ASSIGNMENT,
    BBB,
    DONE,
    ENDED,
    FOR,
    HALF,
    LESSON,
    LESSON_PAGE,
    PAGE,
    QUESTION,
    REVIEW,
    ROOM,
    SCO,
    SCORM,
    SLOT,
    SUBMISSION,
    SURVEY,
)  # fmt: skip
from tests.projections.translation.statements import (
    ADL,
    ATTEMPT,
    COURSE,
    COURSE_ID,
    DOD,
    EDLM,
    LEARNER,
    PREPOSITIONS,
    QUIZ,
    SITE,
    TEACHER,
    TIN,
    TLA,
    Json,
    activity,
    ifi,
    module_of,
    moodle,
    moodle_site,
    one,
    read,
)  # fmt: skip

SUBMITTED = moodle("mod_quiz/attempt_submitted", f"{ADL}completed", ATTEMPT, QUIZ, result=ENDED)


def _in_context(told: Json, **members: object) -> Json:
    return {**told, "context": {**told["context"], **members}}


def test_1_a_resent_statement_comes_to_an_equal_event() -> None:
    # Folds count an event once for each learner, time, kind and place: no content key is needed.
    again = {**SUBMITTED, "id": "b2d7a9c4-3d0b-4c7c-8d83-9a0f5ac4e3b1"}
    again["stored"] = "2026-01-05T09:30:00.000Z"
    assert read(_in_context(again, registration="d1a4c4a4-5cc0-5e0e-9a3e-0c1d2e3f4a5b")) == read(
        SUBMITTED
    )


def test_2_registration_is_no_session_and_no_enrolment() -> None:
    assert one(SUBMITTED).details.registration == ""


@pytest.mark.parametrize(
    ("score", "percent"),
    [
        ({"raw": 10, "min": 0, "max": 20, "scaled": 0.0}, 50.0),
        ({"raw": 20, "min": 0, "max": 20, "scaled": 1}, 100.0),
        ({"raw": 0, "max": 20, "scaled": -1}, 0.0),
        ({"raw": 15, "min": 10, "max": 20, "scaled": 0.0}, 50.0),
        ({"raw": 25, "max": 20}, 100.0),
        ({"raw": -3, "max": 20}, 0.0),
        ({"scaled": 0.5}, None),
        ({"raw": 10}, None),
        ({"raw": 10, "min": 20, "max": 20}, None),
    ],
)
def test_3_percent_comes_from_points_never_from_scaled(score: Json, percent: float | None) -> None:
    told = {**SUBMITTED, "result": {**ENDED, "score": score}}
    assert one(told).details.percent == percent


def test_4_success_without_a_known_pass_mark_says_nothing() -> None:
    event = one(SUBMITTED)
    assert (event.kind, event.details.passed) == (Kind.SCORED, None)


def test_6_french_text_labelled_english_is_kept_as_it_is() -> None:
    page = module_of("page", f"{TIN}page")
    page["definition"]["name"] = {"en": "Déchets & propreté"}
    viewed = moodle("mod_page/course_module_viewed", f"{TIN}viewed", page)
    unit, course = read(viewed).definitions
    assert unit.definition == json.dumps(page["definition"]).encode()
    assert json.loads(unit.definition)["name"] == {"en": "Déchets & propreté"}
    assert (course.activity, course.type) == (COURSE_ID, COURSE["definition"]["type"])


@pytest.mark.parametrize(
    ("actor", "learner"),
    [
        ({"account": {"homePage": SITE, "name": "17"}, "name": "Anne"}, f"account:{SITE}|17"),
        (
            {"account": {"homePage": "https://rh.example", "name": "a.martin"}},
            "account:https://rh.example|a.martin",
        ),
        (
            {"mbox": "mailto:a.martin@ville.example", "name": "A"},
            "mbox:mailto:a.martin@ville.example",
        ),
    ],
)
def test_7_the_three_forms_of_an_actor(actor: Json, learner: str) -> None:
    assert one({**SUBMITTED, "actor": actor}).learner == learner


def test_8_two_statements_of_one_event_are_a_mark_and_an_activity() -> None:
    answered = moodle(
        "mod_quiz/attempt_submitted", f"{ADL}answered", QUESTION, ATTEMPT, QUIZ,
        result={"response": "", "completion": True},
    )  # fmt: skip
    assert [one(told).kind for told in (SUBMITTED, answered)] == [Kind.SCORED, Kind.ACTIVITY]
    assert one(answered).place == one(SUBMITTED).place
    assert one(answered).details == NOTHING


def test_9_the_event_says_what_a_verb_means() -> None:
    saved = moodle("mod_questionnaire/attempt_saved", f"{TLA}suspended", SURVEY)
    updated = moodle("core/user_enrolment_updated", f"{TLA}suspended", COURSE)
    booked = moodle("mod_facetoface/signup_success", f"{ADL}registered", ROOM)
    created = moodle_site("core/user_created", f"{ADL}registered")
    status = moodle("mod_scorm/status_submitted", f"{ADL}completed", SCO, SCORM)
    kinds = [one(told).kind for told in (saved, updated, booked, created, status)]
    assert kinds == [Kind.ACTIVITY, Kind.SUSPENDED, Kind.ACTIVITY, Kind.ACTIVITY, Kind.SCORED]


def test_unknown_event_of_moodle_is_not_taken_for_plain_adl() -> None:
    told = moodle("mod_new/something", f"{ADL}completed", PAGE, result={**DONE, **HALF})
    assert (one(told).kind, one(told).details) == (Kind.ACTIVITY, NOTHING)
    stranger = moodle("mod_new/something", f"{ADL}passed", PAGE)
    assert read(stranger).unrecognised == (f"{ADL}passed", PAGE["definition"]["type"])


def test_quiz_is_the_place_and_the_attempt_is_what_took_time() -> None:
    event = one(SUBMITTED)
    assert (event.place.unit, event.place.course) == (QUIZ["id"], COURSE_ID)
    assert event.place.ancestors == ()
    assert event.details.percent == 50.0
    assert event.details.measure == Measure("quiz", ATTEMPT["id"], 90_000_000)


def test_abandoned_attempt_has_its_mark_and_its_time() -> None:
    result = {**ENDED, "completion": False}
    given_up = moodle("mod_quiz/attempt_abandoned", f"{ADL}completed", ATTEMPT, QUIZ, result=result)
    assert one(given_up) == one(SUBMITTED)


def test_score_of_a_sco_is_a_mark_at_the_sco() -> None:
    event = one(moodle("mod_scorm/scoreraw_submitted", f"{ADL}failed", SCO, SCORM, result=HALF))
    assert (event.kind, event.details.percent) == (Kind.SCORED, 50.0)
    assert event.place == (SCO["id"], COURSE_ID, (SCORM["id"],))


def test_mark_of_an_assignment_is_the_learners_but_not_their_doing() -> None:
    told = moodle(
        "mod_assign/submission_graded", f"{TLA}scored", SUBMISSION, ASSIGNMENT,
        result={**HALF, "success": True, "response": "<p>Bien</p>"}, by=TEACHER,
    )  # fmt: skip
    event = one(told)
    assert (event.learner, event.own, event.details.percent) == (ifi("17"), False, 50.0)
    assert event.place == (SUBMISSION["id"], COURSE_ID, (ASSIGNMENT["id"],))


def test_mark_of_one_question_has_no_percent() -> None:
    told = moodle(
        "mod_quiz/question_manually_graded", f"{TLA}scored", SLOT, REVIEW, ATTEMPT, QUIZ,
        result=HALF, by=TEACHER,
    )  # fmt: skip
    event = one(told)
    assert (event.kind, event.own, event.details) == (Kind.SCORED, False, NOTHING)
    assert event.place.unit == QUIZ["id"]


def test_assessed_essay_is_about_the_learner_in_the_extension() -> None:
    told = moodle(
        "mod_lesson/essay_assessed", f"{DOD}assessed", LESSON_PAGE, LESSON, result=HALF, more=FOR,
        actor=TEACHER,
    )  # fmt: skip
    event = one(told)
    assert (event.learner, event.kind, event.own) == (ifi("17"), Kind.SCORED, False)
    assert (event.place.unit, event.details) == (LESSON["id"], NOTHING)


@pytest.mark.parametrize("about", [None, 3, [], {}, {"mbox": 5}, {"account": {"name": "17"}}])
def test_assessed_essay_of_nobody_is_the_markers_own_activity(about: object) -> None:
    told = moodle(
        "mod_lesson/essay_assessed", f"{DOD}assessed", LESSON_PAGE, LESSON, result=HALF,
        more={f"{PREPOSITIONS}for": about}, actor=TEACHER,
    )  # fmt: skip
    event = one(told)
    assert (event.learner, event.kind, event.own) == (ifi("5"), Kind.ACTIVITY, True)


def test_who_is_logged_in_as_another_does_nothing_of_their_own() -> None:
    more = {f"{PREPOSITIONS}as": LEARNER}
    login = moodle_site("core/user_loggedinas", f"{EDLM}verbs/login", more=more, actor=TEACHER)
    done = moodle("core/course_completed", f"{ADL}completed", COURSE, more=more)
    for told in (login, done):
        assert (one(told).kind, one(told).own) == (Kind.ACTIVITY, False)


@pytest.mark.parametrize(
    ("told", "how"),
    [
        ("self", "self"), ("manual", "manual"), ("sirh", "import"), ("database", "import"),
        ("flatfile", "import"), ("cohort", "import"), ("meta", "import"), ("ldap", "import"),
        ("guest", "manual"), (7, "manual"), (None, "manual"), ({"a": []}, "manual"),
    ],
)  # fmt: skip
def test_how_someone_came_to_be_enrolled(told: object, how: str) -> None:
    more = {f"{EDLM}context-extensions/enrolment-type": told}
    enrolled = moodle("core/user_enrolment_created", f"{EDLM}verbs/enrolled", COURSE, more=more)
    assert (one(enrolled).kind, one(enrolled).details.how) == (Kind.ENROLLED, how)


def test_enrolling_oneself_is_ones_own_doing() -> None:
    name, verb = "core/user_enrolment_created", f"{EDLM}verbs/enrolled"
    assert one(moodle(name, verb, COURSE, by=LEARNER)).own
    assert not one(moodle(name, verb, COURSE, by=TEACHER)).own
    nobody = {"objectType": "Group", "member": []}
    assert not one(moodle(name, verb, COURSE, by=nobody)).own


def test_attendance_is_measured_by_session_and_completes_nothing() -> None:
    result = {"duration": "PT7H", "completion": True}
    verb = f"{ADL}attended"
    told = moodle("mod_facetoface/take_attendance", verb, ROOM, by=TEACHER, result=result)
    event, later = one(told), one({**told, "timestamp": "2026-01-06T08:12:00.000Z"})
    assert (event.kind, event.own, event.details.completes) == (Kind.ATTENDED, False, False)
    item = f"{ROOM['id']} 2026-01-05T08:12:00.000Z"
    assert event.details.measure == Measure("face_to_face", item, 7 * 3600 * 1_000_000)
    assert event.details.measure != later.details.measure


@pytest.mark.parametrize(
    ("name", "signal"), [("meeting_joined", "join"), ("meeting_left", "leave")]
)
def test_meeting_is_joined_and_left(name: str, signal: str) -> None:
    verb = f"http://activitystrea.ms/schema/1.0/{signal}"
    event = one(moodle(f"mod_bigbluebuttonbn/{name}", verb, BBB))
    assert event.kind == Kind.ACTIVITY
    assert event.details.measure == Measure("meeting", BBB["id"], signal=signal)


def test_completion_that_was_not_reached_is_none() -> None:
    name, verb = "core/course_module_completion_updated", f"{ADL}completed"
    assert one(moodle(name, verb, PAGE, result={"completion": False})).kind == Kind.ACTIVITY


def test_content_package_is_a_module_though_its_type_is_a_courses() -> None:
    package = module_of("imscp", COURSE["definition"]["type"], 41)
    done = moodle("core/course_module_completion_updated", f"{ADL}completed", package)
    assert one(done).place == (package["id"], COURSE_ID, ())


def test_choice_is_a_module_though_its_type_is_a_questions() -> None:
    choice = activity(f"{SITE}/mod/choice/view.php?id=40", LESSON_PAGE["definition"]["type"])
    done = moodle("core/course_module_completion_updated", f"{ADL}completed", choice)
    assert one(done).place.unit == choice["id"]
