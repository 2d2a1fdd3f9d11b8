"""One statement at least for every row of the vocabulary, and what it must come to."""

from __future__ import annotations

from typing import NamedTuple

from projections.translation.event import Kind
from tests.projections.translation.statements import (
    ACROSSX,
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
    DOD,
    EDLM,
    FILM,
    FRENCH,
    H5P_CONTENT,
    LEARNER,
    MEETING,
    MOOC,
    QUIZ,
    SITE,
    TEACHER,
    TIN,
    TLA,
    TRAX_COURSE,
    TRAX_QUIZ,
    TYPE,
    VIDEO,
    Json,
    activity,
    cmi5,
    context,
    h5p,
    module_of,
    moodle,
    moodle_site,
    profile,
    statement,
    trax,
    trax_site,
    video,
)  # fmt: skip


class Told(NamedTuple):
    """A statement, what kind of event it is, and whether the learner did it."""

    statement: Json
    kind: Kind
    own: bool = True


PAGE = module_of("page", f"{ACROSSX}activities/page")
SCORM = module_of("scorm", f"{TYPE}module")
SCO = activity(f"{SCORM['id']}#sco", f"{EDLM}activity-types/scorm-content-object", "Contenu")
ASSIGNMENT = module_of("assign", f"{EDLM}activity-types/assignment")
SUBMISSION = activity(f"{ASSIGNMENT['id']}#submission", f"{EDLM}activity-types/submission")
LESSON = module_of("lesson", f"{TYPE}lesson")
LESSON_SESSION = activity(f"{LESSON['id']}#lesson", f"{EDLM}activity-types/lesson-session")
LESSON_PAGE = activity(f"{LESSON['id']}&pageid=3", f"{TYPE}cmi.interaction")
ROOM = module_of("facetoface", f"{ACROSSX}activities/face-to-face-discussion")
BBB = module_of("bigbluebuttonbn", f"{TYPE}meeting")
SURVEY = module_of("questionnaire", "http://id.tincanapi.com/activitytype/survey")
BADGE = activity(f"{SITE}/badges/overview.php?id=3", f"{EDLM}activity-types/badge", "Badge")
CERTIFICATE = activity(
    f"{SITE}/admin/tool/certificate/index.php?code=43AU", f"{EDLM}activity-types/certificate"
)
QUESTION = activity(f"{SITE}/question/question.php?cmid=31&id=8", f"{TYPE}cmi.interaction")
REVIEW = activity(f"{SITE}/review.php?attempt=4", f"{AS1}review")
SLOT = activity(f"{SITE}/review.php?attempt=4&slot=2", f"{AS1}review#slot")
GROUP = activity(f"{SITE}/group/index.php?id=6", f"{EDLM}activity-types/group", "Groupe")
OBJECTIVE = activity("https://scorm.example/objectif/1", f"{TYPE}objective")
GAME = activity("https://jeux.example/partie/1", f"{TYPE}course", "Jeu")

HALF = {"score": {"raw": 10, "min": 0, "max": 20, "scaled": 0.0}}
ENDED = {**HALF, "completion": True, "success": True, "duration": "PT90S"}
MANUAL = {f"{EDLM}context-extensions/enrolment-type": "manual"}
FOR = {"https://yetanalytics.com/profiles/prepositions/concepts/context-extensions/for": LEARNER}
DONE = {"completion": True}

