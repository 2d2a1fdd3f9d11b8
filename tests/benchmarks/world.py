"""The statements of the benchmark: 1.1 kB each, the n-th always the same but for its id.

Learners who come as the store grows, 58,000 of them in ten million statements; 300 courses of 20
modules, a dozen verbs, an authority; and what the hard queries look for: two values that a tenth of
the statements have and none has both, and a tutor who is in a few old statements only.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID, uuid4

STATEMENTS_OF_A_LEARNER = 172
"""On average, at any time. Who came early has more, as many in a small store as in a large one: so
that a page of a learner costs more in the large one only as far as the store's size costs."""
COURSES = 300
MODULES = 20  # of a course
COURSES_OF_A_LEARNER = 4
TUTORS = 2_000
RARE_TUTOR_UNTIL = 40_000
"""The rare tutor is in no statement after this one."""
RARE_TUTOR_EVERY = 1_000

HOME = "https://villeapp.example.org"
VERBS = [
    f"http://adlnet.gov/expapi/verbs/{name}"
    for name in (
        "experienced",
        "progressed",
        "answered",
        "interacted",
        "initialized",
        "terminated",
        "attempted",
        "completed",
        "passed",
        "failed",
        "scored",
    )
]
LONELY_VERB = f"{HOME}/verbs/lonely"
"""Of a tenth of the statements, none of them about the lonely course."""
LONELY_COURSE = f"{HOME}/course/lonely"
"""Of another tenth of the statements."""

_NOTES = [b"x" * (size * 157 // 100) for size in range(100)]
"""Texts of 0 to 155 letters: statements of 1.1 kB on average, and of various sizes as real ones."""

_TEMPLATE = (
    b'{"id":"%b","actor":{"objectType":"Agent","name":"Agent %d","account":{"homePage":"%b","name":'
    b'"%06d"}},"verb":{"id":"%b","display":{"fr-FR":"a fait"}},"object":{"objectType":"Activity",'
    b'"id":"%b/module/%d","definition":{"type":"http://adlnet.gov/expapi/activities/module","name":'
    b'{"fr-FR":"Module %d"}}},"result":{"score":{"raw":%d.50,"min":0,"max":100},"completion":true,'
    b'"duration":"PT%dM%dS","response":"%b"},"context":{"registration":"%b","platform":"Moodle",'
    b'"language":"fr-FR","instructor":{"account":{"homePage":"%b","name":"%b"}},'
    b'"contextActivities":{"parent":[{"id":"%b"}],"grouping":[{"id":"%b","definition":{"type":'
    b'"http://id.tincanapi.com/activitytype/lms"}}],"category":[{"id":'
    b'"http://moodle.org/xapi/source"}]}},"timestamp":"2026-%02d-%02dT%02d:%02d:%02d.%03dZ"}'
)


class Facts(NamedTuple):
    """What the n-th statement is about, as far as queries can ask for it."""

    learner: int
    verb: str
    course: str
    module: int
    registration: str
    tutor: str


def facts(n: int) -> Facts:
    """What the n-th statement is about."""
    chance = int.from_bytes(blake2b(b"%d" % n, digest_size=8).digest(), "big")
    chance, learner = divmod(chance, n // STATEMENTS_OF_A_LEARNER + 1)
    chance, tenth = divmod(chance, 10)
    chance, which = divmod(chance, COURSES_OF_A_LEARNER)
    chance, module = divmod(chance, MODULES)
    chance, verb = divmod(chance, len(VERBS))
    number = (learner * 7 + which * 71) % COURSES
    rare = n < RARE_TUTOR_UNTIL and n % RARE_TUTOR_EVERY == 0
    return Facts(
        learner=learner,
        verb=LONELY_VERB if tenth == 0 else VERBS[verb],
        course=LONELY_COURSE if tenth == 1 else course(number),
        module=module,
        registration=str(UUID(int=learner << 96 | number, version=4)),
        tutor=RARE_TUTOR if rare else f"tutor-{chance % TUTORS}",
    )


RARE_TUTOR = "tutor-rare"


def course(number: int) -> str:
    """IRI of a course."""
    return f"{HOME}/course/{number}"


def statement(n: int, statement_id: str | None = None) -> bytes:
    """JSON text of the n-th statement, with a random id (as a client's) if none is given."""
    about = facts(n)
    home = HOME.encode()
    return _TEMPLATE % (
        (statement_id or str(uuid4())).encode(),
        about.learner,
        home,
        about.learner,
        about.verb.encode(),
        about.course.encode(),
        about.module,
        about.module,
        n % 100,
        n % 60,
        n % 59,
        _NOTES[n * 37 % 100],
        about.registration.encode(),
        home,
        about.tutor.encode(),
        about.course.encode(),
        home,
        n % 12 + 1,
        n % 28 + 1,
        n % 24,
        n % 60,
        n % 59,
        n % 1000,
    )


def batch(first: int, size: int) -> bytes:
    """JSON text of a batch."""
    return b"[" + b",".join(statement(n) for n in range(first, first + size)) + b"]"
