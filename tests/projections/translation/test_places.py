"""Where statements happen: in activities that last, and no more of them than there are."""

from __future__ import annotations

import json

import pytest

from projections.translation.event import Definition, Kind, Place
from projections.translation.vocabulary import Vocabulary
from tests.projections.translation.corpus import CERTIFICATE, PAGE, QUESTION, REVIEW, SLOT
from tests.projections.translation.statements import (
    ADL,
    ATTEMPT,
    AU,
    COURSE,
    COURSE_ID,
    LEARNER,
    QUIZ,
    SITE,
    STORED,
    TIN,
    TYPE,
    Json,
    activity,
    moodle,
    one,
    read,
    statement,
)  # fmt: skip

VIEWED = f"{TIN}viewed"
UNTYPED = activity("https://ailleurs.example/a")
OTHER_COURSE = activity("https://ailleurs.example/cours", f"{TYPE}course")
REF = {"objectType": "StatementRef", "id": "9E13CEFD-53D3-4EAC-B5ED-2CF6693903BB"}


def _at(about: Json, **activities: Json | list[Json]) -> Place:
    told = statement(VIEWED, about, context={"contextActivities": activities})
    return one(told).place


def test_nearest_course_is_that_of_the_parents_then_of_the_groupings() -> None:
    assert _at(AU, parent=[UNTYPED, COURSE], grouping=[OTHER_COURSE]) == (
        AU["id"], COURSE_ID, (UNTYPED["id"], OTHER_COURSE["id"]),
    )  # fmt: skip
    assert _at(AU, parent=[UNTYPED], grouping=[OTHER_COURSE]).course == OTHER_COURSE["id"]
    assert _at(COURSE, parent=[OTHER_COURSE]) == (COURSE_ID, COURSE_ID, (OTHER_COURSE["id"],))


def test_activity_that_is_not_in_a_list_is_one() -> None:
    assert _at(AU, parent=COURSE) == _at(AU, parent=[COURSE]) == (AU["id"], COURSE_ID, ())


def test_ancestors_are_named_once() -> None:
    assert _at(AU, parent=[UNTYPED, AU, UNTYPED], grouping=[UNTYPED]).ancestors == (UNTYPED["id"],)


@pytest.mark.parametrize(
    "type_",
    [
        "http://id.tincanapi.com/activitytype/chat-message",
        "http://id.tincanapi.com/activitytype/forum-reply",
        "http://id.tincanapi.com/activitytype/discussion",
        "http://activitystrea.ms/comment",
        "http://activitystrea.ms/note",
        "http://id.tincanapi.com/activitytype/user-profile",
    ],
)
def test_what_people_write_is_at_the_module_or_course_it_stands_in(type_: str) -> None:
    post = activity(f"{SITE}/mod/forum/discuss.php?d=1#p1", type_)
    assert _at(post, parent=[PAGE, COURSE]) == (PAGE["id"], COURSE_ID, ())
    assert _at(post, parent=[COURSE]) == (COURSE_ID, COURSE_ID, ())


@pytest.mark.parametrize("part", [ATTEMPT, QUESTION, REVIEW, SLOT])
def test_what_passes_stands_for_the_nearest_that_lasts(part: Json) -> None:
    assert _at(part, parent=[REVIEW, ATTEMPT, QUIZ, COURSE]) == (QUIZ["id"], COURSE_ID, ())


def test_question_alone_stands_for_itself_an_attempt_for_nothing() -> None:
    assert _at(QUESTION) == (QUESTION["id"], "", ())
    assert _at(ATTEMPT) == ("", "", ())
    assert _at(CERTIFICATE) == ("", "", ())


def test_nothing_is_completed_nowhere() -> None:
    assert one(statement(f"{ADL}completed", ATTEMPT)).kind == Kind.ACTIVITY


