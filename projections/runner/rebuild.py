"""Folding anew beside what is served: what has to be, and learner by learner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from projections import tables
from projections.runner.ledger import EVENTS, NEXT, Checkpoint
from projections.schema import create

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Table

    from projections.runner.turn import Turn
    from statements.connection import Connection
    from statements.database import Database

EVENT_TABLES = ("event", "pending_void", "unrecognised")

_LEARNERS = (
    select(tables.learner.c.number)
    .where(tables.learner.c.number > bindparam("cursor"))
    .order_by(tables.learner.c.number)
    .limit(bindparam("most"))
)


REQUEST = "rebuild "
"""Before the name of a projection in `counter`: somebody wants it rebuilt."""
_REQUESTS = select(tables.counter.c.name).where(tables.counter.c.name.startswith(REQUEST))


def request(connection: Connection, names: Iterable[str]) -> None:
    """Ask whoever folds to fold these anew, `events` meaning everything."""
    connection.replace(tables.counter, [(REQUEST + name, 1) for name in names])


def requested(connection: Connection) -> set[str]:
    """What somebody wants to be folded anew."""
    return {name.removeprefix(REQUEST) for (name,) in connection.rows(_REQUESTS)}


def plan(turn: Turn, database: Database, *, again: bool) -> bool:
    """Begin to rebuild what has to be, unless that is under way; whether it was begun now.

    With `again` what has stopped, too: this program may be a better one.
    """
    asked = requested(turn.connection)
    turn.connection.remove(tables.counter, [(REQUEST + name,) for name in asked])
    under_way = {
        each.name.removesuffix(NEXT): each for each in turn.ledger.values() if each.is_next
    }
    valid = {
        name
        for name, each in under_way.items()
        if each.version == turn.version(name) and not (again and each.stopped_at)
    }
    wanted = outdated(turn, asked, again=again) | valid
    _give_up(turn)
    if not asked and wanted == valid == set(under_way):
        return False
    begin(turn, database, wanted)
    return True


def outdated(turn: Turn, asked: set[str], *, again: bool) -> set[str]:
    """What was folded with another version than the one of now, or never, or is asked for."""
    if EVENTS in asked or not _is_current(turn, EVENTS):
        return {EVENTS, *turn.projections}
    old = {name for name in turn.projections if name in asked or not _is_current(turn, name)}
    old |= {name for name in turn.projections if _is_behind(turn, name, again=again)}
    for name, projection in turn.projections.items():
        if old & set(projection.needs):
            old.add(name)
    return old


def _is_current(turn: Turn, name: str) -> bool:
    checkpoint = turn.ledger.get(name)
    return checkpoint is not None and checkpoint.version == turn.version(name)


def _is_behind(turn: Turn, name: str, *, again: bool) -> bool:
    checkpoint = turn.ledger.get(name)
    if checkpoint is None:
        return True
    if checkpoint.stopped_at is not None and not again:
        return False
    return checkpoint.position != turn.ledger[EVENTS].position


def _give_up(turn: Turn) -> None:
    """Take the version from what is served by another one than that of now.

    It misses what happens from now on, and must not be taken for good if its version comes back.
    """
    for name in (EVENTS, *turn.projections):
        served = turn.ledger.get(name)
        if served is not None and not _is_current(turn, name):
            turn.note(served._replace(version=""))


def begin(turn: Turn, database: Database, names: set[str]) -> None:
    """Begin to fold these anew, and nothing else."""
    for name in [name for name, each in turn.ledger.items() if each.is_next]:
        del turn.ledger[name]
    for table in next_tables(turn, {EVENTS, *turn.projections}):
        turn.connection.script(f"DROP TABLE IF EXISTS {table.name}")
    create(database, turn.connection, next_tables(turn, names), label=f"_{turn.change}")
    position = 0 if EVENTS in names else turn.ledger[EVENTS].position
    for name in names:
        cursor = None if name == EVENTS else 0
        turn.note(Checkpoint(name + NEXT, turn.version(name), position, cursor))


def next_tables(turn: Turn, names: set[str]) -> list[Table]:
    """The next edition of the tables of these projections."""
    wanted = list(EVENT_TABLES) if EVENTS in names else []
    for name, projection in turn.projections.items():
        wanted += projection.tables if name in names else ()
    return [tables.edition(NEXT)[each] for each in wanted]


def walk(turn: Turn, most: int) -> int:
    """Fold the next learners into what is being rebuilt; how many events they have.

    After the last learner the cursors are gone.
    """
    following = [each for each in turn.ledger.values() if each.is_next and each.cursor is not None]
    journal = turn.journal_of(following[0])
    folds = [each for each in turn.folds(journal) if each.cursor is not None]
    cursor = min(each.cursor or 0 for each in folds)
    rows = turn.connection.rows(_LEARNERS, cursor=cursor, most=most)
    until = turn.ledger[EVENTS + journal].position
    histories = turn.history(journal, until).of([number for (number,) in rows])
    if rows:
        turn.refold(folds, histories, until)
    for fold in folds:
        turn.note(fold._replace(cursor=rows[-1][0] if rows else None))
    return sum(map(len, histories.values()))
