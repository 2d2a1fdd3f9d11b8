"""Bitmaps and checkpoints: done beside the appends, by one server or several."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable
from typing import TYPE_CHECKING

import pytest
from pyroaring import BitMap64
from sqlalchemy import func, select

from statements import tables
from statements.bitmaps import SEALED, frequent_keys, read_own, read_sealed
from statements.errors import Unavailable
from statements.known import Memory, Sealed
from statements.sealing import seal_next
from statements.segments import segments_in, window_of
from statements.sqlite import SQLite
from statements.upkeep import SEALING, Upkeep
from tests.statements.bitmaps import make_small, seal_all
from tests.statements.store import COURSE, EXPERIENCED, Store, new_statement
from tests.statements.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from statements.database import Database

_SEALED = select(tables.bitmap.c.segment).where(tables.bitmap.c.key == SEALED)
_BITMAPS = select(tables.bitmap).where(tables.bitmap.c.key != SEALED)


def sealed(database: Database) -> list[int]:
    """Tell which segments have their bitmaps."""
    return sorted(segment for (segment,) in database.read(lambda c: c.rows(_SEALED)))


@contextmanager
def kept_up(database: Database) -> Iterator[Upkeep]:
    """Run the upkeep."""
    upkeep = Upkeep(database, Memory())
    upkeep.start()
    try:
        yield upkeep
    finally:
        upkeep.close()


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)
    monkeypatch.setattr("statements.upkeep.WAKE_STATEMENTS", 2)


def test_what_is_there_is_sealed_at_the_start_and_what_comes_as_it_fills(store: Store) -> None:
    store.append(*[new_statement() for _ in range(5)])  # positions 1 to 5: segments 0, 1 and 2
    with kept_up(store.database) as upkeep:
        wait_until(lambda: sealed(store.database) == [0, 1, 2])
        store.append(new_statement(), new_statement())
        upkeep.note(2)
        wait_until(lambda: sealed(store.database) == [0, 1, 2, 3])


def test_a_bitmap_is_what_the_index_says(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append(*[new_statement(object={"id": f"{COURSE}/{i % 3}"}) for i in range(9)])
    assert seal_all(store.database, monkeypatch) == 5
    rows = store.database.read(lambda c: c.rows(_BITMAPS))
    assert rows
    for key, segment, content in rows:
        right = store.database.read(partial(read_own, key=key, window=window_of(segment, segment)))
        assert BitMap64.deserialize(content) == right
        assert right


def test_two_that_seal_the_same_segment_write_it_once(store: Store) -> None:
    store.append(*[new_statement() for _ in range(40)])
    with kept_up(store.database), kept_up(store.database):
        wait_until(lambda: len(sealed(store.database)) == 20)
    twice = select(func.count()).select_from(tables.bitmap)
    twice = twice.group_by(tables.bitmap.c.key, tables.bitmap.c.segment)
    assert {count for (count,) in store.database.read(lambda c: c.rows(twice))} == {1}


ELSEWHERE = """
import sys
from statements.opening import open_database
from statements.upkeep import SEALING
with open_database(sys.argv[1]).alone(SEALING) as alone:
    print(alone, flush=True)
    sys.stdin.read()