def test_what_is_said_of_a_question_is_not_said_of_the_whole() -> None:
    told = statement(
        f"{ADL}completed", QUESTION, result={"score": {"scaled": 1}},
        context={"contextActivities": {"parent": [AU]}},
    )  # fmt: skip
    event = one(told)
    assert (event.kind, event.place.unit, event.details.percent) == (Kind.ACTIVITY, AU["id"], None)


def test_places_are_as_many_as_modules_not_as_attempts() -> None:
    def attempt(number: int) -> Json:
        iri = f"{SITE}/mod/quiz/attempt.php?attempt={number}&cmid=31"
        return activity(iri, f"{TYPE}attempt", f"Attempt {number}")

    told = [
        moodle("mod_quiz/attempt_submitted", f"{ADL}answered", QUESTION, attempt(number), QUIZ)
        for number in range(50)
    ]
    assert len({one(each).place for each in told}) == 1


@pytest.mark.parametrize(
    "about",
    [
        REF,
        LEARNER,
        {"objectType": "Group", "member": [LEARNER]},
        {"objectType": "SubStatement", "actor": LEARNER, "verb": {"id": VIEWED}, "object": AU},
    ],
)
def test_what_is_no_activity_is_no_place(about: Json) -> None:
    told = statement(f"{ADL}commented", about, context={"contextActivities": {"parent": [COURSE]}})
    event = one(told)
    assert (event.kind, event.place) == (Kind.ACTIVITY, ("", COURSE_ID, ()))
    assert one({**told, "verb": {"id": f"{ADL}completed"}}).kind == Kind.ACTIVITY


def test_voiding_statement_names_its_target_in_lower_case() -> None:
    translation = read(statement(f"{ADL}voided", REF))
    assert (translation.events, translation.voids) == ((), REF["id"].lower())


def test_definitions_are_the_bytes_that_were_sent() -> None:
    payload = (
        rb'{"actor":{"mbox":"mailto:a@ville.example"},"verb":{"id":"http:\/\/id.tincanapi.com\/verb\/viewed"},'
        rb'"object":{"id":"https:\/\/a.example\/m","definition":{"type":"https:\/\/a.example\/t",'
        rb'"name":{"en":"\u00e9"}, "extensions":{"https://a.example/n":1.50}}},'
        rb'"context":{"contextActivities":{"parent":[{"id":"https://a.example/c","definition":{}}],'
        rb'"grouping":[{"id":"https://a.example/d","definition":{"type":"http://adlnet.gov/expapi/activities/course"}}]}}}'
    )
    translation = Vocabulary().translate(payload, STORED)
    assert translation.definitions == (
        Definition(
            "https://a.example/m",
            "https://a.example/t",
            rb'{"type":"https:\/\/a.example\/t","name":{"en":"\u00e9"}, "extensions":{"https://a.example/n":1.50}}',
        ),
        Definition(
            "https://a.example/d",
            f"{TYPE}course",
            b'{"type":"http://adlnet.gov/expapi/activities/course"}',
        ),
    )
    (event,) = translation.events
    assert event.place == ("https://a.example/m", "https://a.example/d", ("https://a.example/c",))


def test_attempts_define_nothing_but_the_quiz_they_belong_to() -> None:
    told = moodle(
        "mod_quiz/attempt_started", "http://activitystrea.ms/schema/1.0/start", ATTEMPT, QUIZ
    )
    assert [each.activity for each in read(told).definitions] == [QUIZ["id"], COURSE_ID]


def test_site_may_add_types_of_courses() -> None:
    types = "type,role\nhttps://ville.example/types/parcours,course\n" + f"{TYPE}lesson,outside\n"
    vocabulary = Vocabulary(site_types=types)
    path = activity("https://ville.example/parcours/1", "https://ville.example/types/parcours")
    told = statement(VIEWED, PAGE, context={"contextActivities": {"parent": [AU, path]}})

    (event,) = vocabulary.translate(json.dumps(told).encode(), STORED).events
    assert event.place == (PAGE["id"], path["id"], ())
    assert vocabulary.version != Vocabulary().version
