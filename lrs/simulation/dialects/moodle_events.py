r"""The events of Moodle that logstore_xapi 5 reports, and the verbs it gives them."""

from __future__ import annotations

from typing import NamedTuple

from lrs.simulation.text import php, quoted, verb

ADL = "http://adlnet.gov/expapi"
STREAMS = "http://activitystrea.ms/schema/1.0"
EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts"
EDLM_V1 = "https://xapi.edlm/profiles/edlm-lms/v1/concepts"
TLA = "https://w3id.org/xapi/tla/verbs"
TINCAN = "http://id.tincanapi.com"
PREPOSITIONS = "https://yetanalytics.com/profiles/prepositions/concepts/context-extensions"
INFO = "http://lrs.learninglocker.net/define/extensions/info"


class Event(NamedTuple):
    """A Moodle event as the plugin reports it: verb and `info` extension, as JSON."""

    verb_json: str
    info_json: str

    @classmethod
    def of(cls, name: str, function: str, iri: str, display: str) -> Event:
        """The event `name`, told by the transformer's `function`."""
        info = {
            "http://moodle.org": "4.5",
            "https://github.com/xAPI-vle/moodle-logstore_xapi": "5.0.1",
            "event_name": name,
            "event_function": f"\\src\\transformer\\events\\{function}",
        }
        return cls(php(verb(iri, display)), f"{php(INFO)}:{php(info)}")

    def extended(self, iri: str, value_json: str) -> Event:
        """The event with one more extension of the context."""
        return self._replace(info_json=f"{self.info_json},{quoted(iri)}:{value_json}")


def _core(name: str, iri: str, display: str, function: str = "") -> Event:
    return Event.of(f"\\core\\event\\{name}", f"core\\{function or name}", iri, display)


def _mod(plugin: str, name: str, iri: str, display: str, function: str = "") -> Event:
    told_by = f"mod_{plugin}\\{function or name}"
    return Event.of(f"\\mod_{plugin}\\event\\{name}", told_by, iri, display)


LOGGED_IN = _core("user_loggedin", f"{EDLM}/verbs/login", "Logged In")
LOGGED_IN_AS = _core("user_loggedinas", f"{EDLM}/verbs/login", "Logged In", "user_loggedin")
LOGGED_OUT = _core("user_loggedout", f"{EDLM}/verbs/logout", "Logged Out")
ENROLLED = _core("user_enrolment_created", f"{EDLM}/verbs/enrolled", "Enrolled")
LEFT = _core("user_enrolment_deleted", "http://activitystrea.ms/leave", "Left")
SUSPENDED = _core("user_enrolment_updated", f"{TLA}/suspended", "Suspended")
RESUMED = _core("user_enrolment_updated", f"{TLA}/resumed", "Resumed")
COURSE_VIEWED = _core("course_viewed", f"{TINCAN}/verb/viewed", "Viewed")
COURSE_COMPLETED = _core("course_completed", f"{ADL}/verbs/completed", "Completed")
_COMPLETION = "course_module_completion_updated"
COMPLETED = _core(_COMPLETION, f"{ADL}/verbs/completed", "Completed")
UNCOMPLETED = _core(_COMPLETION, f"{EDLM}/verbs/uncompleted", "Uncompleted")
BADGE_AWARDED = _core("badge_awarded", f"{TLA}/achieved", "Achieved")
BADGE_REVOKED = _core("badge_revoked", f"{TLA}/forfeited", "Forfeited")
STARTED = _mod("quiz", "attempt_started", f"{STREAMS}/start", "Started")
_SUBMITTED = "attempt_submitted\\handler"
SUBMITTED = _mod("quiz", "attempt_submitted", f"{ADL}/verbs/completed", "Completed", _SUBMITTED)
ABANDONED = _mod("quiz", "attempt_abandoned", f"{ADL}/verbs/completed", "Completed", _SUBMITTED)
ANSWERED = _mod("quiz", "attempt_submitted", f"{ADL}/verbs/answered", "Answered", _SUBMITTED)
MANUALLY_GRADED = _mod("quiz", "question_manually_graded", f"{TLA}/scored", "Scored")
HANDED_IN = _mod(
    "assign", "assessable_submitted", f"{STREAMS}/submit", "Submitted", "assignment_submitted"
)
GRADED = _mod("assign", "submission_graded", f"{TLA}/scored", "Scored", "assignment_graded")
LESSON_STARTED = _mod("lesson", "lesson_started", "http://activitystrea.ms/start", "Started")
ESSAY_ANSWERED = _mod("lesson", "question_answered", f"{ADL}/verbs/answered", "Answered")
ESSAY_ASSESSED = _mod(
    "lesson", "essay_assessed", "https://w3id.org/xapi/dod-isd/verbs/assessed", "Assessed"
)
SIGNED_UP = _mod("facetoface", "signup_success", f"{ADL}/verbs/registered", "Registered")
BOOKING_CANCELLED = _mod(
    "facetoface", "cancel_booking", f"{TINCAN}/verb/unregistered", "Unregistered"
)
ATTENDED = _mod("facetoface", "take_attendance", f"{ADL}/verbs/attended", "Attended")
JOINED = _mod("bigbluebuttonbn", "meeting_joined", f"{STREAMS}/join", "Joined")
LEFT_MEETING = _mod("bigbluebuttonbn", "meeting_left", f"{STREAMS}/leave", "Left")
MEETING_ENDED = _mod("bigbluebuttonbn", "meeting_ended", f"{TINCAN}/verb/adjourned", "Adjourned")
LAUNCHED = _mod("scorm", "sco_launched", f"{ADL}/verbs/launched", "Launched")
STATUS = {
    status: _mod("scorm", "status_submitted", f"{ADL}/verbs/{status}", status.capitalize())
    for status in ("completed", "passed", "failed")
}
SCORE = {
    status: _mod("scorm", "scoreraw_submitted", f"{ADL}/verbs/{status}", status.capitalize())
    for status in ("completed", "passed", "failed")
}
CERTIFICATE_ISSUED = Event.of(
    "\\tool_certificate\\event\\certificate_issued",
    "tool_certificate\\certificate_issued", f"{TLA}/achieved", "Achieved",
)  # fmt: skip
CERTIFICATE_REVOKED = Event.of(
    "\\tool_certificate\\event\\certificate_revoked",
    "tool_certificate\\certificate_revoked", f"{TLA}/forfeited", "Forfeited",
)  # fmt: skip


def _viewed(plugin: str) -> Event:
    name, function = f"\\mod_{plugin}\\event\\course_module_viewed", "all\\course_module_viewed"
    if plugin == "h5pactivity":
        name = "\\core_h5p\\event\\h5p_viewed"
    if plugin == "bigbluebuttonbn":
        name = "\\mod_bigbluebuttonbn\\event\\activity_viewed"
        function = "mod_bigbluebuttonbn\\activity_viewed"
    return Event.of(name, function, f"{TINCAN}/verb/viewed", "Viewed")


PLUGINS = {
    "page": "page",
    "video": "page",
    "quiz": "quiz",
    "scorm": "scorm",
    "facetoface": "facetoface",
    "meeting": "bigbluebuttonbn",
    "h5p": "h5pactivity",
    "assign": "assign",
    "lesson": "lesson",
}
"""Which plugin of Moodle holds each kind of module."""

VIEWED = {kind: _viewed(plugin) for kind, plugin in PLUGINS.items()}
