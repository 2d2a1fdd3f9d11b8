"""Every statement is valid xAPI 1.0.3, and every dialect and kind of event occurs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from lrs.simulation import Options, simulate
from schemas.parsing import parse
from schemas.validation import validate_statement
from schemas.versions import Version
from tests.simulation.runs import BUSY, run

LIVELY = replace(BUSY, seed=11, learners=600, weekly_learners=400)
WITHOUT_IDS = replace(BUSY, moodle_ids=False)

MOODLE_EVENTS = {
    r"\core\event\user_loggedin": "login",
    r"\core\event\user_loggedinas": "login",
    r"\core\event\user_loggedout": "logout",
    r"\core\event\user_enrolment_created": "enrolled",
    r"\core\event\user_enrolment_deleted": "leave",
    r"\core\event\user_enrolment_updated": "suspended resumed",
    r"\core\event\course_viewed": "viewed",
    r"\core\event\course_completed": "completed",
    r"\core\event\course_module_completion_updated": "completed uncompleted",
    r"\core\event\badge_awarded": "achieved",
    r"\core\event\badge_revoked": "forfeited",
    r"\core_h5p\event\h5p_viewed": "viewed",
    r"\mod_quiz\event\course_module_viewed": "viewed",
    r"\mod_quiz\event\attempt_started": "start",
    r"\mod_quiz\event\attempt_submitted": "completed answered",
    r"\mod_quiz\event\attempt_abandoned": "completed",
    r"\mod_quiz\event\question_manually_graded": "scored",
    r"\mod_assign\event\assessable_submitted": "submit",
    r"\mod_assign\event\submission_graded": "scored",
    r"\mod_lesson\event\essay_assessed": "assessed",
    r"\mod_facetoface\event\signup_success": "registered",
    r"\mod_facetoface\event\cancel_booking": "unregistered",
    r"\mod_facetoface\event\take_attendance": "attended",
    r"\mod_bigbluebuttonbn\event\meeting_joined": "join",
    r"\mod_bigbluebuttonbn\event\meeting_left": "leave",
    r"\mod_bigbluebuttonbn\event\meeting_ended": "adjourned",
    r"\tool_certificate\event\certificate_issued": "achieved",
    r"\tool_certificate\event\certificate_revoked": "forfeited",
    r"\mod_scorm\event\sco_launched": "launched",
    r"\mod_scorm\event\status_submitted": "completed passed failed",
    r"\mod_scorm\event\scoreraw_submitted": "completed passed failed",
}
"""Each event of Moodle that the plugin reports and its verbs (the last part of each IRI)."""

DIALECTS = {
    "TRAX": rb"vocab\.xapi\.fr",
    "cmi5": rb"xapi/cmi5/context/categories/cmi5",
    "video": rb"https://w3id\.org/xapi/video/verbs/seeked",
    "H5P": rb"http://h5p\.org/libraries",
    "public platform": rb"course-v1:",
    "virtual classroom": rb"xapi/virtual-classroom",
    "Pix": rb"app\.pix\.fr",
    "games": rb"jeux\.example",
    "voids": rb"verbs/voided",
    "remarks": rb"verbs/commented",
}
CMI5_VERBS = (
    "launched", "initialized", "completed", "passed", "failed", "terminated", "abandoned",
    "waived", "satisfied",
)  # fmt: skip

_EVENT = re.compile(rb'"event_name":"([^"]+)"')
_VERB = re.compile(rb'"verb":\{"id":"([^"]+)"')


def verb_of(raw: bytes) -> str:
    found = _VERB.search(raw)
    assert found
    return found[1].replace(b"\\/", b"/").rsplit(b"/", 1)[1].decode()


@pytest.fixture(scope="module")
def lively() -> list[bytes]:
    """Enough statements for the rarest things to happen."""
    return list(simulate(LIVELY))


@pytest.mark.parametrize("options", [BUSY, WITHOUT_IDS], ids=["with ids", "without ids"])
def test_every_statement_is_valid(options: Options) -> None:
    raw = run(options).raw
    assert len(raw) > 5_000
    for statement in raw:
        validate_statement(parse(statement), Version.V1)


def test_every_event_that_moodle_reports_occurs(lively: list[bytes]) -> None:
    seen = {
        (found[1].replace(b"\\\\", b"\\").decode(), verb_of(raw))
        for raw in lively
        if (found := _EVENT.search(raw))
    }
    wanted = {(event, verb) for event, verbs in MOODLE_EVENTS.items() for verb in verbs.split()}
    assert wanted <= seen


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_occurs(lively: list[bytes], dialect: str) -> None:
    assert any(re.search(DIALECTS[dialect], raw) for raw in lively)


def test_every_verb_of_cmi5_occurs(lively: list[bytes]) -> None:
    counts = Counter(verb_of(raw) for raw in lively if re.search(DIALECTS["cmi5"], raw))
    assert set(counts) == set(CMI5_VERBS)


@pytest.mark.parametrize("how", ["manual", "self", "sirh"])
def test_people_are_enrolled_in_every_way(lively: list[bytes], how: str) -> None:
    told = f'enrolment-type":"{how}"'.encode()
    assert any(told in raw for raw in lively)
