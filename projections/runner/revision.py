"""Taking account of what changed beside the log: the catalogue, the directory.

Whoever is concerned is noted as stale, and folded again by and by. Changed badges, a changed
vocabulary and other settings are other versions instead: `rebuild`.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from projections import tables
from projections.runner.batch import refold_learners
from projections.runner.ledger import EVENTS, NEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projections.reference.catalogue import Course
    from projections.runner.turn import Turn
    from statements.connection import Connection

REVISION = "revision"

_STALE = select(tables.stale.c.learner).order_by(tables.stale.c.learner).limit(bindparam("most"))


def applied(connection: Connection) -> int:
    """The revision of the reference data that was taken account of last; 0: none."""
    rows = connection.fetch(tables.counter, [(REVISION,)])
    return int(rows[0][1]) if rows else 0


def apply(turn: Turn) -> None:
    """Note who has to be folded again, since reference data changed."""
    stale = _moved_by_places(turn) | _moved_by_rules(turn) | _moved_by_directory(turn)
    turn.connection.replace(tables.stale, [(learner,) for learner in sorted(stale)])
    turn.connection.replace(tables.counter, [(REVISION, turn.desk.reference.revision)])


def stale_learners(connection: Connection, most: int) -> list[int]:
    """Some learners who have to be folded again."""
    return [learner for (learner,) in connection.rows(_STALE, most=most)]


def refold_stale(turn: Turn, learners: Iterable[int]) -> None:
    """Fold learners again, as the directory and the catalogue describe things now."""
    wanted = set(learners)
    turn.desk.people.learners(turn.connection, wanted)  # as they have stood so far
    for learner in turn.desk.people.revised(turn.connection, wanted):
        _clear(turn, learner)
    turn.desk.people.revise(turn.connection, wanted)
    for journal in _journals(turn):
        refold_learners(turn, journal, wanted)
    turn.connection.remove(tables.stale, [(learner,) for learner in wanted])


def _clear(turn: Turn, learner: int) -> None:
    """Take a learner's figures out of the crowd that they have stood with so far."""
    for journal in _journals(turn):
        until = turn.ledger[EVENTS + journal].position
        turn.refold(turn.folds(journal), {learner: []}, until)


def _journals(turn: Turn) -> list[str]:
    return [suffix for suffix in ("", NEXT) if EVENTS + suffix in turn.ledger]


def _moved_by_places(turn: Turn) -> set[int]:
    """Learners of events whose place belongs to another course now."""
    places = turn.desk.places.resolve_again(turn.connection)
    found: set[int] = set()
    for journal in _journals(turn):
        event = tables.edition(journal)["event"]
        identities = {
            each for (each,) in turn.connection.find(event.c.place, places, event.c.identity)
        }
        column = tables.identity.c
        found |= {
            each for (each,) in turn.connection.find(column.number, identities, column.learner)
        }
    return found


def _moved_by_rules(turn: Turn) -> set[int]:
    """Learners of courses that are completed by other rules now."""
    described = turn.desk.terms.catalogue
    # All of them get numbers: else it would not be known by which rules one of which statements
    # told only later was folded.
    numbers = turn.desk.places.activities(turn.connection, described)
    new = {numbers[iri]: _digest(course) for iri, course in described.items()}
    old: dict[int, bytes] = dict(turn.connection.rows(select(*tables.course_rule.columns)))
    changed = {number for number in old.keys() | new.keys() if old.get(number) != new.get(number)}
    turn.connection.remove(tables.course_rule, [(number,) for number in old.keys() - new.keys()])
    turn.connection.replace(tables.course_rule, [*new.items()])
    return {
        learner
        for suffix in _editions_of(turn, "completion")
        for column in [tables.edition(suffix)["completion"].c]
        for (learner,) in turn.connection.find(column.course, changed, column.learner)
    }


def _editions_of(turn: Turn, table: str) -> list[str]:
    """Suffixes under which a table is filled: what is being rebuilt is folded by old rules, too."""
    owner = next(name for name, each in turn.projections.items() if table in each.tables)
    return [suffix for suffix in ("", NEXT) if owner + suffix in turn.ledger]


def _digest(course: Course) -> bytes:
    required = [(module.id, module.move_on) for module in course.modules if module.required]
    return blake2b(repr((course.opening, required)).encode(), digest_size=16).digest()


def _moved_by_directory(turn: Turn) -> set[int]:
    """Learners who are described otherwise, and who lost or got an identifier."""
    moved, described = turn.desk.people.outdated(turn.connection)
    column = tables.identity.c
    numbers = list(moved.values())
    before = {each for (each,) in turn.connection.find(column.number, numbers, column.learner)}
    turn.desk.people.assign(turn.connection, moved)
    after = {each for (each,) in turn.connection.find(column.number, numbers, column.learner)}
    return described | before | after