"""


def test_while_another_process_seals_nobody_does_it_as_well(store: Store, url: str) -> None:
    store.append(*[new_statement() for _ in range(5)])
    with Popen(  # noqa: S603  # a fixed command
        [executable, "-c", ELSEWHERE, url], stdin=PIPE, stdout=PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "True\n"
        with store.database.alone(SEALING) as alone, store.database.alone(b"else") as besides:
            assert (alone, besides) == (False, True)
        with kept_up(store.database) as upkeep:
            for _ in range(20):
                upkeep.note(2)
                time.sleep(0.01)
            assert sealed(store.database) == []
            other.kill()
            other.wait()

            def is_done_when_woken() -> bool:
                upkeep.note(2)
                return sealed(store.database) == [0, 1, 2]

            wait_until(is_done_when_woken)


def test_requests_come_first_after_each_millisecond(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(*[new_statement() for _ in range(5)])
    assert seal_next(store.database)
    breaths: list[list[int]] = []
    assert seal_next(store.database, lambda: breaths.append(sealed(store.database)))
    keys = {key for key, _, _ in store.database.read(lambda c: c.rows(_BITMAPS))}
    # Before statements are looked at, and before the rows of each key are.
    assert breaths == [[0]] * (1 + len(keys))
    monkeypatch.setattr("statements.sealing.ROWS_A_STEP", 2)
    breaths.clear()
    assert seal_next(store.database, lambda: breaths.append(sealed(store.database)))
    assert breaths == [[0, 1]] * (1 + 2 * len(keys))  # half a segment at a time


def test_a_full_span_has_one_bitmap_for_each_frequent_key_of_its_segments(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.segments.SPAN", 2)
    store.append(*[new_statement(object={"id": f"{COURSE}/{i % 3}"}) for i in range(13)])
    assert seal_all(store.database, monkeypatch) == 7 + 3
    assert sealed(store.database) == [-3, -2, -1, *range(7)]
    assert store.database.read(read_sealed) == Sealed(7, 3)
    rows = store.database.read(lambda c: c.rows(_BITMAPS))
    keys = {
        span: {key for key, number, _ in rows if number in segments_in(span)} for span in (-1, -2)
    }
    assert keys[-1]
    for key, number, content in rows:
        if number < 0:
            window = window_of(segments_in(number)[0], segments_in(number)[-1])
            assert BitMap64.deserialize(content) == store.database.read(
                partial(read_own, key=key, window=window)
            )
    for span, frequent in keys.items():
        assert {key for key, number, _ in rows if number == span} == frequent


def test_a_span_counts_when_all_its_bitmaps_are_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.segments.SPAN", 2)
    store.append(*[new_statement() for _ in range(5)])
    assert [seal_next(store.database) for _ in range(3)] == [True] * 3
    breaths: list[Sealed] = []
    assert seal_next(store.database, lambda: breaths.append(store.database.read(read_sealed)))
    assert set(breaths) == {Sealed(3, 0)}
    assert len(breaths) > 1
    assert store.database.read(read_sealed) == Sealed(3, 1)
    assert not seal_next(store.database)


def test_a_sealed_segment_tells_its_frequent_keys_the_most_frequent_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = [{"id": f"{COURSE}/{i % 8 == 7}"} for i in range(32)]
    store.append(*[new_statement(object=each) for each in objects])
    make_small(monkeypatch)
    monkeypatch.setattr("statements.segments.SEGMENT_BITS", 4)
    assert seal_next(store.database)
    assert seal_next(store.database)
    rows = store.database.read(lambda c: c.rows(_BITMAPS))
    sizes = {key: len(BitMap64.deserialize(content)) for key, segment, content in rows if segment}
    assert {*sizes.values()} == {2, 14, 16}
    keys = store.database.read(partial(frequent_keys, first=1, last=1))
    assert {*keys} == {*sizes}
    assert [sizes[key] for key in keys] == sorted(sizes.values(), reverse=True)
    several = store.database.read(partial(frequent_keys, first=0, last=1))
    assert len(several) == len({*several}) == len({key for key, _, _ in rows})


@pytest.mark.usefixtures("distributed")
def test_a_distributed_engine_has_a_segment_more_to_show_all_of_one(store: Store) -> None:
    store.append(*[new_statement() for _ in range(5)])  # the last of which fill segment 2
    assert [seal_next(store.database) for _ in range(3)] == [True, True, False]
    assert sealed(store.database) == [0, 1]


def test_a_rare_term_has_no_bitmap(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statements.sealing.LEAST_ROWS", 2)
    rare = new_statement(verb={"id": "http://example.org/verbs/rare"})
    store.append(new_statement(), rare, new_statement(), new_statement())
    assert seal_next(store.database)
    assert seal_next(store.database)
    verb = "verb:" + EXPERIENCED
    number = store.database.read(lambda c: store.dictionary.look_up(c, [verb]))[verb]
    found = store.database.read(lambda c: c.rows(_BITMAPS))
    # Segment 1 has statements 2 and 3: one verb each. Segment 0 has statement 1 alone.
    assert number << 2 not in {key for key, _, _ in found}
    assert {segment for _, segment, _ in found} == {1}


def test_a_database_that_is_away_is_tried_again_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(*[new_statement() for _ in range(5)])
    tries = iter([Unavailable("away"), RuntimeError("a bug")])

    def fail_at_first(database: Database, breathe: Callable[[], None]) -> bool:
        if (error := next(tries, None)) is not None:
            raise error
        return seal_next(database, breathe)

    monkeypatch.setattr("statements.upkeep.seal_next", fail_at_first)
    with kept_up(store.database) as upkeep:

        def is_done_when_woken() -> bool:
            upkeep.note(2)
            return sealed(store.database) == [0, 1, 2]

        wait_until(is_done_when_woken)


def test_what_is_appended_reaches_the_database_file_without_the_writer(store: Store) -> None:
    if not isinstance(store.database, SQLite):
        pytest.skip("PostgreSQL has a process for it")
    file = Path(store.database.path)
    with kept_up(store.database) as upkeep:
        size = file.stat().st_size
        store.append(*[new_statement(result={"response": "x" * 5_000}) for _ in range(40)])
        upkeep.note(40)
        wait_until(lambda: file.stat().st_size - size > 200_000)
