"""Video, virtual classroom, LMS, H5P, SCORM, plain verbs, Pix and badges."""

from __future__ import annotations

import pytest

from projections.translation.event import NOTHING, Kind, Measure
from tests.projections.translation.corpus import BADGE, GAME, OBJECTIVE, ROOM
from tests.projections.translation.statements import (
    ADL,
    AS,
    ATTEMPT,
    AU,
    CLASSROOM,
    CMI5,
    FILM,
    H5P_CONTENT,
    MEETING,
    MOOC,
    QUIZ,
    REGISTRATION,
    TEACHER,
    TLA,
    TYPE,
    VIDEO,
    Json,
    activity,
    h5p,
    one,
    profile,
    statement,
    video,
)  # fmt: skip

PAUSED = f"{VIDEO}verbs/paused"
SECOND = 1_000_000
PROGRESS = f"{CMI5}result/extensions/progress"


@pytest.mark.parametrize(
    ("told", "segments"),
    [
        ("0.000[.]12.000[,]14.000[.]21.000", ((0, 12), (14, 21))),
        ("10[.]30[,]0[.]5[,]2[.]4", ((10, 30), (0, 5), (2, 4))),
        ("0[.]42[,]43[.]58[,]59.4", ((0, 42), (43, 58))),
        ("50[.]75", ((50, 60),)),
        ("70[.]75", None),
        ("5[.]5[,]9[.]3", None),
        ("-4[.]5[,]nan[.]5[,]1[.]inf[,]1e300[.]5[,]a[.]b[,][.]", None),
        ("", None), (None, None), (12, None), ([0, 12], None), ({"a": "0[.]1"}, None),
    ],
)  # fmt: skip
def test_watched_pieces_of_a_video(
    told: object, segments: tuple[tuple[int, int], ...] | None
) -> None:
    event = one(video(PAUSED, {"played-segments": told}))
    pieces = tuple((start * SECOND, end * SECOND) for start, end in segments or ())
    measured = Measure("video", "player-1", segments=pieces, length=60 * SECOND)
    assert event.details.measure == (measured if segments else None)


@pytest.mark.parametrize("length", [None, "60", -3, 0, [], 1e300])
def test_video_of_unknown_length(length: object) -> None:
    more = {f"{VIDEO}extensions/length": length}
    event = one(video(PAUSED, {"played-segments": "0[.]90"}, more=more))
    assert event.details.measure == Measure("video", "player-1", segments=((0, 90 * SECOND),))


@pytest.mark.parametrize("session", [None, 7, ""])
def test_player_without_a_session_goes_by_registration_then_by_the_video(session: object) -> None:
    more = {f"{VIDEO}extensions/session-id": session, f"{VIDEO}extensions/length": None}
    told = video(PAUSED, {"played-segments": "0[.]9"}, more=more)
    assert one(told).details.measure == Measure("video", FILM["id"], segments=((0, 9 * SECOND),))
    told["context"]["registration"] = REGISTRATION
    assert one(told).details.measure == Measure("video", REGISTRATION, segments=((0, 9 * SECOND),))


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        (PAUSED, Kind.ACTIVITY),
        (f"{ADL}terminated", Kind.TERMINATED),
        (f"{ADL}completed", Kind.COMPLETED),
    ],
)
def test_progress_of_a_video_is_not_progress_in_a_course(verb: str, kind: Kind) -> None:
    event = one(video(verb, {"progress": 0.9, "played-segments": "0[.]54"}))
    assert (event.kind, event.details.progress) == (kind, None)
    assert event.details.measure is not None


def test_video_is_known_by_its_type_alone() -> None:
    told = video(f"{ADL}completed", {"played-segments": "0[.]54"})
    del told["context"]["contextActivities"]["category"]
    assert one(told).details.measure is not None


def test_leaving_a_virtual_classroom_is_having_attended_it() -> None:
    category = CLASSROOM.rstrip("/")
    joined = one(profile(category, f"{AS}join", MEETING))
    left = one(profile(category, f"{AS}leave", MEETING))
    assert joined.details.measure == Measure("meeting", MEETING["id"], signal="join")
    assert left.details.measure == Measure("meeting", MEETING["id"], signal="leave")
    assert (left.kind, left.own, left.details.completes) == (Kind.ATTENDED, True, True)
    assert left.place.course == MOOC["id"]


