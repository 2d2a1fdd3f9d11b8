"""SQL over the lake: read-only, with little memory, stopped at any time.

A session sees one state of the lake. It can open the segments of that state and no other file, and
nothing that a query says can change that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

import duckdb
from pyarrow import dataset

from analytics.columns import SCHEMA
from analytics.errors import BadQuery, LakeMissing
from analytics.lake import is_live, locate
from analytics.manifest import STATEMENTS, Manifest, read_manifest
from analytics.result import Result, in_our_words
from analytics.spill import spill_folder
from analytics.store import Store, open_store
from analytics.views import named, quoted, read_parquet, view_definitions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_MULTI = "PIVOT"  # of the queries that DuckDB makes several steps of, the one that only reads
_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


OPENED_AGAIN = 5


class _State(NamedTuple):
    """A state of the lake, and where its segments are."""

    manifest: Manifest
    places: dict[str, str]


class Limits(NamedTuple):
    """What a query may use.

    Attributes:
        memory_bytes: what DuckDB keeps in memory; beyond, it writes to disk what it can.
        disk_bytes: what it may write to disk, into a temporary folder.
        threads: that work on a query.
        seconds: that a query may take; None is any time.
        rows: that it may answer; None is any number.

    """

    memory_bytes: int = 1_000_000_000
    disk_bytes: int = 10_000_000_000
    threads: int = 2
    seconds: float | None = None
    rows: int | None = None


def connect(place: str | Path | Store, limits: Limits = Limits()) -> Session:  # noqa: B008  # immutable
    """A session over the lake at a path or an address.

    Raises:
        LakeMissing: there is no lake.

    """
    store = place if isinstance(place, Store) else open_store(str(place))
    return Session(store, limits)


class Session:
    """Answers queries; several threads may ask at the same time.

    Args:
        store: where the lake lies.
        limits: of every query.

    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._spill = spill_folder()
        self._running: set[duckdb.DuckDBPyConnection] = set()
        try:
            self._state, self._connection, self._arrow = self._open()
        except BaseException:
            self._spill.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """Which state of the lake this session sees."""
        return self._state.manifest.generation

    @property
    def position(self) -> int:
        """Of the last statement of the log that this session sees."""
        return int(self._state.manifest.table(STATEMENTS).checkpoint)

    @property
    def views(self) -> list[str]:
        """Names of the views."""
        return list(view_definitions(self._state.manifest, named))

    def query(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> Result:
        """What a query answers, as it comes.

        Args:
            sql: one query that reads.
            parameters: for `?`, or for `$name` by their names.

        Raises:
            BadQuery: it is wrong, or would do more than read.
            QueryTooLarge: it needs more memory than it may have.
            QueryStopped: it took too long, or was cancelled.

        """
        self._check(sql)
        try:
            return self._start(sql, parameters)
        except BadQuery:
            if not self.refresh():
                raise
            return self._start(sql, parameters)  # its segments were merged meanwhile

    def refresh(self) -> bool:
        """See the lake as it is now; whether that is another state. Running queries go on."""
        if _state_of(self._store) == self._state:
            return False
        self._state, self._connection, self._arrow = self._open()
        return True

    def cancel(self) -> None:
        """Stop every query, from any thread: whoever waits for rows gets QueryStopped."""
        for cursor in list(self._running):
            cursor.interrupt()

    def close(self) -> None:
        """End the session; what it wrote to disk goes."""
        self._connection.close()
        self.drop_spill()

    def drop_spill(self) -> None:
        """Remove what queries wrote to disk, from any thread; those that still run fail."""
        self._spill.close()

    def _start(self, sql: str, parameters: Sequence[object] | Mapping[str, object]) -> Result:
        cursor = self._connection.cursor()
        for name, rows in self._arrow.items():
            cursor.register(name, rows)  # what one connection knows so, another one does not
        self._running.add(cursor)
        try:
            result = Result(cursor, sql, parameters, self._limits.seconds, self._limits.rows)
        except BaseException:
            self._running.discard(cursor)
            raise
        result.when_closed(lambda: self._running.discard(cursor))
        return result

    def _check(self, sql: str) -> None:
        with in_our_words():
            found = self._connection.extract_statements(sql)
        if len(found) != 1:
            raise BadQuery(f"one query at a time, please: these are {len(found)}")
        kind = found[0].type
        if kind == duckdb.StatementType.EXPLAIN:
            self._check(_explained(sql))
        elif kind not in _READING and not _is_pivot(kind, sql):
            raise BadQuery(f"the lake can only be read: {kind.name} is not allowed")

    def _open(self) -> tuple[_State, duckdb.DuckDBPyConnection, dict[str, Any]]:
        """A connection that knows the views of the lake as it is, and nothing else.

        With it the rows that DuckDB can't read by itself: Arrow reads them for it.
        """
        for _ in range(OPENED_AGAIN):
            state = _state_of(self._store)
            try:
                return state, *self._connect(state)
            except (duckdb.IOException, FileNotFoundError):
                continue  # a segment was moved to its place at this very moment
        return state, *self._connect(state)

    def _connect(self, state: _State) -> tuple[duckdb.DuckDBPyConnection, dict[str, Any]]:
        connection = duckdb.connect(config=self._configuration())
        arrow: dict[str, Any] = {}
        relations = {}
        for name in filter(is_live, state.manifest.tables):
            relations[name] = named(f"{name} segments")
            paths = [state.places[each.path] for each in state.manifest.tables[name].segments]
            whole = [self._store.whole_path(path) for path in paths]
            if self._store.is_local and paths:
                relations[name] = read_parquet(whole)
            else:
                arrow[f"{name} segments"] = self._dataset(whole)
        for name, rows in arrow.items():
            connection.register(name, rows)
        for name, query in view_definitions(state.manifest, relations.__getitem__).items():
            connection.execute(f"CREATE VIEW {named(name)} AS {query}").fetchall()
        self._lock(connection, state)
        return connection, arrow

    def _dataset(self, paths: list[str]) -> Any:  # noqa: ANN401  # pyarrow has no types
        if not paths:  # of statements alone: the log is empty
            return SCHEMA.empty_table()
        return dataset.dataset(paths, filesystem=self._store.filesystem, format="parquet")

    def _configuration(self) -> dict[str, str | bool | int | float | list[str]]:
        return {
            "memory_limit": f"{self._limits.memory_bytes}B",
            "threads": str(self._limits.threads),
            "temp_directory": self._spill.name,
            "max_temp_directory_size": f"{self._limits.disk_bytes}B",
            "python_enable_replacements": "false",  # a table's name is no variable of ours
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }

    def _lock(self, connection: duckdb.DuckDBPyConnection, state: _State) -> None:
        """Let nothing be opened but the segments, and nothing be set any more."""
        paths = [self._store.whole_path(each) for each in state.places.values()]
        allowed = f"[{', '.join(map(quoted, paths))}]" if self._store.is_local else "[]"
        for setting in (
            f"allowed_paths = {allowed}",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}").fetchall()


def _state_of(store: Store) -> _State:
    manifest = read_manifest(store)
    if not manifest.tables:
        raise LakeMissing(f"there is no lake at {store.root}: run lrs analytics export")
    return _State(manifest, locate(store, manifest))


def _explained(sql: str) -> str:
    """The query that an EXPLAIN explains; with ANALYZE it would be run."""
    words = sql.strip().split(maxsplit=2)
    skipped = 2 if len(words) > 1 and words[1].upper() == "ANALYZE" else 1
    return " ".join(words[skipped:])


def _is_pivot(kind: duckdb.StatementType, sql: str) -> bool:
    return kind == duckdb.StatementType.MULTI and sql.lstrip()[:5].upper() == _MULTI
