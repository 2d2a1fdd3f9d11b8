"""The log as rows of the lake."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING, NamedTuple

from analytics import columns
from analytics.classification import UNCLASSIFIED, Classify
from analytics.manifest import STATEMENTS
from analytics.telling import Teller
from analytics.told import tell_all
from statements.clock import text_of
from statements.reader import read_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from analytics.columns import Row
    from analytics.lake import Lake
    from analytics.manifest import Segment
    from analytics.pseudonyms import Pseudonyms
    from statements.database import Database
    from statements.reader import Entry

CHUNK_STATEMENTS = 2_000  # about 3 MB: enough that the database's part is small, and no more
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

    """

    database: Database
    privacy: Privacy
    classify: Classify = UNCLASSIFIED

    @property
    def version(self) -> str:
        """Of the rows: the same statement gives the same row as long as this is the same."""
        return f"{columns.VERSION}; {self.classify.version}; {self.privacy.version}"

    def entries(self, after: int, until: int) -> Iterator[list[Entry]]:
        """The log in chunks, to position `until` or to the first gap."""
        while after < until:
            limit = min(CHUNK_STATEMENTS, until - after)
            chunk = self.database.read(lambda c, a=after, n=limit: read_log(c, a, n))  # type: ignore[misc]  # bound now
            if not chunk:
                return
            yield chunk
            after = chunk[-1].position

    def row_maker(self) -> Callable[[Entry], Row]:
        """A function that makes the row of an entry."""
        privacy, classify, fill = self.privacy, self.classify, columns.fill
        teller = Teller(privacy.pseudonyms, free_text=privacy.free_text)
        tell = tell_all if privacy.names else teller.tell

        def make_row(entry: Entry) -> Row:
            told = tell(entry.payload)
            cut = told.cut
            meant = classify(entry.payload) if cut is None else classify.of_cut(told.verb, cut)
            return fill(entry, told, meant)

        return make_row


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
    make_row = reader.row_maker()
    parts = _parts(reader.entries(after, until))
    for (month, _), group in groupby(parts, key=lambda part: part[0]):
        chunks = (entries for _, entries in group)
        yield _write_segment(lake, month, chunks, make_row, progress)


def segment_path(lake: Lake, month: str, first: int) -> str:
    """Path of a new segment: no other one has it, not even one that it replaces."""
    return f"{STATEMENTS}/month={month}/{first:012}-{lake.generation}.parquet"


def _parts(chunks: Iterable[list[Entry]]) -> Iterator[tuple[tuple[str, int], list[Entry]]]:
    """Chunks of one month each, with the month and the number of the segment."""
    rows = number = 0
    for chunk in chunks:
        for month, entries in groupby(chunk, key=lambda entry: text_of(entry.stored)[:7]):
            part = list(entries)
            if rows + len(part) > SEGMENT_ROWS:
                rows, number = 0, number + 1
            rows += len(part)
            yield (month, number), part


def _write_segment(
    lake: Lake,
    month: str,
    chunks: Iterator[list[Entry]],
    make_row: Callable[[Entry], Row],
    progress: Callable[[int], None],
) -> Segment:
    chunk = next(chunks)
    first = chunk[0].position
    with lake.stage(segment_path(lake, month, first), columns.SCHEMA) as writer:
        for entries in chain([chunk], chunks):
            writer.write(columns.batch_of(map(make_row, entries)))
            last = entries[-1].position
            progress(last)
        return writer.finish(first=first, last=last, month=month)
