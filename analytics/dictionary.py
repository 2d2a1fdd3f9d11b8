"""The data dictionary: what is in each column of each view."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.session import Session

_LEARNER = "pseudonym of the learner, the same in every view"
_COURSE = "address of the course"
_EVERYWHERE = "address of the course; null: the whole platform"

DICTIONARY: dict[str, dict[str, str]] = {
    "statements": {
        "position": "place in the log, from 1; the order of arrival",
        "id": "of the statement, a UUID",
        "stored": "when it came",
        "timestamp": "when it happened, as the source says",
        "actor": "pseudonym of an identifier; one learner may have several (view actors)",
        "actor_kind": "agent, group or anonymous group",
        "actor_name": "null unless names are exported",
        "verb": "address of the verb",
        "event": "what it means: logged_in, enrolled, started, completed, scored, activity…",
        "object": "address of the activity, or id of a statement, or pseudonym of a person",
        "object_kind": "Activity, Agent, Group, StatementRef or SubStatement",
        "object_type": "address of the activity's type",
        "object_name": "in French, else in English, else in any language",
        "course": _COURSE + " that it belongs to",
        "module": "address of the module, course or badge that it is about",
        "registration": "of the context; for Moodle it is no session",
        "score_raw": "as sent",
        "score_min": "as sent",
        "score_max": "as sent",
        "score_scaled": "as sent; Moodle's plugin maps 0 to 100 % onto -1 to 1",
        "percent": "the mark from 0 to 100, if the statement gives one that can be trusted",
        "success": "as sent",
        "completion": "as sent",
        "duration_seconds": "as sent",
        "played_segments": "of a video, as sent: 0[.]12.5[,]20[.]31, in seconds",
        "media_seconds": "length of the video that is played, as sent",
        "platform": "as sent",
        "language": "as sent",
        "parent": "addresses of the context's activities",
        "grouping": "the same",
        "category": "the same",
        "other": "the same",
        "authority": "who sent it: an account of the record store",
        "xapi_version": "1.0.3 or 2.0.0",
        "statement": "the whole of it as JSON, without names and addresses of persons",
        "voided": "taken back by a later statement: leave these out",
    },
    "voided": {"position": "of a statement that was taken back"},
    "learners": {
        "learner": _LEARNER,
        "kind": "learner, staff or service: only learners count in figures",
        "known": "the directory has them",
        "directorate": "null: unknown",
        "employer": "null: unknown",
        "occupation": "null: unknown",
        "cohort": "month of arrival; null: unknown",
    },
    "actors": {
        "actor": "pseudonym of an identifier, as in statements",
        "learner": "pseudonym of the learner whose identifier it is",
    },
    "courses": {
        "course": _COURSE,
        "title": "as the catalogue has it, else as statements say",
        "tags": "of the catalogue",
        "opening": "free or enrolment",
        "minutes": "that it should take",
        "modules": "how many",
    },
    "enrolments": {
        "learner": _LEARNER,
        "course": _COURSE,
        "registration": "of cmi5; else null",
        "first": "first enrolled",
        "last": "last enrolled",
        "how": "manual, self, import, or implicit: by the first activity in a free course",
        "status": "active, suspended, left or completed",
    },
    "completions": {
        "learner": _LEARNER,
        "course": _COURSE,
        "status": "not started, in progress, completed or failed",
        "progress": "0 to 1: the share of required modules that are done",
        "started": "first own activity",
        "completed": "when it was completed; null: it is not",
        "best": "best score, in percent",
        "best_at": "when",
        "last": "last score, in percent",
        "last_at": "when",
    },
    "outcomes": {
        "learner": "pseudonym of a learner, no staff: one row for each learner and course",
        "course": _COURSE,
        "directorate": "of the learner; null: unknown",
        "employer": "the same",
        "cohort": "the same",
        "enrolled": "first enrolled; who left stays in the count",
        "started": "first own activity; null: not yet",
        "completed": "when it was completed; null: it is not",
        "status": "not started, in progress, completed or failed; null: nothing was heard of it",
        "progress": "0 to 1: the share of required modules that are done",
    },
    "connections": {
        "learner": _LEARNER,
        "course": _EVERYWHERE,
        "begun": "first statement",
        "ended": "last statement before a gap of 30 minutes, or the logout",
        "seconds": "from the first to the last",
    },
    "measured": {
        "learner": _LEARNER,
        "course": "address of the course; null: of none",
        "kind": "quiz, video, meeting or face_to_face",
        "item": "pseudonym of the attempt, player session, or room and day",
        "at": "the first that was heard of it",
        "seconds": "that the content measured",
    },
    "badges": {
        "learner": _LEARNER,
        "badge": "address of the badge",
        "title": "of its definition; null: it has none here",
        "status": "eligible, in progress, awarded or revoked",
        "eligible": "since when",
        "awarded": "when",
        "revoked": "when",
        "expires": "when",
    },
    "indicators": {
        "unit": "day, week or month, in Paris",
        "period": "2026-02-14, 2026-W07 or 2026-02",
        "course": _EVERYWHERE,
        "directorate": "of the learners in this row; null: unknown",
        "employer": "the same",
        "cohort": "the same",
        "connections": "that start in the period",
        "distinct_learners": "of those connections; each learner is in one group, so groups add up",
        "connection_seconds": "within the period",
        "measured_seconds": "first heard of in the period",
        "enrolments": "first enrolled in the period",
        "completions": "completed in the period",
    },
}


class Described(NamedTuple):
    """A column of a view."""

    view: str
    column: str
    type: str
    text: str


def describe_views(session: Session) -> list[Described]:
    """Every column that a session sees, with what is in it."""
    found = []
    for view in sorted(session.views, key=[*DICTIONARY].index):
        # The name is one of ours, out of DICTIONARY.
        columns = session.query(f"DESCRIBE {view}").table().to_pylist()
        found += [
            Described(view, name, _plain(type_), DICTIONARY[view][name])
            for name, type_ in ((each["column_name"], each["column_type"]) for each in columns)
        ]
    return found


def as_markdown(columns: Iterable[Described]) -> str:
    """The table for the documentation."""
    rows = "".join(f"| `{c.view}` | `{c.column}` | {c.type} | {c.text} |\n" for c in columns)
    return "| view | column | type | what it is |\n|---|---|---|---|\n" + rows


def _plain(type_: str) -> str:
    return type_.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
