"""The log as rows of the lake."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from analytics import columns
from analytics.classification import UNCLASSIFIED, Classify
from analytics.manifest import STATEMENTS
from analytics.processes import Part, Span, read_apart
from analytics.telling import Teller
from analytics.told import tell_all
from statements.clock import text_of
from statements.erasures import NOTHING, Erasures
from statements.reader import read_log

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from pyarrow import RecordBatch

    from analytics.columns import Row
    from analytics.lake import Lake
    from analytics.manifest import Segment
    from analytics.processes import Others
    from analytics.pseudonyms import Pseudonyms
    from statements.database import Database
    from statements.reader import Entry

CHUNK_STATEMENTS = 2_000  # about 3 MB: enough that the database's part is small, and no more
_DAY = 86_400_000_000  # microseconds
MANY_STATEMENTS = 50_000  # a process takes a second to start, in which one makes 15,000 rows
SEGMENT_ROWS = 1_000_000  # 10 to 100 segments a year of the City: about 100 MB each


class Privacy(NamedTuple):
    """What of persons may be in the lake.

    Attributes:
        pseudonyms: what stands for their identifiers.
        names: identifiers and names as they are, and all that was written.
        free_text: answers to open questions.

    """

    pseudonyms: Pseudonyms
    names: bool = False
    free_text: bool = False

    def shown(self, identifier: str) -> str:
        """What stands in the lake for a person."""
        return identifier if self.names else self.pseudonyms.of(identifier)

    def mark_of(self, erasures: Erasures) -> str:
        """A word for all that was erased, which tells of nobody; empty if nothing was.

        Not a count: a store that was restored from a backup may have as many others.
        """
        if erasures == NOTHING:
            return ""
        return self.pseudonyms.of(f"{sorted(erasures.positions)} {sorted(erasures.persons)}")

    @property
    def version(self) -> str:
        """Another one, and rows made before must be made anew."""
        kept = "names" if self.names else self.pseudonyms.fingerprint[:16]
        return f"{kept}{' free text' if self.free_text else ''}"


@dataclass(frozen=True)
class LogReader:
    """Reads the log as rows of the lake.

    Args:
        database: with the log.
        privacy: what of persons may come along.
        classify: says what a statement means.
        others: makes readers such as this one in other processes, so many of them, for much.
        erasures: what of the log stays out of segments; `read` has rows of all of it.

    """

    database: Database
    privacy: Privacy
    classify: Classify = UNCLASSIFIED
    others: Others | None = None
    erasures: Erasures = NOTHING

    @property
    def version(self) -> str:
        """Of the rows: the same statement gives the same row as long as this is the same."""
        return f"{columns.VERSION}; {self.classify.version}; {self.privacy.version}"

    @cached_property
    def make_row(self) -> Callable[[Entry], Row]:
        """Makes the row of an entry."""
        privacy, classify, fill = self.privacy, self.classify, columns.fill
        teller = Teller(privacy.pseudonyms, free_text=privacy.free_text)
        tell = tell_all if privacy.names else teller.tell

        def make_row(entry: Entry) -> Row:
            told = tell(entry.payload)
            meant = classify(entry.payload) if told.known is None else classify.of_cut(told.known)
            return fill(entry, told, meant)

        return make_row

    def read(self, after: int, until: int) -> Generator[Part]:
        """Rows of the positions that follow `after`, up to `until` or to the first gap."""
        for chunk in self.entries(after, until):
            for month, entries in groupby(chunk, key=lambda entry: _month(entry.stored // _DAY)):
                yield Part(month, columns.batch_of(map(self.make_row, entries)))

    def read_much(self, after: int, until: int) -> Generator[Part]:
        """The same, by several processes if it is worth starting them."""
        is_much = until - after >= MANY_STATEMENTS
        if self.others is None or self.others.processes == 1 or not is_much:
            return self.read(after, until)
        starts = range(after, until, CHUNK_STATEMENTS)
        spans = (Span(start, min(start + CHUNK_STATEMENTS, until)) for start in starts)
        return read_apart(self.others, self.version, spans)

    def entries(self, after: int, until: int) -> Iterator[list[Entry]]:
        """The log in chunks, to position `until` or to the first gap."""
        while after < until:
            limit = min(CHUNK_STATEMENTS, until - after)
            chunk = self.database.read(lambda c, a=after, n=limit: read_log(c, a, n))  # type: ignore[misc]  # bound now
            if not chunk:
                return
            yield chunk
            after = chunk[-1].position


def write_segments(
    lake: Lake, reader: LogReader, after: int, until: int, progress: Callable[[int], None]
) -> Iterator[Segment]:
    """Stage the log between two positions as segments; each is whole when it is yielded.

    Args:
        lake: where to.
        reader: of the log.
        after: position that is in the lake already.
        until: last position to export.
        progress: gets the position that was reached.

    """
    keep = _keeper(reader.privacy, reader.erasures)
    with closing(reader.read_much(after, until)) as parts:
        for (month, _), group in groupby(_numbered(parts), key=lambda each: each[0]):
            batches = ((batch.num_rows, keep(batch)) for _, batch in group)
            segment = _write_segment(lake, month, after + 1, batches, progress)
            yield segment
            after = segment.last


def segment_path(lake: Lake, month: str, first: int) -> str:
    """Path of a new segment: no other one has it, not even one that it replaces."""
    return f"{STATEMENTS}/month={month}/{first:012}-{lake.generation}.parquet"


def _keeper(privacy: Privacy, erasures: Erasures) -> Callable[[RecordBatch], RecordBatch]:
    """A function that leaves out of rows what was erased."""
    if erasures == NOTHING:
        return lambda batch: batch
    positions = pa.array(sorted(erasures.positions), pa.int64())
    actors = pa.array(sorted(map(privacy.shown, erasures.persons)), pa.string())

    def keep(batch: RecordBatch) -> RecordBatch:
        is_by_erased = pc.is_in(batch["actor"], actors)
        is_erased = pc.or_(pc.is_in(batch["position"], positions), is_by_erased)
        return batch.filter(pc.invert(is_erased))

    return keep


@lru_cache(maxsize=64)
def _month(day: int) -> str:
    """The month of a day, such as `2026-05`, given the number of days since 1970."""
    return text_of(day * _DAY)[:7]


def _numbered(parts: Iterable[Part]) -> Iterator[tuple[tuple[str, int], RecordBatch]]:
    """Batches with the month and the number of the segment that they go into."""
    rows = number = 0
    for month, batch in parts:
        if rows + batch.num_rows > SEGMENT_ROWS:
            rows, number = 0, number + 1
        rows += batch.num_rows
        yield (month, number), batch


def _write_segment(
    lake: Lake,
    month: str,
    first: int,
    batches: Iterable[tuple[int, RecordBatch]],
    progress: Callable[[int], None],
) -> Segment:
    with lake.stage(segment_path(lake, month, first), columns.SCHEMA) as writer:
        last = first - 1
        for positions, batch in batches:
            writer.write(batch)
            last += positions
            progress(last)
        return writer.finish(first=first, last=last, month=month)
