"""What the dialects' statements come to in the records, twins alike; traps that must not be met."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.projections.story import at
from tests.projections.translation.corpus import BADGE, BBB, PAGE
from tests.projections.translation.statements import (
    ADL,
    AS,
    AS1,
    ATTEMPT,
    AWL,
    CLASSROOM,
    COURSE,
    COURSE_ID,
    EDLM,
    FRENCH,
    MEETING,
    QUIZ,
    TEACHER,
    TIN,
    TLA,
    TRAX_COURSE,
    TRAX_QUIZ,
    VIDEO,
    Json,
    moodle,
    moodle_site,
    profile,
    trax,
    trax_site,
    video,
)  # fmt: skip

if TYPE_CHECKING:
    from tests.projections.story import Story

DONE = {"completion": True}
MARK = {"score": {"raw": 14, "min": 0, "max": 20, "scaled": 0.4}}
FRENCH_MARK = {"score": {"raw": 14, "min": 0, "max": 20, "scaled": 0.7}}
UPDATED = "core/course_module_completion_updated"
ENROLLED = moodle(
    "core/user_enrolment_created", f"{EDLM}verbs/enrolled", COURSE, by=TEACHER,
    more={f"{EDLM}context-extensions/enrolment-type": "manual"},
)  # fmt: skip
LEFT = moodle("core/user_enrolment_deleted", f"{AS}leave", COURSE, by=TEACHER)
VIEWED = moodle("core/course_viewed", f"{TIN}viewed", COURSE)
COMPLETED = moodle("core/course_completed", f"{ADL}completed", COURSE)
MODULE_DONE = moodle(UPDATED, f"{ADL}completed", QUIZ, result=DONE)
UNDONE = moodle(UPDATED, f"{EDLM}verbs/uncompleted", QUIZ)
LOGIN = moodle_site("core/user_loggedin", f"{EDLM}verbs/login")
LOGOUT = moodle_site("core/user_loggedout", f"{EDLM}verbs/logout")


def submitted(**result: Any) -> Json:  # noqa: ANN401 - JSON
    """An attempt at the quiz as the Moodle plugin sends it."""
    verb = f"{ADL}completed"
    return moodle("mod_quiz/attempt_submitted", verb, ATTEMPT, QUIZ, result={**DONE, **result})


def required(*modules: Json) -> list[Json]:
    listed = [{"id": module["id"]} for module in modules]
    return [{"id": COURSE_ID, "title": "Accueil", "modules": listed}]


TWINS = [
    (LOGIN, trax_site("user_loggedin", f"{AWL}logged-in")),
    (VIEWED, trax("core/course_viewed", f"{FRENCH}verbs/navigated-in", TRAX_COURSE)),
    (submitted(**MARK), trax("core/user_graded", f"{ADL}scored", TRAX_QUIZ, result=FRENCH_MARK)),
    (MODULE_DONE, trax("mod_quiz/x", f"{ADL}completed", TRAX_QUIZ, result=DONE)),
    (UNDONE, trax("", f"{FRENCH}verbs/marked-completion", TRAX_QUIZ, result={"completion": False})),
    (MODULE_DONE, trax("mod_quiz/x", f"{ADL}completed", TRAX_QUIZ, result=DONE)),
    (COMPLETED, trax("core/course_completed", f"{ADL}completed", TRAX_COURSE, result=DONE)),
    (LOGOUT, trax_site("user_loggedout", f"{AWL}logged-out")),
]
ASKED = ["enrolment", "completion", "connection", "connection_tally", "progress_tally", "standing"]


@pytest.mark.parametrize("upto", range(1, len(TWINS) + 1))
def test_french_and_moodles_own_statements_come_to_the_same_records(
    story: Story, other_story: Story, upto: int
) -> None:
    french = {"id": TRAX_COURSE["id"], "title": "Accueil", "modules": [{"id": TRAX_QUIZ["id"]}]}
    story.describe(catalogue=required(QUIZ))
    other_story.describe(catalogue=[french])
    for minute, twins in enumerate(TWINS[:upto]):
        story.tell(twins[0], minute=minute * 4)
        other_story.tell(twins[1], minute=minute * 4)
    for name in ASKED:
        text = json.dumps(other_story.lines(name)).replace(TRAX_COURSE["id"], COURSE_ID)
        assert json.dumps(story.lines(name)) == text, name


@pytest.mark.parametrize(
    ("segments", "seconds"),
    [
        (["0[.]10"], 10), (["0[.]10", "0[.]10"], 10), (["0[.]10", "5[.]15"], 15),
        (["20[.]30", "0[.]10"], 20), (["0[.]10[,]10[.]20", "5[.]12"], 20),
        (["50[.]70"], 10), (["70[.]90"], 0), (["0[.]10", "12[.]"], 10), (["0[.]60", "3[.]9"], 60),
    ],
)  # fmt: skip
def test_a_film_is_watched_once_however_often_and_never_beyond_its_end(
    story: Story, segments: list[str], seconds: int
) -> None:
    for minute, each in enumerate(segments):
        story.tell(video(f"{VIDEO}verbs/paused", {"played-segments": each}), minute=minute)
    assert sum(line["microseconds"] for line in story.lines("measured")) == seconds * 1_000_000
    tallied = {line["microseconds"] for line in story.lines("measured_tally")}
    assert tallied == ({seconds * 1_000_000} if seconds else set())


def test_two_sessions_of_a_player_are_two_times(story: Story) -> None:
    for session in ("player-1", "player-2"):
        more = {f"{VIDEO}extensions/session-id": session}
        story.tell(video(f"{VIDEO}verbs/paused", {"played-segments": "0[.]10"}, more=more))
    assert [line["microseconds"] for line in story.lines("measured")] == [10_000_000] * 2


def test_a_meeting_lasts_from_each_join_to_the_leave_that_follows(story: Story) -> None:
    join = moodle("mod_bigbluebuttonbn/meeting_joined", f"{AS1}join", BBB)
    leave = moodle("mod_bigbluebuttonbn/meeting_left", f"{AS1}leave", BBB)
    for minute, told in ((30, leave), (0, join), (5, join), (20, join), (8, leave), (50, join)):
        story.tell(told, minute=minute)
    measured = story.line("measured")
    assert (measured["kind"], measured["microseconds"]) == ("meeting", (3 + 10) * 60_000_000)


def test_who_leaves_a_virtual_classroom_has_attended_it(story: Story) -> None:
    story.tell(profile(CLASSROOM.rstrip("/"), f"{AS}leave", MEETING))
    assert story.line("completion")["status"] == "in progress"
    course = profile(CLASSROOM.rstrip("/"), f"{AS}leave", MEETING)
    parent = course["context"]["contextActivities"]["parent"][0]["id"]
    story.describe(catalogue=[{"id": parent, "title": "x", "modules": [{"id": MEETING["id"]}]}])
    assert story.line("completion")["status"] == "completed"


# What is taken back, or comes late ----------------------------------------------------------------


def test_uncompleted_takes_back_what_came_before_it_whichever_arrives_first(story: Story) -> None:
    story.describe(catalogue=required(QUIZ, PAGE))
    story.tell(MODULE_DONE, minute=10)
    assert story.line("completion")["progress"] == 0.5
    story.tell(UNDONE, minute=20)
    assert story.line("completion")["progress"] == 0.0
    story.tell(MODULE_DONE, minute=15)
    assert story.line("completion")["progress"] == 0.0
    story.tell(MODULE_DONE, minute=25)
    story.tell(UNDONE, minute=5)
    assert story.line("completion")["progress"] == 0.5
    story.tell(moodle(UPDATED, f"{ADL}completed", PAGE, result=DONE), minute=12)
    completion = story.line("completion")
    assert (completion["status"], completion["completed"]) == ("completed", at(25))


def test_what_was_forgotten_is_read_again_when_an_earlier_one_is_taken_back(story: Story) -> None:
    story.describe(catalogue=required(QUIZ))
    for minute in (10, 30, 50):
        story.tell(MODULE_DONE, minute=minute)
    story.tell(UNDONE, minute=20)
    assert story.line("completion")["completed"] == at(30)
    story.tell(UNDONE, minute=40)
    assert story.line("completion")["completed"] == at(50)


def test_leaving_a_course_and_coming_back_is_one_enrolment(story: Story) -> None:
    story.tell(ENROLLED)
    story.tell(LEFT, minute=60)
    assert story.line("enrolment")["status"] == "left"
    story.tell(ENROLLED, minute=30)
    assert story.line("enrolment")["status"] == "left"
    story.tell(ENROLLED, minute=90)
    enrolment = story.line("enrolment")
    assert (enrolment["status"], enrolment["first"], enrolment["last"]) == ("active", at(0), at(90))


def test_a_voided_statement_never_happened(story: Story) -> None:
    story.tell(ENROLLED)
    before = {name: story.lines(name) for name in ASKED}
    (statement_id,) = story.tell(COMPLETED, minute=5)
    assert story.line("completion")["status"] == "completed"
    assert story.line("enrolment")["status"] == "completed"
    story.void(statement_id)
    assert {name: story.lines(name) for name in ASKED} == before


def test_a_late_event_between_two_connections_makes_them_one(story: Story) -> None:
    story.tell(VIEWED)
    story.tell(VIEWED, minute=50)
    assert len(_visits(story)) == 2
    story.tell(VIEWED, minute=25)
    assert _visits(story) == [(at(0), at(50))]
    story.tell(LOGIN, minute=30)
    assert _visits(story) == [(at(0), at(25)), (at(30), at(50))]
    story.tell(LOGOUT, minute=10)
    assert _visits(story) == [(at(0), at(10)), (at(25), at(25)), (at(30), at(50))]


def _visits(story: Story) -> list[tuple[int, int]]:
    lines = [line for line in story.lines("connection") if not line["course"]]
    return sorted((line["begun"], line["ended"]) for line in lines)


def test_a_badge_is_held_until_it_is_revoked(story: Story) -> None:
    story.tell(moodle("core/badge_revoked", f"{TLA}forfeited", BADGE, by=TEACHER), minute=9)
    assert story.line("badge_standing")["status"] == "revoked"
    story.tell(moodle("core/badge_awarded", f"{TLA}achieved", BADGE), minute=4)
    assert story.line("badge_standing")["status"] == "revoked"
    story.tell(moodle("core/badge_awarded", f"{TLA}achieved", BADGE), minute=12)
    assert story.line("badge_standing")["status"] == "awarded"


# The traps of Moodle's plugin ---------------------------------------------------------------------


def test_what_the_plugin_sends_again_as_of_another_run_counts_once(story: Story) -> None:
    result = {**MARK, "duration": "PT5M"}
    told = [ENROLLED, VIEWED, submitted(**result), MODULE_DONE, COMPLETED]
    for minute, each in enumerate(told):
        story.tell(each, minute=minute)
    asked = [*ASKED, "measured", "measured_tally", "learner_period"]
    before = {name: story.lines(name) for name in asked}
    for minute, each in enumerate(told):
        run = {"registration": "d1a4c4a4-5cc0-5e0e-9a3e-0c1d2e3f4a5b"}
        story.tell({**each, "context": {**each["context"], **run}}, minute=minute)
    after = {name: story.lines(name) for name in asked}
    assert _plain(after) == _plain(before)


def _plain(said: dict[str, list[Json]]) -> dict[str, list[Json]]:
    """Without evidence: of what was told twice, the last word may be either."""
    return {
        name: [{k: v for k, v in line.items() if k != "evidence"} for line in lines]
        for name, lines in said.items()
    }


def test_the_plugins_registration_is_neither_an_enrolment_nor_a_session(story: Story) -> None:
    story.tell(VIEWED)
    other = {**VIEWED["context"], "registration": "d1a4c4a4-5cc0-5e0e-9a3e-0c1d2e3f4a5b"}
    story.tell({**VIEWED, "context": other}, minute=10)
    assert story.line("enrolment")["registration"] == ""
    assert _visits(story) == [(at(0), at(10))]


def test_success_without_a_pass_mark_completes_and_fails_nothing(story: Story) -> None:
    story.describe(catalogue=required(QUIZ))
    for minute, success in enumerate((True, False)):
        story.tell(submitted(**MARK, success=success), minute=minute)
    completion = story.line("completion")
    assert (completion["status"], completion["progress"]) == ("in progress", 0.0)


def test_marks_are_percentages_of_points(story: Story) -> None:
    story.tell(submitted(score={"raw": 16, "min": 0, "max": 20, "scaled": 0.6}), minute=1)
    story.tell(submitted(score={"raw": 5, "min": 0, "max": 20, "scaled": -0.5}), minute=2)
    story.tell(submitted(score={"scaled": 1}), minute=3)
    completion = story.line("completion")
    assert (completion["best"], completion["best_at"]) == (80.0, at(1))
    assert (completion["last"], completion["last_at"]) == (25.0, at(2))


def test_evidence_names_the_statements_that_say_so(story: Story) -> None:
    story.describe(catalogue=required(QUIZ, PAGE))
    story.tell(VIEWED, minute=3)  # 1
    story.tell(ENROLLED)  # 2
    story.tell(submitted(**MARK), minute=4)  # 3
    story.tell(moodle(UPDATED, f"{ADL}completed", PAGE, result=DONE), minute=9)  # 4
    story.tell(MODULE_DONE, minute=5)  # 5
    story.tell(COMPLETED, minute=10)  # 6
    story.tell(VIEWED, minute=2)  # 7
    assert json.loads(story.line("completion")["evidence"]) == {
        "started": 7, "required modules": 4, "best": 3, "last": 3,
    }  # fmt: skip
    assert json.loads(story.line("enrolment")["evidence"]) == {"first": 2, "last": 2, "status": 2}
