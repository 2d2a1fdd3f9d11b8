"""What `quiet_since` promises holds whatever the clock does (SQLite has this machine's)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from statements.file_lock import FileLock
from statements.horizon import Horizon
from statements.migrate import migrate
from statements.sqlite import SQLite
from tests.statements.store import Store, new_statement

if TYPE_CHECKING:
    import pytest

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


def test_one_look_serves_for_a_while_and_what_was_stored_raises_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(1_000, 2_000))
    with closing(SQLite(str(tmp_path / "lrs"), clock=lambda: next(times))) as database:
        migrate(database)
        horizon = Horizon(database)
        first = horizon.look(database.read)
        assert horizon.look(database.read) == first
        assert horizon.look(database.read, at_least=first) == first
        assert horizon.look(database.read, at_least=first + 1) > first
        horizon.raise_to(first + 70)
        assert horizon.look(database.read) == first + 70
        monkeypatch.setattr("statements.horizon.GOOD_SECONDS", 0)
        assert horizon.look(database.read) not in {first, first + 70}


def test_what_is_stored_is_within_the_horizon_though_the_clock_was_set_back(
    tmp_path: Path,
) -> None:
    times = [LATE, EARLY]
    with closing(SQLite(str(tmp_path / "lrs"), clock=lambda: times.pop(0))) as database:
        migrate(database)
        store = Store(database)
        store.append(new_statement())
        assert Horizon(database).look(database.read) == store.log()[-1].stored == LATE
