"""What the machine (`test_machine`) has found, told plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from projections import tables
from projections.reference.directory import Person
from projections.runner import rebuild
from projections.runner.engine import Portions
from tests.projections.cast import AGENTS, IFIS, OTHER
from tests.projections.descriptions import NOTHING_DESCRIBED
from tests.projections.folding import Fragile, Killed, new_folder
from tests.projections.translation.corpus import BBB, PAGE
from tests.projections.translation.statements import (
    ADL,
    AS1,
    COURSE,
    COURSE_ID,
    EDLM,
    TIN,
    VIDEO,
    Json,
    module_of,
    moodle,
    moodle_site,
    statement,
    video,
)

if TYPE_CHECKING:
    from tests.projections.story import Story

_activity = tables.activity.c

VIEWED = moodle("core/course_viewed", f"{TIN}viewed", COURSE)
LOGIN = moodle_site("core/user_loggedin", f"{EDLM}verbs/login")
COMPLETED = moodle("core/course_completed", f"{ADL}completed", COURSE)
BADGE = {"id": "https://ecole.example/badge/1", "name": "Un"}
ENROLMENT = {"id": COURSE_ID, "title": "Accueil", "opening": "enrolment"}


def directory(*whose: Person | None) -> dict[str, Person]:
    return {ifi: person for ifi, person in zip(IFIS, whose, strict=False) if person}


def crowds(story: Story, name: str) -> set[object]:
    return {line["crowd"] for line in story.lines(name)} - {"everybody"}


def test_other_attributes_of_a_learner_are_taken_account_of_after_a_restart(story: Story) -> None:
    story.tell(VIEWED)
    story.restart()
    story.describe(directory=directory(Person("anna", directorate="DEVE")))
    story.restart()
    story.describe(directory=directory(Person("anna", directorate="DASCO")))
    assert crowds(story, "connection_tally") == {("DASCO", "", "")}
    assert all(stopped is None for _, stopped in story.checkpoints().values())


def test_a_change_of_the_catalogue_is_not_lost_with_the_transaction_that_notes_it(
    story: Story,
) -> None:
    story.tell(VIEWED)
    fragile = Fragile(story.records)
    story.folder.release()
    story.folder = new_folder(story.store.database, fragile)
    story.folder.settle()
    NOTHING_DESCRIBED._replace(catalogue=[ENROLMENT]).bring_in(story.records)
    fragile.lives = 5
    with pytest.raises(Killed):
        story.folder.engine.step()
    story.folder.settle()
    assert story.lines("enrolment") == []


def test_a_login_among_what_another_learner_did_under_an_identifier_that_was_theirs(
    story: Story,
) -> None:
    both = Person("anna")
    story.describe(directory=directory(both, both))
    story.tell(VIEWED, actor=AGENTS[0])
    story.tell(VIEWED, minute=20, actor=AGENTS[0])
    NOTHING_DESCRIBED._replace(directory=directory(Person("bob"), both)).bring_in(story.records)
    story.tell(LOGIN, minute=10, actor=AGENTS[1])
    assert all(stopped is None for _, stopped in story.checkpoints().values())
    found = {
        (line["learner"], line["begun"]) for line in story.lines("connection") if not line["course"]
    }
    assert {who for who, _ in found} == {"anna", "bob"}


def test_whoever_gets_an_identifier_that_is_used_later_is_described_as_the_directory_says(
    story: Story,
) -> None:
    story.describe(directory=directory(Person("anna", directorate="DEVE")))
    story.tell(VIEWED, actor=AGENTS[0])
    anna = Person("anna", kind="staff", directorate="DASCO")
    story.describe(directory=directory(Person("bob"), anna))
    story.tell(VIEWED, actor=AGENTS[1])
    assert {line["learner"] for line in story.lines("connection")} == {"bob"}


@pytest.mark.parametrize("definition", [[], [BADGE | {"courses": [OTHER["id"]]}]])
def test_what_happens_while_only_badges_are_folded_anew_counts_for_them(
    story: Story, definition: list[Json]
) -> None:
    story.describe(badges=definition)
    story.tell(VIEWED)
    asked = [BADGE | {"courses": [COURSE_ID]}]
    NOTHING_DESCRIBED._replace(badges=asked).bring_in(story.records)
    for _ in range(1):
        story.folder.engine.step()
    story.tell(COMPLETED, minute=1)
    assert [line["status"] for line in story.lines("badge_standing")] == ["eligible"]


def test_the_reasons_of_a_badge_are_those_of_the_completion(story: Story) -> None:
    story.describe(badges=[BADGE | {"courses": [COURSE_ID]}])
    story.tell(COMPLETED, minute=5)
    story.tell(VIEWED, minute=1)
    incremental = story.lines("badge_standing")
    story.records.write(lambda connection: rebuild.request(connection, ["badges"]))
    story.folder.settle()
    assert story.lines("badge_standing") == incremental


def test_measured_time_that_belongs_to_an_earlier_course_is_taken_from_the_later_one(
    story: Story,
) -> None:
    asked = {"minutes_at_least": 1, "time": "measured", "course": COURSE_ID}
    story.describe(badges=[BADGE | asked])
    verb, name = f"{AS1}join", "mod_bigbluebuttonbn/meeting_joined"
    story.tell(moodle(name, verb, BBB), minute=5)
    story.tell(moodle("mod_bigbluebuttonbn/meeting_left", f"{AS1}leave", BBB), minute=15)
    assert story.line("badge_standing")["status"] == "eligible"
    elsewhere = moodle(name, verb, BBB)
    parents = elsewhere["context"]["contextActivities"]["parent"]
    elsewhere["context"]["contextActivities"]["parent"] = [*parents[:-1], OTHER]
    story.tell(elsewhere, minute=1)
    assert story.lines("badge_standing") == []


def test_an_activity_is_defined_by_the_last_word_while_the_log_is_folded_again(
    story: Story,
) -> None:
    def named(name: str) -> Json:
        page = module_of("page", "https://type.example")
        page["definition"]["name"] = {"fr": name}
        return moodle("mod_page/course_module_viewed", f"{TIN}viewed", page)

    story.tell(named("un"))
    story.tell(named("deux"), minute=1)
    story.folder.engine.limit(Portions(entries=1))
    story.records.write(lambda connection: rebuild.request(connection, ["events"]))
    story.folder.engine.step()
    story.append(named("un"), minute=2)
    story.folder.engine.step()
    rows = story.records.read(lambda c: c.find(_activity.iri, [PAGE["id"]], _activity.definition))
    assert b'"un"' in rows[0][0]


def test_what_is_gone_can_be_folded_anew_twice(story: Story) -> None:
    (statement_id,) = story.tell(VIEWED)
    story.void(statement_id)
    for _ in range(3):
        story.records.write(lambda connection: rebuild.request(connection, ["events"]))
        story.folder.settle()
    assert story.lines("completion") == []


def test_a_setting_that_comes_back_does_not_bring_back_what_was_missed_meanwhile(
    story: Story,
) -> None:
    story.describe(directory=directory(Person("anna", directorate="DEVE")))
    story.tell(VIEWED)
    story.folder.release()
    other = new_folder(story.store.database, story.records, gap=1)
    other.claim()
    NOTHING_DESCRIBED._replace(directory=directory(Person("anna"))).bring_in(story.records)
    other.engine.step()
    other.release()
    story.restart()
    story.folder.settle()
    assert crowds(story, "connection_tally") == {("", "", "")}


def test_rules_can_be_taken_back_that_were_there_before_the_first_statement(story: Story) -> None:
    story.describe(catalogue=[ENROLMENT])
    story.tell(VIEWED)
    assert story.lines("enrolment") == []
    story.describe(catalogue=[])
    assert story.line("enrolment")["how"] == "implicit"


def test_new_rules_hold_for_what_is_being_folded_for_the_first_time(story: Story) -> None:
    story.append(VIEWED)
    assert story.folder.claim()
    story.folder.engine.step()
    assert story.lines("completion") == []
    story.describe(catalogue=[ENROLMENT])
    assert story.line("completion")["status"] == "in progress"
    assert story.lines("enrolment") == []


@pytest.mark.parametrize("ways", [("manual", "self"), ("self", "manual")])
def test_of_two_ways_into_a_course_at_one_instant_the_order_of_arrival_chooses_none(
    story: Story, ways: tuple[str, str]
) -> None:
    for way in ways:
        how = {f"{EDLM}context-extensions/enrolment-type": way}
        story.tell(moodle("core/user_enrolment_created", f"{EDLM}verbs/enrolled", COURSE, more=how))
    assert story.line("enrolment")["how"] == "manual"


@pytest.mark.parametrize("verbs", [("passed", "failed"), ("failed", "passed")])
def test_of_two_verdicts_of_one_instant_the_better_one_counts(
    story: Story, verbs: tuple[str, str]
) -> None:
    for verb in verbs:
        story.tell(statement(f"{ADL}{verb}", COURSE))
    assert story.line("completion")["status"] == "completed"


def test_a_nul_in_names_stops_nothing_on_either_database(
    story_anywhere: Story,
) -> None:
    nul = {"account": {"homePage": "https://ville.example", "name": "a\0b"}}
    session = {f"{VIDEO}extensions/session-id": "a\0b"}
    seen = video(f"{VIDEO}verbs/paused", {"played-segments": "0[.]10"}, more=session)
    story_anywhere.tell(seen, actor=nul)
    assert story_anywhere.line("measured")["microseconds"] == 10_000_000
    assert story_anywhere.line("completion")["learner"] == "account:https://ville.example|a\ufffdb"


def test_who_is_stale_and_voids_that_wait_are_kept_on_either_database(
    story_anywhere: Story,
) -> None:
    story = story_anywhere
    story.tell(VIEWED)
    story.describe(directory=directory(Person("anna", directorate="DEVE")))
    story.void("00000000-0000-4000-8000-000000000001")
    assert crowds(story, "connection_tally") == {("DEVE", "", "")}
