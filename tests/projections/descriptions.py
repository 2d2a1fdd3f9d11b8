"""Directories, catalogues, badges and vocabularies at random, for the few things that happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from projections.reference.directory import Person
from projections.reference.documents import BADGES, CATALOGUE, import_documents
from projections.reference.people import import_directory
from projections.reference.vocabulary import import_vocabulary
from tests.projections.cast import GAME, IFIS, MOVE_ON, OTHER
from tests.projections.translation.corpus import BADGE, PAGE
from tests.projections.translation.statements import (
    AU,
    CMI5_COURSE,
    COURSE,
    FILM,
    QUIZ,
    SITE,
    TIN,
    TRAX_COURSE,
    TRAX_QUIZ,
)

if TYPE_CHECKING:
    from statements.database import Database

Json = dict[str, Any]

SECOND_BADGE = f"{SITE}/badges/overview.php?id=4"
NOT_BY_LOOKING = {"dialect": "moodle", "verb": f"{TIN}viewed", "kind": "activity", "own": "no"}
"""A site's row by which nobody was there who only saw a page in Moodle."""


class Described(NamedTuple):
    """All reference data, as they were brought in."""

    directory: dict[str, Person]
    catalogue: list[Json]
    badges: list[Json]
    vocabulary: list[dict[str, str]]

    def bring_in(self, records: Database) -> None:
        """Make it all there is."""
        import_directory(records, self.directory, replace=True)
        import_documents(records, CATALOGUE, {"courses": self.catalogue}, replace=True)
        import_documents(records, BADGES, {"badges": self.badges}, replace=True)
        import_vocabulary(records, self.vocabulary)


NOTHING_DESCRIBED = Described({}, [], [], [])

KINDS = st.sampled_from(["learner"] * 5 + ["staff", "service"])
PEOPLE = st.builds(
    Person,
    learner=st.just(""),
    kind=KINDS,
    directorate=st.sampled_from(["", "DEVE", "DASCO"]),
    employer=st.sampled_from(["Ville", "CASVP"]),
    occupation=st.sampled_from(["", "jardinier"]),
    cohort=st.sampled_from(["", "2025-03"]),
)


@st.composite
def directories(draw: st.DrawFn) -> dict[str, Person]:
    """Who is who: an identifier is one of three people's, or not known."""
    people = [draw(PEOPLE)._replace(learner=name) for name in ("anna", "bob", "chloé")]
    whose = {ifi: draw(st.sampled_from([None, *people])) for ifi in IFIS}
    return {ifi: person for ifi, person in whose.items() if person}


@st.composite
def catalogues(draw: st.DrawFn) -> list[Json]:
    """Courses, which of their modules are required, and where the game and the AU belong."""
    modules: dict[str, list[Json]] = {
        COURSE["id"]: [_module(draw, PAGE), _module(draw, QUIZ, FILM["id"])],
        OTHER["id"]: [],
        TRAX_COURSE["id"]: [_module(draw, TRAX_QUIZ)],
        CMI5_COURSE["id"]: [],
    }
    for activity in (AU, GAME):
        course = draw(st.sampled_from([None, OTHER["id"], CMI5_COURSE["id"], CMI5_COURSE["id"]]))
        if course:
            rule = draw(st.sampled_from([{}, *({"move_on": rule} for rule in MOVE_ON)]))
            modules[course].append(_module(draw, activity) | rule)
    return [
        {
            "id": course,
            "title": "Cours",
            "opening": draw(st.sampled_from(["free", "enrolment"])),
            "tags": draw(st.sampled_from([["vert"], []])),
            "modules": found,
        }
        for course, found in modules.items()
        if draw(st.integers(0, 3))
    ]


def _module(draw: st.DrawFn, activity: Json, *activities: str) -> Json:
    required = draw(st.sampled_from([True, True, False]))
    return {"id": activity["id"], "required": required, "activities": list(activities)}


_COURSE, _GREEN = {"course": COURSE["id"]}, {"any_courses": 1, "tag": "vert"}
_SCORE, _MEASURED = {"score_at_least": 60, **_COURSE}, {"minutes_at_least": 1, "time": "measured"}
CRITERIA: list[Json] = [
    {"courses": [COURSE["id"]]},
    {"courses": [COURSE["id"], CMI5_COURSE["id"]], "at_least": 1},
    {"any_courses": 2, "within_days": 1},
    _GREEN,
    _SCORE,
    {**_SCORE, "score": "last", "after": "2025-03-30"},
    {"minutes_at_least": 30, "within_days": 2},
    {"minutes_at_least": 5, **_COURSE},
    {**_MEASURED, **_COURSE},
    {"all": [_GREEN, {"any": [_SCORE, {"badges": [BADGE["id"]]}, _MEASURED], "at_least": 2}]},
]
OWN_CRITERIA = [each for each in CRITERIA if "all" not in each]


@st.composite
def badges(draw: st.DrawFn) -> list[Json]:
    """The badge that is awarded, perhaps with criteria of its own, and another one."""
    one = {"id": BADGE["id"], "name": "Un", **draw(st.sampled_from(OWN_CRITERIA))}
    two = {"id": SECOND_BADGE, "name": "Deux", **draw(st.sampled_from(CRITERIA))}
    days = draw(st.sampled_from([{}, {"valid_days": 3}]))
    return [each for each in (one | days, two) if draw(st.integers(0, 3))]


vocabularies = st.sampled_from([[], [NOT_BY_LOOKING]])
