"""What is asked for most is in memory before anybody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from statements import bitmaps
from statements.bitmaps import Bitmaps
from statements.known import KEY_BYTES, Memory
from statements.preload import preload, sealed_segments
from statements.sealing import seal_next
from statements.upkeep import Upkeep
from tests.statements.bitmaps import make_small, seal_all
from tests.statements.store import COURSE, EXPERIENCED, Json, Store, new_statement
from tests.statements.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from statements.database import Database

OTHER = "http://example.org/verbs/other"


@pytest.fixture
def sealed(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """Append twenty statements of two verbs, of which the last is in no full segment."""
    verbs = [EXPERIENCED, EXPERIENCED, OTHER, EXPERIENCED]
    sent = [new_statement(verb={"id": verbs[i % 4]}) for i in range(20)]
    store.append(*sent)
    monkeypatch.setattr("statements.sealing.LEAST_SEEN", 1)
    assert seal_all(store.database, monkeypatch) == 10
    return sent[::-1]


@pytest.fixture
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be read of a term but what came since."""

    def fail(*_: object) -> None:
        pytest.fail("bitmaps or rows were read")

    monkeypatch.setattr(Bitmaps, "_read", fail)
    monkeypatch.setattr(bitmaps, "read_own", fail)


def test_after_it_a_question_reads_no_bitmap_and_no_row(
    store: Store,
    sealed: list[Json],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr("statements.segments.SPAN", 4)
    loaded = list(preload(store.database, store.dictionary.memory))
    assert {loaded.count(key) for key in loaded} == {3}  # spans of eight positions each
    request.getfixturevalue("nothing_read")
    for verb in (EXPERIENCED, OTHER):
        expected = [each["id"] for each in sealed if each["verb"] == {"id": verb}]
        assert store.found(activity=COURSE, verb=verb) == expected
    late = new_statement()
    store.append(late)
    assert store.found(activity=COURSE, verb=EXPERIENCED, limit=1) == [late["id"]]


@pytest.mark.usefixtures("sealed")
def test_it_ends_when_memory_is_filled(store: Store) -> None:
    whole = list(preload(store.database, Memory()))
    memory = Memory(4 * KEY_BYTES)
    loaded = list(preload(store.database, memory))
    assert 0 < len(loaded) < len(whole)
    assert memory.is_filled()
    assert loaded == whole[: len(loaded)]


@pytest.mark.usefixtures("sealed")
def test_what_is_remembered_is_brought_up_to_date_also_when_memory_is_filled(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.segments.SPAN", 4)
    memory = Memory(4 * KEY_BYTES)
    first, *_ = list(preload(store.database, memory))
    known = memory.get(first)
    assert known
    assert memory.is_filled()
    store.append(*[new_statement() for _ in range(4)])
    again = list(preload(store.database, memory))
    assert known.through == 24
    assert again.count(first) == 1  # of the older spans there is nothing to read


@pytest.mark.usefixtures("sealed")
def test_what_leaves_no_room_for_others_is_not_read_to_its_end(store: Store) -> None:
    assert list(preload(store.database, Memory(2 * KEY_BYTES))) == []


def test_of_an_empty_log_there_is_nothing(store: Store) -> None:
    assert list(preload(store.database, Memory())) == []


def test_a_server_does_so_when_all_is_sealed_and_again_when_more_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_small(monkeypatch)
    monkeypatch.setattr("statements.preload.MOST_BEHIND", 3)
    monkeypatch.setattr("statements.upkeep.WAKE_STATEMENTS", 1)
    store.append(*[new_statement() for _ in range(9)])
    assert seal_next(store.database)
    assert store.database.read(sealed_segments) == 0  # too little is sealed
    rounds: list[bool] = []  # of the upkeep: whether it may seal
    loads: list[int] = []  # rounds in which memory was filled
    steps: list[int] = []
    can_seal = False

    def seal(database: Database, breathe: Callable[[], object]) -> bool:
        rounds.append(can_seal)
        return can_seal and seal_next(database, breathe)

    def load(*_: object) -> Iterator[int]:
        loads.append(len(rounds))
        while len(steps) < 3 * len(loads):
            steps.append(len(rounds))
            upkeep.note(1)
            yield 1

    monkeypatch.setattr("statements.upkeep.seal_next", seal)
    monkeypatch.setattr("statements.upkeep.preload", load)
    upkeep = Upkeep(store.database, store.dictionary.memory)
    upkeep.start()
    try:
        wait_for_rounds(upkeep, rounds, 3)
        assert loads == []
        can_seal = True
        wait_for_rounds(upkeep, rounds, 10)
        assert len(loads) == 1
        assert len(set(steps)) == len(steps) == 3  # it was woken in each, so went on in the next
        store.append(*[new_statement() for _ in range(4)])
        wait_for_rounds(upkeep, rounds, 10)
        assert len(loads) == 2
    finally:
        upkeep.close()
    assert store.database.read(sealed_segments) == 7


def wait_for_rounds(upkeep: Upkeep, rounds: list[bool], more: int) -> None:
    """Have the upkeep go on until it has begun so many rounds more."""
    enough = len(rounds) + more

    def is_there() -> bool:
        upkeep.note(1)
        return len(rounds) >= enough

    wait_until(is_there)
