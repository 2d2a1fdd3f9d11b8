"""Five weeks of a small town: everything is understood, and it adds up to what happened."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest

from projections.translation.event import Event, Kind
from projections.translation.vocabulary import Vocabulary
from tests.simulation.runs import BUSY, run

if TYPE_CHECKING:
    from projections.translation.event import Translation

STORED = 1_790_000_000_000_000
SECOND = 1_000_000


@cache
def _translations() -> dict[bytes, Translation]:
    vocabulary = Vocabulary()
    return {raw: vocabulary.translate(raw, STORED) for raw in run(BUSY).raw}


@cache
def _events() -> frozenset[Event]:
    """Different events of statements that are not voided."""
    voided = {translation.voids for translation in _translations().values()}
    return frozenset(
        event
        for statement, translation in zip(
            run(BUSY).statements, (_translations()[raw] for raw in run(BUSY).raw), strict=True
        )
        if statement.get("id") not in voided
        for event in translation.events
    )


def _staff() -> set[str]:
    return set(run(BUSY).truth["about"][0]["staff"])


def _of_learners(*kinds: Kind) -> list[Event]:
    return [
        event
        for event in _events()
        if event.kind in kinds and event.learner.rpartition("|")[2] not in _staff()
    ]


def test_nothing_is_unrecognised() -> None:
    strange = Counter(each.unrecognised for each in _translations().values())
    assert set(strange) == {None}


def test_most_kinds_happen() -> None:
    assert len({event.kind for event in _events()}) >= len(Kind) - 1


def test_badges_are_those_that_were_awarded() -> None:
    badges = run(BUSY).truth["badge"]
    wanted = sorted(badge["badge"] for badge in badges)
    found = {(event.learner, event.place.unit) for event in _of_learners(Kind.BADGE_AWARDED)}
    assert sorted(unit for _, unit in found) == wanted


@pytest.mark.parametrize("kind", ["quiz", "face_to_face", "video"])
def test_measured_time_is_what_content_measured(kind: str) -> None:
    wanted = sum(row[f"{kind}_seconds"] for row in run(BUSY).truth["learner"])
    pieces: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for event in _events():
        measure = event.details.measure
        if measure and measure.kind == kind:
            whole = ((0, measure.microseconds),) if measure.microseconds else ()
            known = pieces.setdefault((event.learner, measure.item), set())
            known.update(measure.segments or whole)
    assert wanted > 0
    assert sum(map(_union, pieces.values())) / SECOND == pytest.approx(wanted, rel=1e-3)


def _union(pieces: set[tuple[int, int]]) -> int:
    covered, reached = 0, 0
    for start, end in sorted(pieces):
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def test_places_are_about_as_many_as_activities() -> None:
    catalogue = run(BUSY).catalogue
    places = {event.place for event in _events()}
    modules = sum(len(course.get("modules", ())) for course in catalogue["courses"])
    assert len(places) < 3 * modules


def test_events_happen_in_the_courses_of_the_catalogue() -> None:
    courses = {course["id"] for course in run(BUSY).catalogue["courses"]}
    named = {event.place.course for event in _events()} - {""}
    assert named <= courses
    assert len(named) > len(courses) / 2


# What follows joins identifiers and modules as the directory and the catalogue do.


@cache
def _people() -> dict[str, str]:
    return {row.identifier: row.learner for row in run(BUSY).directory}


@cache
def _modules() -> dict[str, tuple[str, str]]:
    """The course and the module of each activity of the catalogue."""
    return {
        iri: (course["id"], module["id"])
        for course in run(BUSY).catalogue["courses"]
        for module in course["modules"]
        for iri in (module["id"], *module.get("activities", ()))
    }


def _whose(event: Event) -> tuple[str, str]:
    """The learner and the course."""
    place = event.place
    mapped = (_modules()[iri][0] for iri in (place.unit, *place.ancestors) if iri in _modules())
    return _people().get(event.learner, event.learner), place.course or next(mapped, "")


def _truth(kind: str) -> dict[tuple[str, str], dict[str, object]]:
    return {(row["learner"], row["course"]): row for row in run(BUSY).truth[kind]}


def test_enrolments_and_how_they_came_about() -> None:
    found = {_whose(event): event.details.how for event in _events() if event.kind == Kind.ENROLLED}
    truth = {key: row["how"] for key, row in _truth("enrolment").items()}
    assert found == {key: how for key, how in truth.items() if how != "implicit"}


def test_best_and_last_marks() -> None:
    marks: dict[tuple[str, str], list[float]] = {}
    for event in sorted(_events(), key=lambda event: event.at):
        if event.details.percent is not None:
            marks.setdefault(_whose(event), []).append(event.details.percent)
    rows = {key: row for key, row in _truth("completion").items() if row["best"] is not None}
    assert {key: (_tenths(max(found)), _tenths(found[-1])) for key, found in marks.items()} == {
        key: (row["best"], row["last"]) for key, row in rows.items()
    }


def _tenths(percent: float) -> float:
    """The truth is cut to tenths of a percent."""
    return int(percent * 10 + 1e-6) / 10


def test_courses_completed_by_themselves_or_by_their_modules() -> None:
    rows = _truth("completion")
    assert _completed() == {key for key, row in rows.items() if row["status"] == "completed"}


def _completed() -> set[tuple[str, str]]:
    required = {
        course["id"]: {module["id"] for module in course["modules"] if module["required"]}
        for course in run(BUSY).catalogue["courses"]
    }
    done: dict[tuple[str, str], set[str]] = {}
    for event in sorted(_events(), key=lambda event: event.at):
        modules = done.setdefault(_whose(event), set())
        _, module = _modules().get(event.place.unit, ("", event.place.unit))
        if event.kind in _DONE or event.details.completes:
            modules.add(module)
        elif event.kind == Kind.UNCOMPLETED:
            modules.discard(module)
    return {
        (learner, course)
        for (learner, course), modules in done.items()
        if course and (course in modules or required[course] <= modules)
    }


_DONE = {Kind.COMPLETED, Kind.PASSED, Kind.SATISFIED, Kind.WAIVED}
