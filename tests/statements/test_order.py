"""One total order: whoever writes, a reader that follows the log misses and repeats nothing."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from statements.opening import open_database
from tests.statements.store import Store, new_request, new_statement

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from pathlib import Path

    from statements.connection import Connection
    from statements.database import Database
    from statements.reader import Entry

FLUSHES = 25
FLUSH_STATEMENTS = (1, 4)


def append_many(url: str, writer: str) -> list[str]:
    """Append flushes as a server process of its own; the ids in the order of appending."""
    ids = []
    with closing(open_database(url)) as database:
        store = Store(database)
        for number in range(FLUSHES):
            size = FLUSH_STATEMENTS[number % 2]
            activity = {"id": f"http://example.org/{writer}/{number}"}
            batch = [new_statement(object=activity) for _ in range(size)]
            store.appender.append([new_request(each) for each in batch])
            ids += [each["id"] for each in batch]
    return ids


class Observation(NamedTuple):
    """What a reader saw after it was told that all up to a moment can be read."""

    quiet_since: int
    head: int


def follow(store: Store, stop: threading.Event) -> tuple[list[Entry], list[Observation]]:
    """Poll the log from the start until nothing is left after the stop."""
    seen: list[Entry] = []
    observed = []
    stopping = False
    while True:
        quiet_since = store.database.quiet_since()
        entries = store.log(after=len(seen), limit=7)
        seen += entries
        if quiet_since is not None and len(entries) < 7:
            observed.append(Observation(quiet_since, len(seen)))
        if stopping and not entries:
            return seen, observed
        stopping = stop.is_set()


def check_order(seen: list[Entry], observed: list[Observation]) -> None:
    """Check positions, times, and what was promised of the times."""
    assert [entry.position for entry in seen] == list(range(1, len(seen) + 1))
    times = [entry.stored for entry in seen]
    assert times == sorted(set(times))
    for quiet_since, head in observed:
        assert all(entry.stored > quiet_since for entry in seen[head:])


def test_a_reader_misses_nothing_of_interleaved_writers(
    store: Store, url: str, processes: ProcessPoolExecutor
) -> None:
    stop = threading.Event()
    with ThreadPoolExecutor(3) as threads:
        reader = threads.submit(follow, store, stop)
        writers: list[Future[list[str]]] = [
            threads.submit(append_many, url, "thread-1"),
            threads.submit(append_many, url, "thread-2"),
            processes.submit(append_many, url, "process-1"),
            processes.submit(append_many, url, "process-2"),
        ]
        wait(writers)
        stop.set()
        seen, observed = reader.result()
    check_order(seen, observed)
    ids = store.ids()
    assert len(ids) == len(seen)
    for written in (writer.result() for writer in writers):
        mine = set(written)
        assert [each for each in ids if each in mine] == written
    assert len(ids) == sum(len(writer.result()) for writer in writers)


def hold_append(url: str, held: Path, release: Path) -> None:
    """Take the append lock, say so in one pipe and wait in the other to let it go."""

    def work(_connection: Connection, now: int) -> None:
        held.write_text(str(now))
        release.read_text()

    with closing(open_database(url)) as database:
        database.append(work)


def test_quiet_since_is_none_while_another_process_appends_and_no_earlier_afterwards(
    database: Database, url: str, processes: ProcessPoolExecutor, tmp_path: Path
) -> None:
    held, release = tmp_path / "held", tmp_path / "release"
    os.mkfifo(held)
    os.mkfifo(release)
    holder = processes.submit(hold_append, url, held, release)
    began = int(held.read_text())
    during = database.quiet_since()
    release.write_text("")
    holder.result()
    afterwards = database.quiet_since()
    assert during is None
    assert afterwards is not None
    assert afterwards >= began
