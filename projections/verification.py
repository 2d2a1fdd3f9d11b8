"""Folding the whole log again, elsewhere, and comparing what comes of it with what is served."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from typing_extensions import override

from projections import tables
from projections.contents import COMPARED, Names, contents
from projections.opening import open_records
from projections.runner.build import build_engine
from projections.runner.engine import Source
from projections.runner.lease import Lease
from projections.runner.ledger import read_ledger
from projections.runner.source import StoredReference
from statements.errors import StoreError
from statements.passing_folder import PassingFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from projections.contents import Line
    from projections.runner.desk import Reference
    from projections.runner.engine import Engine
    from statements.connection import Connection
    from statements.database import Database

SHOWN = 5
"""Lines of a table that are shown of each kind."""


class NotFolded(StoreError):
    """There is nothing to verify yet, or a rebuild is under way."""


class Difference(NamedTuple):
    """What is wrong with a table.

    Attributes:
        table: its name.
        missing: lines that the log leads to and that are not served, the first few.
        extra: lines that are served and that the log does not lead to, the first few.
        number: how many there are of both.

    """

    table: str
    missing: list[Line]
    extra: list[Line]
    number: int


class Verified(NamedTuple):
    """What a verification has found.

    Attributes:
        position: of the log, up to which everything was folded again.
        lines: how many were compared.
        differences: by table; none if all is well.

    """

    position: int
    lines: int
    differences: list[Difference]


def verify(
    log: Database, records: Database, gap_seconds: float, tell: Callable[[int], None]
) -> Verified:
    """Fold the log again, up to where the records are, and compare.

    The records may go on meanwhile: they are read in one snapshot. `tell` is called with the
    position reached.

    Raises:
        NotFolded: the records are not complete.

    """
    return records.snapshot(lambda served: _verify(log, served, gap_seconds, tell))


def _verify(
    log: Database,
    served: Connection,
    gap_seconds: float,
    tell: Callable[[int], None],
) -> Verified:
    position = _folded(served)
    with PassingFolder("lrs-verify-") as folder:
        url = f"sqlite:///{Path(folder.name) / 'records.sqlite3'}"
        with closing(open_records(url)) as fresh:
            source = FixedReference(StoredReference().load(served))
            lease = Lease()
            engine = build_engine(log, fresh, lease, gap_seconds, source)
            engine.until = position
            _fold(engine, fresh, lease, tell)
            lines, differences = fresh.read(lambda again: _compare(served, again))
    return Verified(position, lines, differences)


def _folded(served: Connection) -> int:
    """The position up to which everything is folded."""
    ledger = read_ledger(served)
    positions = {each.position for each in ledger.values()}
    at_rest = not any(each.is_next or each.stopped_at for each in ledger.values())
    if len(positions) != 1 or not at_rest or served.row(select(tables.stale.c.learner)):
        raise NotFolded("the records are being folded again, or something has stopped")
    return positions.pop()


class FixedReference(Source):
    """Reference data as it was at one moment."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    @override
    def load(self, connection: Connection) -> Reference:
        return self._reference

    @override
    def revision(self, connection: Connection) -> int:
        return self._reference.revision


def _fold(engine: Engine, fresh: Database, lease: Lease, tell: Callable[[int], None]) -> None:
    fresh.write(lease.claim)
    while engine.step():
        fresh.write(lease.claim)  # a step takes less than the lease lasts, many take more
        tell(max(each.position for each in fresh.read(read_ledger).values()))
    if fresh.read(_folded) != engine.until:
        raise NotFolded("a projection can't fold the log: see lrs projections status")


def _compare(served: Connection, again: Connection) -> tuple[int, list[Difference]]:
    """How many lines are served, and the differences by table."""
    names, fresh_names = Names(served), Names(again)
    total, differences = 0, []
    for table in COMPARED:
        number, digest = _digest(contents(served, table, names))
        total += number
        if (number, digest) != _digest(contents(again, table, fresh_names)):
            mine = Counter(contents(served, table, names))
            mine.subtract(contents(again, table, fresh_names))
            missing = [line for line, count in mine.items() if count < 0]
            extra = [line for line, count in mine.items() if count > 0]
            differences.append(
                Difference(table.name, missing[:SHOWN], extra[:SHOWN], len(missing) + len(extra))
            )
    return total, differences


def _digest(lines: Iterable[Line]) -> tuple[int, int]:
    """Number and sum of hashes: alike for the same lines in any order, in constant memory."""
    number = total = 0
    for line in lines:
        number += 1
        total += int.from_bytes(blake2b(repr(line).encode(), digest_size=16).digest())
    return number, total
