"""How often each kind of reference data was changed: whoever folds with it sees a new number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import select

from projections.reference import tables
from statements.errors import PreconditionFailed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from statements.connection import Connection

Name = Literal["catalogue", "badges", "directory", "vocabulary"]
NAMES: tuple[Name, ...] = ("catalogue", "badges", "directory", "vocabulary")

LOCK = b"reference"
"""Whoever changes reference data is alone in it."""

_ALL = select(tables.revision.c.name, tables.revision.c.number)


class Report(NamedTuple):
    """What an import has changed, in numbers, and the revision that there is now."""

    added: int
    changed: int
    removed: int
    unchanged: int
    revision: int


def load_revisions(connection: Connection) -> dict[Name, int]:
    """The number of changes of each kind of reference data, 0 if there was none."""
    found = {name: number for name, number in connection.rows(_ALL)}  # noqa: C416  # rows, not pairs
    return {name: found.get(name, 0) for name in NAMES}


def demand(connection: Connection, name: Name, wanted: Collection[int] | None) -> None:
    """Go on only if the revision is one of those wanted; None: whatever it is.

    Raises:
        PreconditionFailed: it is another one, so somebody else has changed the data meanwhile.

    """
    if wanted is not None and (number := load_revisions(connection)[name]) not in wanted:
        raise PreconditionFailed(f"the revision is {number}, not the one that you go by")


class Difference(NamedTuple):
    """The keys of what came, what is another one, what went, and how many stayed as they were."""

    added: list[Any]
    changed: list[Any]
    removed: list[Any]
    unchanged: int


def difference(old: Mapping[Any, object], new: Mapping[Any, object]) -> Difference:
    """Compare what is stored with what shall be."""
    added = [key for key in new if key not in old]
    changed = [key for key, value in new.items() if key in old and old[key] != value]
    removed = [key for key in old if key not in new]
    return Difference(added, changed, removed, len(new) - len(added) - len(changed))


def count_change(connection: Connection, name: Name, change: Difference) -> Report:
    """Count a change, if it is one, in the transaction that makes it."""
    number = load_revisions(connection)[name]
    if change.added or change.changed or change.removed:
        number += 1
        connection.replace(tables.revision, [(name, number)])
    sizes = (len(change.added), len(change.changed), len(change.removed))
    return Report(*sizes, change.unchanged, number)
