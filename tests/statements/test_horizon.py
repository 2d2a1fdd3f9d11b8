"""What `quiet_since` promises holds whatever the clock does (SQLite has this machine's)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from statements.file_lock import FileLock
from statements.migrate import migrate
from statements.sqlite import SQLite
from tests.statements.store import Store, new_statement

LATE, EARLY = 2_000_000_000_000_000, 1_000_000_000_000_000  # microseconds since 1970


def test_a_clock_set_back_after_a_promise_does_not_break_it(tmp_path: Path) -> None:
    times = [LATE, EARLY, EARLY]
    with closing(SQLite(str(tmp_path / "lrs"), clock=lambda: times.pop(0))) as database:
        migrate(database)
        promised = database.quiet_since()
        store = Store(database)
        store.append(new_statement())
        store.append(new_statement())
        assert promised == LATE
        assert [entry.stored for entry in store.log()] == [LATE + 1, LATE + 2]


def test_another_process_keeps_the_promise(tmp_path: Path) -> None:
    """Two `SQLite` objects stand for two processes: they share nothing but the files."""
    path = str(tmp_path / "lrs")
    with (
        closing(SQLite(path, clock=lambda: LATE)) as one,
        closing(SQLite(path, clock=lambda: EARLY)) as other,
    ):
        migrate(one)
        assert one.quiet_since() == LATE
        assert other.quiet_since() == LATE
        store = Store(other)
        store.append(new_statement())
        assert [entry.stored for entry in store.log()] == [LATE + 1]


def test_a_time_that_a_full_disk_does_not_take_is_not_promised() -> None:
    with closing(FileLock(Path("/dev/full"))) as lock:
        assert lock.look(LATE) is None
