"""Domain events: what the projections fold, whatever dialect a statement was in."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import msgspec


class Kind(IntEnum):
    """What a statement tells of a learner. The numbers are stored: they never change."""

    ACTIVITY = 0  # whatever nobody understands, too
    LOGGED_IN = 1
    LOGGED_OUT = 2
    ENROLLED = 3
    UNENROLLED = 4
    SUSPENDED = 5
    RESUMED = 6
    STARTED = 7
    PROGRESSED = 8
    COMPLETED = 9
    UNCOMPLETED = 10
    PASSED = 11
    FAILED = 12
    SCORED = 13
    ATTENDED = 14
    TERMINATED = 15
    SATISFIED = 16
    WAIVED = 17
    BADGE_AWARDED = 18
    BADGE_REVOKED = 19


class Place(NamedTuple):
    """Where it happened, in IRIs of activities that last.

    Attempts and single questions, of which there are new ones all the time, stand for the nearest
    of their parents that lasts.

    Attributes:
        unit: the activity itself, such as a module, a course or a badge.
        course: the course that the statement names (its object, else the nearest course among its
            parents, then groupings); empty if none.
        ancestors: other activities that the statement says it belongs to, nearest first, without
            `unit` and `course`.

    """

    unit: str
    course: str = ""
    ancestors: tuple[str, ...] = ()


class Measure(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """Time that content itself measured.

    Attributes:
        kind: `quiz`, `video`, `meeting` or `face_to_face`.
        item: what is measured once however often it is told: an attempt, a player's session, a
            meeting, a face-to-face session.
        microseconds: how long, of a quiz or a face-to-face session.
        segments: pieces of a video that were watched, from and to, in microseconds.
        length: of the video in microseconds; 0 if unknown.
        signal: `join` or `leave` of a meeting.

    """

    kind: str
    item: str
    microseconds: int = 0
    segments: tuple[tuple[int, int], ...] = ()
    length: int = 0
    signal: str = ""


class Details(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What else an event says; most say nothing.

    Attributes:
        percent: a mark in the course, 0 to 100; of no single question.
        passed: whether the pass mark was reached, where one is known.
        how: of an enrolment: `manual`, `self` or `import`.
        registration: the UUID by which cmi5 tells enrolments apart.
        move_on: of a launch, cmi5's rule in its own words, such as `CompletedOrPassed`.
        progress: share that is done, 0 to 1.
        completes: that an attendance is all it takes to complete the unit.
        reason: why it was waived.
        measure: time measured by the content.

    """

    percent: float | None = None
    passed: bool | None = None
    how: str = ""
    registration: str = ""
    move_on: str = ""
    progress: float | None = None
    completes: bool = False
    reason: str = ""
    measure: Measure | None = None


NOTHING = Details()


class Event(NamedTuple):
    """One thing that a statement tells of one learner.

    Attributes:
        learner: IFI of whom it is about (`schemas.identity`), a marker's statement being about
            whoever was marked.
        at: when it happened, microseconds since 1970.
        kind: what happened.
        own: whether the learner was there and did it: it starts a course, and makes a connection.
        dated: whether `at` can be believed (from the year 2000 to a day after it was stored);
            an event that is not dated is kept out of the figures.
        place: where.
        details: what else.

    """

    learner: str
    at: int
    kind: Kind
    own: bool
    dated: bool
    place: Place
    details: Details = NOTHING


class Meaning(NamedTuple):
    """What a statement tells, of whomever and whenever: the same in all its events."""

    kind: Kind
    place: Place
    details: Details


class Definition(NamedTuple):
    """What a statement says of an activity: its IRI, its type, and the JSON of its definition."""

    activity: str
    type: str
    definition: bytes


class Translation(NamedTuple):
    """What a statement comes to.

    Attributes:
        events: one for each learner; a Group's members have one each. None for a voiding statement.
        definitions: of the activities that last, as far as the statement defines them.
        unrecognised: verb and activity type (or empty) if no row of the vocabulary knows them.
        voids: the id of the statement that it voids, or empty.

    """

    events: tuple[Event, ...]
    definitions: tuple[Definition, ...] = ()
    unrecognised: tuple[str, str] | None = None
    voids: str = ""