_MOODLE = [
    Told(moodle_site("core/user_loggedin", f"{EDLM}verbs/login"), Kind.LOGGED_IN),
    Told(moodle_site("core/user_loggedinas", f"{EDLM}verbs/login"), Kind.ACTIVITY, own=False),
    Told(moodle_site("core/user_loggedout", f"{EDLM}verbs/logout"), Kind.LOGGED_OUT),
    Told(
        moodle(
            "core/user_enrolment_created", f"{EDLM}verbs/enrolled", COURSE, by=TEACHER, more=MANUAL
        ),
        Kind.ENROLLED, own=False,
    ),
    Told(
        moodle("core/user_enrolment_deleted", f"{AS}leave", COURSE, by=LEARNER, more=MANUAL),
        Kind.UNENROLLED,
    ),
    Told(
        moodle("core/user_enrolment_updated", f"{TLA}suspended", COURSE, by=TEACHER),
        Kind.SUSPENDED, own=False,
    ),
    Told(
        moodle("core/user_enrolment_updated", f"{TLA}resumed", COURSE, by=TEACHER),
        Kind.RESUMED, own=False,
    ),
    Told(moodle("core/course_completed", f"{ADL}completed", COURSE), Kind.COMPLETED),
    Told(
        moodle("core/course_module_completion_updated", f"{ADL}completed", PAGE, result=DONE),
        Kind.COMPLETED,
    ),
    Told(
        moodle("core/course_module_completion_updated", f"{ADL}completed", PAGE, by=TEACHER),
        Kind.COMPLETED, own=False,
    ),
    Told(
        moodle("core/course_module_completion_updated", f"{EDLM}verbs/uncompleted", PAGE),
        Kind.UNCOMPLETED,
    ),
    Told(moodle("core/badge_awarded", f"{TLA}achieved", BADGE), Kind.BADGE_AWARDED),
    Told(
        moodle("core/badge_awarded", f"{TLA}achieved", BADGE, by=TEACHER),
        Kind.BADGE_AWARDED, own=False,
    ),
    Told(
        moodle("core/badge_revoked", f"{TLA}forfeited", BADGE, by=TEACHER),
        Kind.BADGE_REVOKED, own=False,
    ),
    Told(
        moodle("tool_certificate/certificate_issued", f"{TLA}achieved", CERTIFICATE, by=TEACHER),
        Kind.ACTIVITY, own=False,
    ),
    Told(
        moodle("tool_certificate/certificate_revoked", f"{TLA}forfeited", CERTIFICATE, by=TEACHER),
        Kind.ACTIVITY, own=False,
    ),
    Told(moodle("mod_quiz/attempt_started", f"{AS1}start", ATTEMPT, QUIZ), Kind.STARTED),
    Told(
        moodle("mod_quiz/attempt_submitted", f"{ADL}completed", ATTEMPT, QUIZ, result=ENDED),
        Kind.SCORED,
    ),
    Told(
        moodle(
            "mod_quiz/attempt_abandoned", f"{ADL}completed", ATTEMPT, QUIZ,
            result={**ENDED, "completion": False},
        ),
        Kind.SCORED,
    ),
    *(
        Told(
            moodle(
                f"mod_quiz/attempt_{end}", f"{ADL}answered", QUESTION, ATTEMPT, QUIZ, result=HALF
            ),
            Kind.ACTIVITY,
        )
        for end in ("submitted", "abandoned")
    ),
    Told(
        moodle(
            "mod_quiz/question_manually_graded", f"{TLA}scored", SLOT, REVIEW, ATTEMPT, QUIZ,
            result=HALF, by=TEACHER,
        ),
        Kind.SCORED, own=False,
    ),
    Told(
        moodle(
            "mod_assign/submission_graded", f"{TLA}scored", SUBMISSION, ASSIGNMENT, result=HALF,
            by=TEACHER,
        ),
        Kind.SCORED, own=False,
    ),
    Told(moodle("mod_lesson/lesson_started", f"{AS}start", LESSON_SESSION, LESSON), Kind.STARTED),
    Told(
        moodle("mod_lesson/lesson_ended", f"{ADL}completed", LESSON_SESSION, LESSON, result=ENDED),
        Kind.SCORED,
    ),
    Told(
        moodle(
            "mod_lesson/essay_assessed", f"{DOD}assessed", LESSON_PAGE, LESSON, result=HALF,
            more=FOR, actor=TEACHER,
        ),
        Kind.SCORED, own=False,
    ),
    Told(
        moodle(
            "mod_facetoface/take_attendance", f"{ADL}attended", ROOM, by=TEACHER,
            result={"duration": "PT25200S", "completion": True},
        ),
        Kind.ATTENDED, own=False,
    ),
    Told(moodle("mod_facetoface/signup_success", f"{ADL}registered", ROOM), Kind.ACTIVITY),
    Told(moodle("mod_facetoface/cancel_booking", f"{TIN}unregistered", ROOM), Kind.ACTIVITY),
    Told(moodle("mod_bigbluebuttonbn/meeting_joined", f"{AS1}join", BBB), Kind.ACTIVITY),
    Told(moodle("mod_bigbluebuttonbn/meeting_left", f"{AS1}leave", BBB), Kind.ACTIVITY),
    Told(moodle_site("core/user_created", f"{ADL}registered"), Kind.ACTIVITY, own=False),
    *(
        Told(moodle(f"core/group_member_{end}", verb, GROUP, by=TEACHER), Kind.ACTIVITY, own=False)
        for end, verb in (("added", f"{AS}join"), ("removed", f"{AS}leave"))
    ),
    Told(moodle("mod_scorm/sco_launched", f"{ADL}launched", SCO, SCORM), Kind.STARTED),
    *(
        Told(moodle("mod_scorm/status_submitted", f"{ADL}{verb}", SCO, SCORM), Kind.SCORED)
        for verb in ("completed", "passed", "failed")
    ),
    Told(
        moodle("mod_scorm/scoreraw_submitted", f"{ADL}passed", SCO, SCORM, result=HALF), Kind.SCORED
    ),
    Told(moodle("mod_questionnaire/attempt_saved", f"{TLA}suspended", SURVEY), Kind.ACTIVITY),
    Told(moodle("mod_questionnaire/attempt_resumed", f"{TLA}resumed", SURVEY), Kind.ACTIVITY),
    Told(moodle("mod_other/thing_scored", f"{TLA}scored", PAGE, result=HALF), Kind.SCORED),
    *(
        Told(moodle("mod_any/event", verb, PAGE), Kind.ACTIVITY)
        for verb in (
            *(f"{TIN}{verb}" for verb in ("viewed", "adjourned", "live", "secured", "replied")),
            *(f"{TIN}{verb}" for verb in ("unsecured", "unregistered")), f"{AS}join",
            *(f"{AS}{verb}" for verb in ("create", "delete", "update", "send", "start", "submit")),
            f"{AS}leave",
            *(f"{AS1}{verb}" for verb in ("create", "submit", "start", "receive", "retract")),
            f"{AS1}assign",
            *(f"{ADL}{verb}" for verb in ("answered", "completed", "imported")),
            *(f"{EDLM}verbs/{verb}" for verb in ("exceeded", "locked", "unlocked", "restarted")),
            *(f"{EDLM}verbs/{verb}" for verb in ("toured", "subscribed", "unsubscribed")),
            *(f"{DOD}{verb}" for verb in ("created", "deleted", "published")), f"{TLA}verified",
            *(f"{ACROSSX}verbs/{verb}" for verb in ("edited", "searched")), f"{ADL}registered",
        )
    ),
]  # fmt: skip

