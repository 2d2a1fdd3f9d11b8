"""The traps of the Moodle plugin are all there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.simulation.runs import BUSY, run

if TYPE_CHECKING:
    from tests.simulation.runs import Json

INFO = "http://lrs.learninglocker.net/define/extensions/info"
PLUGIN = "https://github.com/xAPI-vle/moodle-logstore_xapi"


def moodle(*, ids: bool = True) -> list[Json]:
    return [
        statement
        for statement in run(replace(BUSY, moodle_ids=ids)).statements
        if PLUGIN in statement.get("context", {}).get("extensions", {}).get(INFO, {})
    ]


def of_event(name: str) -> list[Json]:
    found = [one for one in moodle() if one["context"]["extensions"][INFO]["event_name"] == name]
    assert found
    return found


def test_the_true_dialect_sends_no_id() -> None:
    assert all("id" in statement for statement in moodle())
    assert not any("id" in statement for statement in moodle(ids=False))


def test_players_send_ids_even_then() -> None:
    raw = run(replace(BUSY, moodle_ids=False)).raw
    players = [one for one in raw if b"xapi/video" in one or b"categories/cmi5" in one]
    assert players
    assert all(one.startswith(b'{"id":') for one in players)


def test_repeats_without_id_differ_in_the_registration_only() -> None:
    groups: dict[str, set[str]] = defaultdict(set)
    for statement in moodle(ids=False):
        context = dict(statement["context"])
        registration = context.pop("registration")
        groups[str(statement | {"context": context})].add(registration)
    assert any(len(registrations) > 1 for registrations in groups.values())


def test_the_registration_is_shared_by_people_who_have_nothing_in_common() -> None:
    actors: dict[str, set[str]] = defaultdict(set)
    for statement in moodle():
        actors[statement["context"]["registration"]].add(statement["actor"]["account"]["name"])
    assert max(map(len, actors.values())) > 2


def test_scaled_scores_run_from_minus_one_to_one() -> None:
    scores = [one["result"]["score"] for one in moodle() if "score" in one.get("result", {})]
    assert min(score["scaled"] for score in scores) < 0
    for score in scores:
        share = (score["raw"] - score["min"]) / (score["max"] - score["min"])
        assert score["scaled"] == pytest.approx(share * 2 - 1)


def test_without_a_pass_mark_every_attempt_is_a_success() -> None:
    modules = {
        module["id"]: module
        for course in run(BUSY).catalogue["courses"]
        for module in course["modules"]
    }
    for statement in of_event(r"\mod_quiz\event\attempt_submitted"):
        quiz = modules.get(statement["context"]["contextActivities"]["parent"][0]["id"])
        if quiz and quiz["kind"] == "quiz" and "score" in statement.get("result", {}):
            percent = statement["result"]["score"]["raw"] * 5
            assert statement["result"]["success"] == (percent >= quiz.get("pass_mark", 0))


def test_everything_is_labelled_english() -> None:
    assert {one["context"]["language"] for one in moodle()} == {"en"}


def test_one_event_makes_several_statements() -> None:
    verbs = {one["verb"]["id"] for one in of_event(r"\mod_quiz\event\attempt_submitted")}
    assert len(verbs) == 2


def test_an_empty_response_is_sent_as_it_is() -> None:
    assert any(one.get("result", {}).get("response") == "" for one in moodle())


def test_slashes_and_accents_are_escaped_as_php_does() -> None:
    raw = [one for one in run(BUSY).raw if b"logstore_xapi" in one]
    assert raw
    assert all(one.isascii() and b"https:\\/\\/lms" in one and b"://" not in one for one in raw)


def test_an_essay_is_assessed_by_its_marker_for_the_learner() -> None:
    key = "https://yetanalytics.com/profiles/prepositions/concepts/context-extensions/for"
    for statement in of_event(r"\mod_lesson\event\essay_assessed"):
        assert statement["actor"]["account"]["name"].startswith("formateur")
        assert statement["context"]["extensions"][key]["account"]["name"].startswith("p")


def test_nothing_but_pseudonyms_names_people() -> None:
    assert not any("name" in one["actor"] for one in run(BUSY).statements)


def test_timestamps_are_whole_seconds_in_utc() -> None:
    assert all(one["timestamp"].endswith(".000Z") for one in moodle())
