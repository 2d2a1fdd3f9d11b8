"""What was erased leaves every file of the lake, and nothing brings it back."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl
import pytest

from analytics import log_export
from analytics.erasing import survey
from analytics.errors import LakeBusy, LakeMissing
from analytics.lake import Lake, alone
from analytics.log_export import Privacy
from analytics.manifest import read_manifest
from analytics.pseudonyms import Pseudonyms
from analytics.session import connect
from analytics.store import Folder
from analytics.tables import Kind, TableSource
from analytics.verification import Verified, verify
from statements.erasures import NOTHING, Erasures, Wish, read_erasures, record
from tests.analytics.lakes import PSEUDONYMS, lend_world, positions_by_glob, texts_of
from tests.analytics.test_export import Courses
from tests.statements.store import ANNA, new_statement, new_void

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.analytics.lakes import World

BEN = {"mbox": "mailto:ben@example.org"}
PERSON = "mbox:mailto:anna@example.org"
KEY = PSEUDONYMS.of(PERSON)


@pytest.fixture
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_export, "SEGMENT_ROWS", 10)
    monkeypatch.setattr(log_export, "CHUNK_STATEMENTS", 3)


def positions(world: World) -> list[int]:
    """Positions in the lake, which are the same by the manifest and by path."""
    found = [row["position"] for row in world.rows()]
    assert positions_by_glob(world.folder / "lake") == found
    return found


def verified(world: World) -> Verified:
    return verify(world.exporter, lambda *_: None)


def check_gone(world: World, *erased: int) -> None:
    """No file has the ids, and the verification finds so many erased and nothing else amiss."""
    texts, ids = texts_of(world.store), world.log.ids()
    for position, id_ in enumerate(ids, 1):
        assert (id_ in texts) is (position not in erased), position
    found = verified(world)
    assert (found.erased, found.differences) == (len(erased), [])


@pytest.mark.usefixtures("_small_segments")
def test_erased_statements_come_back_with_no_export(world: World) -> None:
    world.log.append(*(new_statement() for _ in range(25)))
    world.export()
    untouched = world.paths()[-1]
    assert world.erase(3, 4, 12) == (2, True)
    assert untouched in world.paths()
    check_gone(world, 3, 4, 12)
    world.log.append(*(new_statement() for _ in range(3)))
    assert world.export().statements == 3
    check_gone(world, 3, 4, 12)
    assert positions(world) == [n for n in range(1, 29) if n not in {3, 4, 12}]


def test_erased_statements_come_back_with_no_merge(world: World) -> None:
    for _ in range(4):
        world.log.append(new_statement(), new_statement())
        world.export()
        world.erase(len(world.log.ids()))
    assert world.export().merges == 0  # they were merged as they came
    assert len(world.paths()) < 4
    check_gone(world, 2, 4, 6, 8)


@pytest.mark.usefixtures("_small_segments")
def test_erased_statements_come_back_with_no_other_version(world: World) -> None:
    world.classify = Courses("1")
    world.log.append(*(new_statement() for _ in range(12)), new_statement(actor=BEN))
    world.export()
    world.erase(2, 11)
    world.classify = Courses("2")
    assert world.export().statements == 13
    check_gone(world, 2, 11)
    for privacy in (Privacy(PSEUDONYMS, names=True), Privacy(Pseudonyms(b"another secret" * 3))):
        world.privacy = privacy
        world.export()
        check_gone(world, 2, 11)


def test_erased_statements_come_back_with_no_new_lake(world: World) -> None:
    world.log.append(*(new_statement() for _ in range(3)))
    world.export()
    world.erase(2)
    for each in world.store.list(""):
        world.store.delete(each.path)
    world.export()
    check_gone(world, 2)


@pytest.mark.usefixtures("_small_segments")
def test_an_erasure_while_another_version_is_half_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.classify = Courses("1")
    world.log.append(*(new_statement() for _ in range(25)))
    world.export()
    world.classify = Courses("2")

    def break_off(_lake: Lake, **_tables: object) -> None:
        if "statements.next" in read_manifest(world.store).tables:
            raise OSError("the disk is gone")
        commit(_lake, **_tables)  # type: ignore[arg-type]  # as given

    commit = Lake.commit
    monkeypatch.setattr(Lake, "commit", break_off)
    with pytest.raises(OSError, match="gone"):
        world.export()
    monkeypatch.setattr(Lake, "commit", commit)
    assert world.erase(5) == (2, True)  # in the old version, and in the new one
    check_gone(world, 5)
    assert world.export().statements < 25
    assert {row["course"] for row in world.rows()} == {"course of 2"}
    check_gone(world, 5)


def test_what_was_not_exported_yet_never_comes(world: World) -> None:
    world.log.append(new_statement())
    world.export()
    world.log.append(*(new_statement() for _ in range(3)))
    assert world.erase(2, 4) == (0, True)
    world.export()
    check_gone(world, 2, 4)
    assert positions(world) == [1, 3]


@pytest.mark.usefixtures("_small_segments")
def test_everything_may_be_erased(world: World) -> None:
    world.log.append(*(new_statement() for _ in range(12)))
    world.export()
    world.erase(*range(1, 13))
    assert positions(world) == []
    assert pl.scan_parquet(world.folder / "lake/statements/*/*.parquet").collect().height == 0
    world.classify = Courses("2")
    world.export()
    world.log.append(new_statement(actor=BEN))
    world.export()
    assert positions(world) == [13]
    check_gone(world, *range(1, 13))


def test_a_voided_statement_and_the_one_that_voids_it(world: World) -> None:
    first, second = new_statement(), new_statement()
    world.log.append(first, second, new_void(first["id"]), new_void(second["id"]))
    world.export()
    world.erase(1, 4)
    assert [(row["position"], row["voided"]) for row in world.rows()] == [(2, True), (3, False)]
    assert verified(world).differences == []
    assert world.export().statements == 0
    assert world.rows()[1]["object"] == first["id"]  # as the voiding statement says


def test_a_person_stays_out_with_all_that_comes_later(world: World) -> None:
    team = {"objectType": "Group", "member": [ANNA, BEN]}
    world.log.append(new_statement(), new_statement(actor=BEN), new_statement(actor=team))
    world.export()
    assert world.erase(persons=[PERSON]) == (1, True)
    world.log.append(new_statement(), new_statement(actor=BEN))
    world.export()
    assert positions(world) == [2, 3, 5]
    check_gone(world, 1, 4)
    world.privacy = Privacy(PSEUDONYMS, names=True)
    world.export()
    check_gone(world, 1, 4)


def test_in_any_role_the_pseudonym_leaves_every_file(world: World) -> None:
    world.log.append(
        new_statement(),
        new_statement(actor=BEN, context={"instructor": ANNA}),
        new_statement(actor=BEN, object=ANNA | {"objectType": "Agent"}),
        new_statement(actor=BEN),
    )
    world.export()
    world.erase(persons=[PERSON])
    check_gone(world, 1)
    assert KEY in texts_of(world.store)  # other people's statements are theirs
    world.erase(persons=[PERSON], any_role=True)
    check_gone(world, 1, 2, 3)
    assert KEY not in texts_of(world.store)


def people(left_out: frozenset[str]) -> list[TableSource]:
    """A table of persons, as records would lend it."""
    columns = {"learner": Kind.PERSON, "item": Kind.HIDDEN, "score": Kind.WHOLE}
    rows = [(PERSON, "a", 1), ("mbox:mailto:ben@example.org", "b", 2), (None, None, 3)]
    return [TableSource("scores", columns, "1", "7", lambda: [rows], left_out)]


def test_rows_of_a_person_leave_the_tables(world: World) -> None:
    world.lend = people
    world.log.append(new_statement(actor=BEN))
    world.export()
    assert survey(world.exporter, (), {PERSON}) == (0, 0, 1)
    assert world.erase(persons=[PERSON]) == (0, True)
    assert [row["score"] for row in world.ask("FROM scores ORDER BY score")] == [2, 3]
    assert verified(world).differences == []
    assert world.export().tables == []
    assert len(world.store.list("_segments/scores")) == 1


def test_a_text_that_happens_to_be_a_persons_name_is_nobody() -> None:
    columns = {"learner": Kind.PERSON, "item": Kind.HIDDEN}
    source = TableSource("items", columns, "1", "1", list, {"17"})
    assert source.kept([("ben", "17"), ("17", "a")]) == [("ben", "17")]


def test_without_the_records_their_tables_wait_for_the_next_export(world: World) -> None:
    world.lend = people
    world.log.append(new_statement())
    world.export()
    world.lend = lambda _: []  # thrown away, and not folded yet
    assert world.erase(persons=[PERSON]) == (1, False)
    assert positions(world) == []
    assert verified(world).differences == [
        "erased: not all of it has left the lake yet: run lrs analytics export"
    ]
    world.lend = people
    world.export()
    assert [row["score"] for row in world.ask("FROM scores ORDER BY score")] == [2, 3]
    assert KEY not in str(world.ask("SELECT learner FROM scores"))
    assert verified(world).differences == []


def test_an_erasure_that_was_only_written_down_is_completed(world: World) -> None:
    world.log.append(*(new_statement() for _ in range(4)))
    world.export()
    record(world.database, Wish((UUID(world.log.ids()[1]),)))
    assert len(verified(world).differences) == 2  # it is there, and has to go
    world.export()
    check_gone(world, 2)
    record(world.database, Wish((UUID(world.log.ids()[2]),)))
    assert world.exporter.erase(lambda: None) == (1, True)
    check_gone(world, 2, 3)


def test_the_verification_finds_what_came_back(world: World) -> None:
    world.log.append(*(new_statement() for _ in range(3)))
    world.export()
    record(world.database, Wish((UUID(world.log.ids()[1]),)))
    Lake(world.store).note_erased(world.privacy.mark_of(world.database.read(read_erasures)))
    (difference,) = verified(world).differences
    assert difference.startswith("statements: at position 2 there is ")
    assert difference.endswith(" and not nothing")


def test_as_many_erasures_after_the_store_was_restored_are_others(world: World) -> None:
    world.lend = people
    world.log.append(*(new_statement(actor=BEN) for _ in range(3)))
    world.export()
    without = Erasures(frozenset({2}), frozenset({"mbox:mailto:carla@example.org"}))
    Lake(world.store).note_erased(world.privacy.mark_of(without))
    assert world.erase(1, persons=[PERSON]) == (1, True)
    assert [row["score"] for row in world.ask("FROM scores ORDER BY score")] == [2, 3]
    check_gone(world, 1)


def test_a_session_that_was_open_sees_nothing_of_it(world: World) -> None:
    world.log.append(new_statement(), new_statement())
    world.export()
    with connect(world.store) as session:
        world.erase(1)
        assert session.query("SELECT position FROM statements").table().to_pylist() == [
            {"position": 2}
        ]


def test_nothing_is_written_down_without_a_lake_or_while_another_has_it(world: World) -> None:
    world.log.append(new_statement())
    with pytest.raises(LakeMissing, match="there is no lake"):
        world.erase(1)
    world.export()
    with alone(world.folder / "lock"), pytest.raises(LakeBusy):
        world.erase(1)
    assert world.database.read(read_erasures) == NOTHING
    assert positions(world) == [1]


def test_a_survey_changes_nothing(world: World) -> None:
    with pytest.raises(LakeMissing):
        survey(world.exporter, [1], [])
    world.log.append(*(new_statement() for _ in range(3)))
    world.export()
    world.log.append(new_statement())
    before = texts_of(world.store)
    assert survey(world.exporter, [1, 2, 4], []) == (3, 1, 0)
    assert survey(world.exporter, [4], []) == (1, 0, 0)
    assert texts_of(world.store) == before


class Broken(Exception):
    """Nothing happens after this, as after a crash."""


def break_at(patch: pytest.MonkeyPatch, step: int) -> None:
    """Have the step of this number, of those that change the folder, end all."""
    steps = count(1)

    def breaking(method: Callable[..., Any]) -> Callable[..., Any]:
        def change(*arguments: Any) -> Any:  # noqa: ANN401  # as the method
            if next(steps) >= step:
                raise Broken
            return method(*arguments)

        return change

    for name in ("create", "replace", "place", "withdraw", "delete"):
        patch.setattr(Folder, name, breaking(getattr(Folder, name)))


def is_broken_off(world: World, step: int) -> bool:
    """Erase a person, up to a step; whether there was such a step."""
    with pytest.MonkeyPatch.context() as patch:
        break_at(patch, step)
        try:
            world.erase(persons=[PERSON])
        except Broken:
            return True
    return False


def test_a_person_is_gone_wherever_the_erasure_was_broken_off(tmp_path: Path) -> None:
    for step in count(1):
        (tmp_path / str(step)).mkdir()
        with lend_world(tmp_path / str(step)) as world:
            world.lend = people
            world.log.append(new_statement(), new_statement(actor=BEN))
            world.export()
            is_whole = not is_broken_off(world, step)
            if not is_whole:
                assert verified(world).differences != []
                world.export()
            assert KEY not in texts_of(world.store)
            check_gone(world, 1)
            assert positions(world) == [2]
        if is_whole:
            break
    assert step > 10