_TRAX_SCORE = {"score": {"raw": 2, "min": 0, "max": 5, "scaled": 0.4}, "success": False}

_TRAX = [
    Told(trax_site("user_loggedin", f"{AWL}logged-in"), Kind.LOGGED_IN),
    Told(trax_site("user_loggedout", f"{AWL}logged-out"), Kind.LOGGED_OUT),
    Told(trax("core/course_viewed", f"{FRENCH}verbs/navigated-in", TRAX_COURSE), Kind.ACTIVITY),
    Told(trax("mod_forum/discussion_viewed", f"{TIN}viewed", TRAX_QUIZ), Kind.ACTIVITY),
    Told(trax("core/course_completed", f"{ADL}completed", TRAX_COURSE), Kind.COMPLETED),
    Told(
        trax("", f"{FRENCH}verbs/marked-completion", TRAX_QUIZ, result=DONE), Kind.COMPLETED
    ),
    Told(
        trax("", f"{FRENCH}verbs/marked-completion", TRAX_QUIZ, result={"completion": False}),
        Kind.UNCOMPLETED,
    ),
    Told(trax("logstore_trax/hvp_quiz_completed", f"{ADL}completed", TRAX_QUIZ), Kind.SCORED),
    *(
        Told(trax("core/user_graded", verb, TRAX_QUIZ, result=_TRAX_SCORE), Kind.SCORED)
        for verb in (
            f"{ADL}graded", f"{ADL}scored", f"{ADL}passed", f"{ADL}failed", f"{FRENCH}verbs/graded"
        )
    ),
    Told(
        trax("logstore_trax/hvp_quiz_question_answered", f"{ADL}answered", QUESTION), Kind.ACTIVITY
    ),
    *(
        Told(trax("mod_scorm/sco_launched", f"{ADL}{verb}", TRAX_QUIZ), Kind.STARTED)
        for verb in ("launched", "initialized")
    ),
    Told(trax("", f"{ADL}terminated", TRAX_QUIZ), Kind.TERMINATED),
    Told(trax("core/user_enrolment_created", f"{ADL}registered", TRAX_COURSE), Kind.ENROLLED),
    *(
        Told(trax("", verb, TRAX_COURSE), Kind.ACTIVITY)
        for verb in (f"{FRENCH}verbs/reset", f"{TIN}defined", f"{DOD}created")
    ),
]  # fmt: skip

_PERCENT = {"score": {"scaled": 0.8}, "success": True, "duration": "PT30S"}

