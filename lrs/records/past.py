"""Records as the log stood at a position or a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from lrs import parameters
from lrs.records.moments import moment
from projections.as_of import NotYet, Past
from projections.opening import open_records
from projections.queries.state import State, read_state
from projections.runner.build import every_projection
from projections.runner.source import StoredReference
from statements.passing_folder import PassingFolder
from statements.search import position_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lrs.call import Call
    from lrs.store import Store
    from statements.connection import Connection
    from statements.database import Database

T = TypeVar("T")

MOST_EVENTS = 200_000
"""That are folded again for one request: some seconds' work."""
_POSITION_CHARACTERS = 18
_FOLDED_CHANGE = 1  # the number that all rows of a past store have


class AsOf(NamedTuple):
    """What of the past is asked for.

    Attributes:
        position: of the log, up to which statements count.
        learners: tells the numbers of whose records are needed; None for all learners'.

    """

    position: int
    learners: Callable[[Connection], Sequence[int] | None]


async def as_of_position(store: Store, call: Call) -> int | None:
    """The position that `as_of` means: itself, or the last at a moment; None if it is not given.

    Raises:
        BadRequest: it is neither; or changes of the past are asked for.

    """
    text = call.parameters.get("as_of")
    if text is None:
        return None
    if "changed_after" in call.parameters:
        rule = "can't stand beside as_of: the past does not change"
        raise parameters.bad("changed_after", rule, "records: as-of")
    if text.isascii() and text.isdigit() and len(text) <= _POSITION_CHARACTERS:
        return int(text)
    until = moment(call, "as_of")
    assert until is not None  # noqa: S101  # it is given
    return await store.read(lambda connection: position_at(connection, until))


class Times:
    """Folds what is asked of the past, and forgets it.

    Args:
        gap_seconds: without a statement that end a connection.

    """

    def __init__(self, gap_seconds: float) -> None:
        self._gap = round(gap_seconds * 1_000_000)
        self._reference = StoredReference()

    def read(self, records: Database, as_of: AsOf, work: Callable[[Connection, State], T]) -> T:
        """Result of `work` on the records as they were.

        Raises:
            TooMuch: it would take too long.
            NotYet: the records are behind that position.

        """
        with PassingFolder("lrs-past-") as folder:
            past = open_records(f"sqlite:///{folder.name}/past.sqlite3")
            try:
                revision = records.snapshot(lambda now: self._fold(now, past, as_of))
                return past.read(lambda c: work(c, _state(c, as_of.position, revision)))
            finally:
                past.close()

    def _fold(self, now: Connection, past: Database, as_of: AsOf) -> int:
        """Fold into an empty store; the revision of what it went by."""
        reference = self._reference.load(now)
        folding = Past(every_projection(), reference, self._gap, MOST_EVENTS)
        folding.fold(now, past, as_of.position, as_of.learners(now))
        return reference.revision


def _state(connection: Connection, position: int, revision: int) -> State:
    state = read_state(connection)
    if state is None:
        raise NotYet("nothing is folded")
    mark = f"as of {position}, by reference data {revision}"
    return state._replace(position=position, changed=_FOLDED_CHANGE, mark=mark)
