"""The manifest: which segments are the lake. What it does not name is not there.

It is one small JSON file, replaced at once; whoever has read it has one state of the lake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from analytics.errors import LakeMissing

if TYPE_CHECKING:
    from analytics.store import Store

PATH = "manifest.json"
FORMAT = 1
STATEMENTS = "statements"
VOIDED = "voided"


class Segment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A Parquet file that never changes.

    Attributes:
        path: in the lake, `<table>/...`.
        rows: how many.
        size_bytes: of the file.
        first: of statements, the first position that it covers.
        last: the last one.
        month: of `stored`, such as `2026-03`.

    """

    path: str
    rows: int
    size_bytes: int
    first: int = 0
    last: int = 0
    month: str = ""


class Table(msgspec.Struct, frozen=True):
    """A table of the lake.

    Attributes:
        version: of its columns and of how they are filled.
        checkpoint: how far it has come: a position of the log, or what its source says.
        segments: its files, in order.

    """

    version: str
    checkpoint: str
    segments: tuple[Segment, ...] = ()

    @property
    def rows(self) -> int:
        """Rows in all segments."""
        return sum(each.rows for each in self.segments)

    @property
    def size_bytes(self) -> int:
        """Bytes of all segments."""
        return sum(each.size_bytes for each in self.segments)


class Manifest(msgspec.Struct, frozen=True):
    """One state of the lake.

    Attributes:
        generation: goes up by one with each state.
        written: microseconds since 1970.
        tables: by name.
        format: of the manifest.
        erased: a word for the erasures that have taken effect in all of it; empty for none.

    """

    generation: int = 0
    written: int = 0
    tables: dict[str, Table] = {}
    format: int = FORMAT
    erased: str = ""

    @property
    def paths(self) -> set[str]:
        """Every segment of every table."""
        return {each.path for table in self.tables.values() for each in table.segments}

    def table(self, name: str) -> Table:
        """A table, empty if there is none."""
        return self.tables.get(name, Table("", "0"))


def read_manifest(store: Store) -> Manifest:
    """The state of the lake; of an empty place, an empty one.

    Raises:
        LakeMissing: the manifest was written by a later version of this program, or is damaged.

    """
    content = store.read(PATH)
    if content is None:
        return Manifest()
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise LakeMissing(f"{store.whole_path(PATH)} is damaged: {error}") from None
    if manifest.format != FORMAT:
        raise LakeMissing(f"the lake has format {manifest.format}, this program knows {FORMAT}")
    return manifest


def require_lake(store: Store, manifest: Manifest) -> None:
    """Raise LakeMissing if nothing was ever exported."""
    if STATEMENTS not in manifest.tables:
        raise LakeMissing(f"there is no lake at {store.root}: run lrs analytics export")


def write_manifest(store: Store, manifest: Manifest) -> None:
    """Make this the state of the lake."""
    store.replace(PATH, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