_CMI5 = [
    Told(
        cmi5(f"{ADL}launched", more={f"{CMI5}context/extensions/moveon": "CompletedOrPassed"}),
        Kind.STARTED,
    ),
    Told(cmi5(f"{ADL}initialized"), Kind.STARTED),
    Told(cmi5(f"{ADL}completed", result={**DONE, "duration": "PT30S"}), Kind.COMPLETED),
    Told(cmi5(f"{ADL}passed", result=_PERCENT), Kind.PASSED),
    Told(cmi5(f"{ADL}failed", result={**_PERCENT, "success": False}), Kind.FAILED),
    Told(cmi5(f"{ADL}terminated", result={"duration": "PT30S"}), Kind.TERMINATED),
    Told(cmi5(f"{AWL}abandoned", result={"duration": "PT30S"}), Kind.TERMINATED),
    Told(
        cmi5(
            f"{AWL}waived", by=TEACHER,
            result={
                "success": True, "completion": True,
                "extensions": {f"{CMI5}result/extensions/reason": "Tested Out"},
            },
        ),
        Kind.WAIVED, own=False,
    ),
    Told(cmi5(f"{AWL}satisfied", CMI5_COURSE), Kind.SATISFIED),
    Told(cmi5(f"{ADL}completed", AU, defined=False, result=DONE), Kind.ACTIVITY),
    *(
        Told(cmi5(verb, FILM, defined=False, result=DONE), Kind.ACTIVITY)
        for verb in (f"{ADL}completed", f"{ADL}terminated", f"{VIDEO}verbs/paused")
    ),
]  # fmt: skip

_PLAYED = {"played-segments": "0[.]12.5", "progress": 0.2}

_VIDEO = [
    Told(video(f"{ADL}initialized"), Kind.STARTED),
    Told(video(f"{VIDEO}verbs/paused", _PLAYED), Kind.ACTIVITY),
    Told(video(f"{ADL}terminated", _PLAYED), Kind.TERMINATED),
    Told(video(f"{ADL}completed", _PLAYED), Kind.COMPLETED),
    *(
        Told(video(verb), Kind.ACTIVITY)
        for verb in (
            f"{VIDEO}verbs/played", f"{VIDEO}verbs/seeked", f"{ADL}interacted", f"{TIN}downloaded"
        )
    ),
]  # fmt: skip

_SCORM_PROFILE = "https://w3id.org/xapi/scorm"
_LMS = "https://w3id.org/xapi/lms"
_NETC = "https://w3id.org/xapi/netc/verbs/"

_PROFILES = [
    *(
        Told(profile(_SCORM_PROFILE, f"{ADL}{verb}", AU, result=_PERCENT), kind)
        for verb, kind in {
            "initialized": Kind.STARTED, "terminated": Kind.TERMINATED, "suspended": Kind.ACTIVITY,
            "resumed": Kind.ACTIVITY, "responded": Kind.ACTIVITY, "answered": Kind.ACTIVITY,
            "completed": Kind.COMPLETED, "passed": Kind.PASSED, "failed": Kind.FAILED,
            "scored": Kind.SCORED,
        }.items()
    ),
    *(
        Told(profile(_SCORM_PROFILE, f"{ADL}{verb}", OBJECTIVE), Kind.ACTIVITY)
        for verb in ("completed", "passed", "failed", "scored")
    ),
    Told(h5p(f"{ADL}attempted"), Kind.STARTED),
    *(
        Told(h5p(verb), Kind.ACTIVITY)
        for verb in (
            f"{ADL}answered", f"{ADL}interacted", f"{ADL}progressed", f"{ADL}experienced",
            f"{AS}consume",
        )
    ),
    *(
        Told(h5p(f"{ADL}{verb}", H5P_CONTENT, result=_PERCENT), Kind.SCORED)
        for verb in ("completed", "scored", "passed", "failed")
    ),
    Told(profile(_LMS, f"{ADL}registered", MOOC), Kind.ENROLLED),
    *(Told(profile(_LMS, f"{base}unregistered", MOOC), Kind.UNENROLLED) for base in (ADL, TIN)),
    Told(profile(_LMS, f"{ADL}completed", MOOC, result=DONE), Kind.COMPLETED),
    Told(profile(_LMS, f"{ADL}initialized", MOOC), Kind.STARTED),
    Told(profile(_LMS, f"{ADL}terminated", MOOC), Kind.TERMINATED),
    *(
        Told(profile(_LMS, verb, PAGE), Kind.ACTIVITY)
        for verb in (
            f"{TIN}viewed", f"{TIN}downloaded", f"{_NETC}accessed", f"{_NETC}uploaded"
        )
    ),
    Told(profile(CLASSROOM.rstrip("/"), f"{AS}join", MEETING), Kind.ACTIVITY),
    Told(profile(CLASSROOM.rstrip("/"), f"{AS}leave", MEETING), Kind.ATTENDED),
    *(
        Told(profile(CLASSROOM.rstrip("/"), verb, MEETING), Kind.ACTIVITY)
        for verb in (
            f"{ADL}initialized", f"{ADL}terminated", f"{ADL}answered", f"{ADL}asked",
            f"{ACROSSX}verbs/posted",
            *(f"{CLASSROOM}verbs/{verb}" for verb in ("muted", "unmuted", "shared-screen")),
            *(f"{CLASSROOM}verbs/{verb}" for verb in ("unshared-screen", "started-camera")),
            *(f"{CLASSROOM}verbs/{verb}" for verb in ("stopped-camera", "raised-hand")),
            f"{CLASSROOM}verbs/lowered-hand",
        )
    ),
]  # fmt: skip

