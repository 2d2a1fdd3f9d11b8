"""Statements of many dialects about a few people, and what each of them says in plain words."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from tests.projections.cast import (
    AGENTS,
    GAME,
    MOVE_ON,
    MOVE_ON_NAME,
    ODD,
    OTHER,
    REGISTRATIONS,
    TIMES,
    WRONG_TIMES,
)
from tests.projections.translation.corpus import BADGE, BBB, PAGE
from tests.projections.translation.statements import (
    ADL,
    AS,
    AS1,
    ATTEMPT,
    AU,
    AWL,
    CLASSROOM,
    CMI5,
    CMI5_COURSE,
    COURSE,
    EDLM,
    FILM,
    FRENCH,
    MEETING,
    MOOC,
    PREPOSITIONS,
    QUIZ,
    TEACHER,
    TIN,
    TLA,
    TRAX_COURSE,
    TRAX_QUIZ,
    VIDEO,
    cmi5,
    moodle,
    moodle_site,
    profile,
    statement,
    trax,
    trax_site,
    video,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

Json = dict[str, Any]


class Said(NamedTuple):
    """What a statement says, as records.md means it, of whoever is its actor.

    Attributes:
        what: `login`, `logout`, `enrolled`, `completed`, `passed` and so on, or `act`.
        own: whether the learner was there.
        unit: IRI of what it is about.
        course: IRI of the course that the statement names.
        registration: of cmi5.
        move_on: cmi5's rule.
        viewed: it is only that a page was seen in Moodle.

    """

    what: str
    own: bool = True
    unit: str = ""
    course: str = ""
    registration: str = ""
    move_on: str = ""
    viewed: bool = False


class Told(NamedTuple):
    """A statement without an id, who its actors are, when it happened."""

    statement: Json
    said: Said
    who: tuple[int, ...]
    at: datetime


Made = tuple[Json, Said]


def _in(course: Json, told: Json) -> Json:
    """The same in another course of Moodle, where an attempt is another one."""
    text = json.dumps(told).replace(json.dumps(COURSE["id"])[1:-1], course["id"])
    if course is not COURSE:
        text = text.replace("attempt=4", "attempt=5")
    result: Json = json.loads(text)
    return result


def _score(percent: int) -> Json:
    return {"score": {"raw": percent / 5, "min": 0, "max": 20, "scaled": percent / 50 - 1}}


@st.composite
def _site(draw: st.DrawFn) -> Made:
    what = draw(st.sampled_from(["in", "out"]))
    if draw(st.booleans()):
        return trax_site(f"user_logged{what}", f"{AWL}logged-{what}"), Said(f"log{what}")
    return moodle_site(f"core/user_logged{what}", f"{EDLM}verbs/log{what}"), Said(f"log{what}")


@st.composite
def _enrolment(draw: st.DrawFn) -> Made:
    course = draw(st.sampled_from([COURSE, OTHER]))
    name, verb, what = draw(
        st.sampled_from(
            [
                ("created", f"{EDLM}verbs/enrolled", "enrolled"),
                ("created", f"{EDLM}verbs/enrolled", "enrolled"),
                ("updated", f"{TLA}suspended", "suspended"),
                ("updated", f"{TLA}resumed", "resumed"),
                ("deleted", f"{AS}leave", "left"),
            ]
        )
    )
    by = draw(st.sampled_from([TEACHER, None]))
    how = {
        f"{EDLM}context-extensions/enrolment-type": draw(
            st.sampled_from(["manual", "self", "sirh"])
        )
    }
    told = moodle(f"core/user_enrolment_{name}", verb, COURSE, by=by, more=how)
    return _in(course, told), Said(what, by is None, course["id"], course["id"])


@st.composite
def _in_moodle(draw: st.DrawFn) -> Made:
    course = draw(st.sampled_from([COURSE, COURSE, OTHER]))
    by = draw(st.sampled_from([None, None, TEACHER]))
    module, percent = draw(st.sampled_from([PAGE, QUIZ])), draw(st.sampled_from([20, 60, 60, 90]))
    ended = {**_score(percent), "completion": True, "success": True, "duration": "PT90S"}
    done, over = "core/course_module_completion_updated", "mod_quiz/attempt_submitted"
    quiz = moodle(over, f"{ADL}completed", ATTEMPT, QUIZ, result=ended, by=by)
    whole = moodle("core/course_completed", f"{ADL}completed", COURSE, by=by)
    told, what, unit, viewed = draw(
        st.sampled_from(
            [
                (moodle("core/course_viewed", f"{TIN}viewed", COURSE), "act", course, True),
                (moodle("mod_page/course_module_viewed", f"{TIN}viewed", PAGE), "act", PAGE, True),
                (moodle(done, f"{ADL}completed", module, by=by), "completed", module, False),
                (moodle(done, f"{ADL}completed", module, by=by), "completed", module, False),
                (
                    moodle(done, f"{EDLM}verbs/uncompleted", module, by=by),
                    "uncompleted",
                    module,
                    False,
                ),
                (whole, "completed", course, False),
                (quiz, "scored", QUIZ, False),
                (
                    moodle("core/badge_awarded", f"{TLA}achieved", BADGE, by=by),
                    "awarded",
                    BADGE,
                    False,
                ),
                (
                    moodle("core/badge_revoked", f"{TLA}forfeited", BADGE, by=by),
                    "revoked",
                    BADGE,
                    False,
                ),
            ]
        )
    )
    own = viewed or by is None
    return _in(course, told), Said(what, own, unit["id"], course["id"], viewed=viewed)


@st.composite
def _in_trax(draw: st.DrawFn) -> Made:
    course, quiz = TRAX_COURSE["id"], TRAX_QUIZ["id"]
    seen, done = (Said(what, unit=course, course=course) for what in ("act", "completed"))
    of_quiz = partial(Said, unit=quiz, course=course)
    marked = trax("", f"{FRENCH}verbs/marked-completion", TRAX_QUIZ, result={"completion": False})
    graded = {"score": {"raw": 7, "max": 10, "scaled": 0.7}, "success": True}
    return draw(
        st.sampled_from(
            [
                (trax("core/course_viewed", f"{FRENCH}verbs/navigated-in", TRAX_COURSE), seen),
                (trax("core/course_completed", f"{ADL}completed", TRAX_COURSE), done),
                (trax("mod_quiz/x", f"{ADL}completed", TRAX_QUIZ), of_quiz("completed")),
                (marked, of_quiz("uncompleted")),
                (
                    trax("core/user_graded", f"{ADL}scored", TRAX_QUIZ, result=graded),
                    of_quiz("scored"),
                ),
            ]
        )
    )


@st.composite
def _in_cmi5(draw: st.DrawFn) -> Made:
    registration, rule = draw(st.sampled_from(REGISTRATIONS)), draw(st.sampled_from(MOVE_ON))
    passed = {"score": {"scaled": 0.8}, "success": True}
    launched, waived = {MOVE_ON_NAME: rule}, {"success": True, "completion": True}
    said = partial(Said, unit=AU["id"], registration=registration)
    course = CMI5_COURSE["id"]
    told, meant = draw(
        st.sampled_from(
            [
                (cmi5(f"{ADL}launched", more=launched), said("act", move_on=rule)),
                (cmi5(f"{ADL}completed", result={"completion": True}), said("completed")),
                (cmi5(f"{ADL}passed", result=passed), said("passed")),
                (cmi5(f"{ADL}failed", result={"success": False}), said("failed")),
                (cmi5(f"{AWL}waived", result=waived, by=TEACHER), said("waived", own=False)),
                (
                    cmi5(f"{AWL}satisfied", CMI5_COURSE),
                    said("completed", unit=course, course=course),
                ),
            ]
        )
    )
    told["context"]["registration"] = registration
    return told, meant


@st.composite
def _elsewhere(draw: st.DrawFn) -> Made:
    moment = draw(st.sampled_from(["0[.]30", "20[.]45[,]50[.]70", "3[.]"]))
    player = draw(st.sampled_from(["player-1", "player-2"]))
    told = {f"{VIDEO}extensions/session-id": player}
    film = partial(video, result={"played-segments": moment}, more=told)
    room = partial(profile, CLASSROOM.rstrip("/"), about=MEETING)
    looks = {f"{PREPOSITIONS}as": AGENTS[3]}
    course, part = COURSE["id"], MOOC["id"]
    seen, met = (Said("act", unit=unit, course=course) for unit in (course, BBB["id"]))
    meeting, said_done = "mod_bigbluebuttonbn/meeting", "core/course_completed"
    share = {"extensions": {f"{CMI5}result/extensions/progress": draw(st.sampled_from([10, 70]))}}
    plain = {"contextActivities": {"parent": [COURSE]}}
    return draw(
        st.sampled_from(
            [
                (film(f"{VIDEO}verbs/paused"), Said("act", unit=FILM["id"], course=course)),
                (film(f"{ADL}completed"), Said("completed", unit=FILM["id"], course=course)),
                (room(f"{AS}join"), Said("act", unit=MEETING["id"], course=part)),
                (room(f"{AS}leave"), Said("completed", unit=MEETING["id"], course=part)),
                (moodle(f"{meeting}_joined", f"{AS1}join", BBB), met),
                (moodle(f"{meeting}_left", f"{AS1}leave", BBB), met),
                (statement(f"{ADL}completed", GAME), Said("completed", unit=GAME["id"])),
                (
                    statement(f"{ADL}passed", GAME, result={"score": {"scaled": 0.3}}),
                    Said("passed", unit=GAME["id"]),
                ),
                (statement(f"{ADL}progressed", COURSE, result=share, context=plain), seen),
                (statement("https://outil.example/verbe", ODD), Said("act", unit=ODD["id"])),
                (
                    moodle(said_done, f"{ADL}completed", COURSE, more=looks),
                    seen._replace(own=False),
                ),
            ]
        )
    )


@st.composite
def happenings(draw: st.DrawFn) -> Told:
    """Something that happened to somebody, or to two in a group."""
    made: Callable[[], st.SearchStrategy[Made]] = draw(
        st.sampled_from([_site, _enrolment, _in_moodle, _in_moodle, _in_trax, _in_cmi5, _elsewhere])
    )
    told, said = draw(made())
    told = json.loads(json.dumps(told))
    who = draw(st.lists(st.integers(0, len(AGENTS) - 1), min_size=1, max_size=2, unique=True))
    alone = len(who) == 1 or draw(st.integers(0, 3)) > 0
    who = who[:1] if alone else who
    group = {"objectType": "Group", "member": [AGENTS[each] for each in who]}
    at = draw(st.sampled_from(TIMES + TIMES + TIMES + WRONG_TIMES))
    told["actor"] = AGENTS[who[0]] if alone else group
    told["timestamp"] = _text(at, summer=draw(st.booleans()))
    for name in ("id", "stored", "authority"):
        told.pop(name, None)
    return Told(told, said, tuple(who), at)


def _text(at: datetime, *, summer: bool) -> str:
    """The same instant, as one or the other source writes it."""
    if summer:
        return (at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