def test_registering_on_a_public_platform_is_enrolling_oneself() -> None:
    event = one(profile("https://w3id.org/xapi/lms", f"{ADL}registered", MOOC))
    assert (event.kind, event.own, event.details.how) == (Kind.ENROLLED, True, "self")


def test_h5p_question_happens_at_its_content() -> None:
    question = activity(f"{H5P_CONTENT['id']}?subContentId=7", f"{TYPE}cmi.interaction")
    result = {"score": {"raw": 1, "max": 1, "scaled": 1}, "completion": True, "success": True}
    event = one(h5p(f"{ADL}answered", question, result=result))
    assert (event.kind, event.details, event.place.unit) == (
        Kind.ACTIVITY,
        NOTHING,
        H5P_CONTENT["id"],
    )


def test_objective_of_scorm_is_not_the_whole() -> None:
    told = profile("https://w3id.org/xapi/scorm", f"{ADL}passed", OBJECTIVE)
    assert one(told).kind == Kind.ACTIVITY
    older = profile("http://adlnet.gov/xapi/profile/scorm", f"{ADL}passed", AU)
    assert one(older).kind == Kind.PASSED


@pytest.mark.parametrize(
    ("sent", "share"),
    [
        (40, 0.4),
        (0, 0.0),
        (250, 1.0),
        (-1, 0.0),
        ("40", None),
        (None, None),
        ({}, None),
        (True, None),
    ],
)
def test_progress_is_a_share(sent: object, share: float | None) -> None:
    event = one(statement(f"{ADL}progressed", GAME, result={"extensions": {PROGRESS: sent}}))
    assert (event.kind, event.details.progress) == (Kind.PROGRESSED, share)


def test_game_is_won_or_lost() -> None:
    score = {"raw": 80, "min": 0, "max": 100, "scaled": 0.8}
    won = one(statement(f"{ADL}passed", GAME, result={"score": score, "success": True}))
    lost = one(
        statement(
            f"{ADL}failed", GAME, result={"score": score, "success": False, "completion": False}
        )
    )
    assert (won.kind, won.details.percent, won.details.passed) == (Kind.PASSED, 80.0, True)
    assert (lost.kind, lost.details.percent, lost.details.passed) == (Kind.FAILED, 80.0, False)


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ({"completion": True, "score": {"scaled": 0.64}}, Kind.COMPLETED),
        ({"score": {"scaled": 0.64}}, Kind.COMPLETED),
        ({"completion": False, "score": {"scaled": 0.64}}, Kind.ACTIVITY),
    ],
)
def test_shared_campaign_of_pix(result: Json, kind: Kind) -> None:
    campaign = activity("https://app.pix.fr/campagnes/AZERTY123", f"{TYPE}assessment", "Campagne")
    event = one(statement(f"{ADL}completed", campaign, result=result, context={"platform": "Pix"}))
    assert (event.kind, event.details.percent) == (kind, 64.0)


def test_number_of_pix_is_no_percent() -> None:
    campaign = activity("https://app.pix.fr/campagnes/AZERTY123", f"{TYPE}assessment")
    told = statement(f"{ADL}completed", campaign, result={"score": {"raw": 412}})
    assert one(told).details.percent is None


@pytest.mark.parametrize(("completion", "completes"), [(None, True), (True, True), (False, False)])
def test_attendance_elsewhere_completes_unless_it_says_no(
    completion: bool | None,  # noqa: FBT001 - of the result
    completes: bool,  # noqa: FBT001 - of the result
) -> None:
    result = {"duration": "PT90M"} if completion is None else {"completion": completion}
    event = one(statement(f"{ADL}attended", ROOM, result=result))
    assert (event.own, event.details.completes) == (False, completes)


def test_mark_of_an_attempt_is_one_of_the_quiz() -> None:
    told = statement(
        f"{ADL}completed", ATTEMPT, result={"completion": True, "score": {"scaled": 0.5}},
        context={"contextActivities": {"parent": QUIZ}},
    )  # fmt: skip
    assert (one(told).kind, one(told).details.percent) == (Kind.SCORED, 50.0)
    assert one(told).place.unit == QUIZ["id"]


def test_badge_given_by_hand_is_not_the_learners_doing() -> None:
    told = statement(f"{TLA}achieved", BADGE, context={"instructor": TEACHER})
    assert (one(told).kind, one(told).own) == (Kind.BADGE_AWARDED, False)
    assert one(statement(f"{TLA}achieved", BADGE)).own