_IN_A_QUIZ = context(parent=[QUIZ])

_PLAIN = [
    *(
        Told(statement(f"{ADL}{verb}", GAME, result=_PERCENT), kind)
        for verb, kind in {
            "initialized": Kind.STARTED, "launched": Kind.STARTED, "attempted": Kind.STARTED,
            "terminated": Kind.TERMINATED, "exited": Kind.TERMINATED,
            "progressed": Kind.PROGRESSED, "completed": Kind.COMPLETED, "passed": Kind.PASSED,
            "mastered": Kind.PASSED, "failed": Kind.FAILED, "scored": Kind.SCORED,
            "registered": Kind.ENROLLED, "unregistered": Kind.UNENROLLED,
            "logged-in": Kind.LOGGED_IN, "logged-out": Kind.LOGGED_OUT,
        }.items()
    ),
    *(
        Told(statement(f"{ADL}{verb}", AU), Kind.ACTIVITY)
        for verb in (
            *("experienced", "interacted", "answered", "responded", "asked", "commented"),
            *("preferred", "shared", "suspended", "resumed", "registered", "unregistered"),
        )
    ),
    *(
        Told(statement(f"{TIN}{verb}", AU), Kind.ACTIVITY)
        for verb in ("viewed", "downloaded", "unregistered")
    ),
    *(
        Told(statement(f"{ADL}{verb}", ATTEMPT, context=_IN_A_QUIZ, result=_PERCENT), Kind.SCORED)
        for verb in ("completed", "passed", "failed", "scored")
    ),
    Told(statement(f"{TLA}scored", AU, result=_PERCENT), Kind.SCORED),
    Told(statement(f"{ADL}attended", ROOM, result={"duration": "PT3H"}), Kind.ATTENDED, own=False),
    *(
        Told(statement(verb, course), kind)
        for course in (COURSE, TRAX_COURSE, GAME)
        for verb, kind in (
            (f"{ADL}registered", Kind.ENROLLED), (f"{ADL}unregistered", Kind.UNENROLLED),
            (f"{TIN}unregistered", Kind.UNENROLLED),
        )
    ),
    Told(statement(f"{AWL}abandoned", AU), Kind.TERMINATED),
    Told(statement(f"{AWL}waived", AU), Kind.ACTIVITY),
    Told(statement(f"{AWL}satisfied", GAME), Kind.ACTIVITY),
    Told(statement(f"{AWL}logged-in", activity(SITE)), Kind.LOGGED_IN),
    Told(statement(f"{AWL}logged-out", activity(SITE)), Kind.LOGGED_OUT),
    Told(statement(f"{EDLM}verbs/login", activity(SITE)), Kind.LOGGED_IN),
    Told(statement(f"{EDLM}verbs/logout", activity(SITE)), Kind.LOGGED_OUT),
    Told(statement(f"{TLA}achieved", BADGE), Kind.BADGE_AWARDED),
    Told(statement(f"{TIN}earned", BADGE), Kind.BADGE_AWARDED),
    Told(statement(f"{TLA}forfeited", BADGE), Kind.BADGE_REVOKED),
    Told(statement(f"{TLA}achieved", CERTIFICATE), Kind.ACTIVITY),
    Told(statement(f"{TLA}forfeited", CERTIFICATE), Kind.ACTIVITY),
]  # fmt: skip

CORPUS = (*_MOODLE, *_TRAX, *_CMI5, *_VIDEO, *_PROFILES, *_PLAIN)
