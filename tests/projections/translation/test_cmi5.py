"""cmi5: only what is said in its own words counts."""

from __future__ import annotations

import pytest

from projections.translation.event import NOTHING, Kind, Measure
from tests.projections.translation.statements import (
    ADL,
    AU,
    AWL,
    CMI5,
    CMI5_COURSE,
    FILM,
    PUBLISHER,
    REGISTRATION,
    TEACHER,
    VIDEO,
    Json,
    cmi5,
    one,
    statement,
    video,
)  # fmt: skip

MOVE_ON = f"{CMI5}context/extensions/moveon"
REASON = f"{CMI5}result/extensions/reason"


@pytest.mark.parametrize(
    "verb", [*(f"{ADL}{verb}" for verb in ("launched", "passed", "failed")), f"{AWL}satisfied"]
)
def test_registration_tells_enrolments_apart(verb: str) -> None:
    assert one(cmi5(verb)).details.registration == REGISTRATION


@pytest.mark.parametrize(
    ("sent", "read"), [("CompletedAndPassed", "CompletedAndPassed"), (None, ""), (["Passed"], "")]
)
def test_launch_says_when_to_move_on(sent: object, read: str) -> None:
    assert one(cmi5(f"{ADL}launched", more={MOVE_ON: sent})).details.move_on == read


@pytest.mark.parametrize(
    ("score", "percent"),
    [
        ({"scaled": 0.85}, 85.0), ({"scaled": -0.5}, 0.0), ({"scaled": 1}, 100.0),
        ({"raw": 3, "max": 4, "scaled": 0.1}, 75.0), ({"raw": 3, "scaled": 0.1}, 10.0),
        ({}, None),
    ],
)  # fmt: skip
def test_score_is_a_share(score: Json, percent: float | None) -> None:
    event = one(cmi5(f"{ADL}passed", result={"score": score, "success": True}))
    assert (event.details.percent, event.details.passed) == (percent, True)


def test_failed_is_not_passed() -> None:
    event = one(cmi5(f"{ADL}failed", result={"score": {"scaled": 0.2}, "success": False}))
    assert (event.kind, event.details.percent, event.details.passed) == (Kind.FAILED, 20.0, False)


@pytest.mark.parametrize(("sent", "read"), [("Tested Out", "Tested Out"), (5, ""), ({}, "")])
def test_waiving_has_a_reason_and_is_not_the_learners_doing(sent: object, read: str) -> None:
    result = {"success": True, "completion": True, "extensions": {REASON: sent}}
    event = one(cmi5(f"{AWL}waived", by=TEACHER, result=result))
    assert (event.kind, event.own, event.details.reason) == (Kind.WAIVED, False, read)


def test_satisfied_course_is_the_unit_and_the_course() -> None:
    event = one(cmi5(f"{AWL}satisfied", CMI5_COURSE))
    assert event.place == (CMI5_COURSE["id"], CMI5_COURSE["id"], (PUBLISHER,))
    assert not one(cmi5(f"{AWL}satisfied", CMI5_COURSE, by=TEACHER)).own


@pytest.mark.parametrize("verb", [f"{ADL}completed", f"{ADL}passed", f"{AWL}satisfied"])
def test_what_is_only_allowed_in_a_session_is_activity(verb: str) -> None:
    told = cmi5(verb, AU, defined=False, result={"success": True, "score": {"scaled": 1}})
    assert (one(told).kind, one(told).details) == (Kind.ACTIVITY, NOTHING)


def test_video_inside_a_session_is_measured_and_completes_nothing() -> None:
    played = {f"{VIDEO}extensions/played-segments": "0[.]12.5"}
    told = cmi5(f"{ADL}completed", FILM, defined=False, result={"extensions": played})
    measured = Measure("video", REGISTRATION, segments=((0, 12_500_000),))
    assert (one(told).kind, one(told).details.measure) == (Kind.ACTIVITY, measured)


def test_cmi5s_words_outside_of_cmi5_satisfy_nothing() -> None:
    assert one(statement(f"{AWL}satisfied", CMI5_COURSE)).kind == Kind.ACTIVITY
    assert one(statement(f"{AWL}waived", AU)).kind == Kind.ACTIVITY


def test_abandoned_session_is_over() -> None:
    assert one(cmi5(f"{AWL}abandoned", result={"duration": "PT5S"})).kind == Kind.TERMINATED


def test_video_of_no_session_is_a_video() -> None:
    assert one(video(f"{ADL}completed", {"progress": 1})).kind == Kind.COMPLETED
