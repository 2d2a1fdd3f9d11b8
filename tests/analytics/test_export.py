"""The log becomes segments: each statement once, however often and whenever it is exported."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

import pytest

from analytics import columns, log_export
from analytics.errors import LakeBusy, LakeChanged
from analytics.lake import Lake, alone
from analytics.manifest import Segment, read_manifest
from analytics.merging import plan_merge
from projections.classification import Sorted
from tests.analytics.lakes import lend_world, positions_by_glob
from tests.statements.store import new_statement, new_void

if TYPE_CHECKING:
    from pathlib import Path

    from analytics.classification import Classified
    from analytics.told import Known
    from tests.analytics.lakes import World

JANUARY = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)


class Courses:
    """A vocabulary that knows one thing."""

    def __init__(self, version: str) -> None:
        self.version = version

    def __call__(self, payload: bytes, /) -> Classified:
        """A course named by the version."""
        return Sorted("completed", f"course of {self.version}", "module", len(payload) / 1e6)

    def of_cut(self, known: Known, /) -> Classified:
        """The same."""
        return Sorted("completed", f"course of {self.version}", known.verb, len(known.cut.id) / 1e6)


@pytest.fixture
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_export, "SEGMENT_ROWS", 25)
    monkeypatch.setattr(log_export, "CHUNK_STATEMENTS", 7)


def test_every_statement_is_there_once_under_its_month(world: World) -> None:
    world.set_clock(JANUARY)
    world.log.append(*(new_statement() for _ in range(3)))
    world.set_clock(FEBRUARY)
    world.log.append(*(new_statement(timestamp="2025-12-24T18:00:00Z") for _ in range(2)))
    report = world.export()
    assert (report.statements, report.position) == (5, 5)
    assert [row["id"] for row in world.rows()] == world.log.ids()
    assert [path.split("/")[1] for path in world.paths()] == ["month=2026-01", "month=2026-02"]
    assert positions_by_glob(world.folder / "lake") == [1, 2, 3, 4, 5]


def test_an_export_takes_what_is_new_and_nothing_else(world: World) -> None:
    world.log.append(new_statement())
    world.export()
    before = read_manifest(world.store)
    assert world.export().statements == 0
    assert read_manifest(world.store) == before
    world.log.append(new_statement())
    assert world.export().statements == 1


@pytest.mark.usefixtures("_small_segments")
@pytest.mark.parametrize("seed", range(4))
def test_many_exports_are_one_export(world: World, tmp_path: Path, seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # to be had again
    statements = [new_statement() for _ in range(120)]
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    for start in range(0, len(statements), 8):
        world.set_clock(months[start // 41])
        voids = [new_void(statements[start]["id"])] if chance.random() < 0.5 else []
        world.log.append(*statements[start : start + 8], *voids)
        if chance.random() < 0.7:
            world.export()
        assert len(world.paths()) <= 16
    world.export()
    (tmp_path / "once").mkdir()
    with lend_world(tmp_path / "once") as once:
        once.database = world.database
        once.export()
        assert once.rows() == world.rows()
        assert len(once.rows()) == len(world.log.log())
    assert positions_by_glob(tmp_path / "lake") == [row["position"] for row in world.rows()]


@pytest.mark.usefixtures("_small_segments")
def test_small_segments_are_merged_and_the_old_ones_go_after_a_time(world: World) -> None:
    for _ in range(20):
        world.log.append(new_statement())
        world.export()
    assert len(world.paths()) <= 5  # 20 = 16 + 4, or so
    assert len(world.rows()) == 20
    assert len(world.store.list("_segments/statements")) > len(world.paths())
    world.grace_seconds = 0
    world.export()
    assert len(world.store.list("_segments/statements")) == len(world.paths())
    assert positions_by_glob(world.folder / "lake") == list(range(1, 21))


@pytest.mark.usefixtures("_small_segments")
def test_merging_takes_neighbours_of_one_month_until_they_are_large() -> None:
    def segments(*rows: int, month: str = "2026-01") -> list[Segment]:
        ends = list(accumulate(rows))
        return [
            Segment("", n, 0, end - n + 1, end, month) for n, end in zip(rows, ends, strict=True)
        ]

    assert plan_merge([]) is None
    assert plan_merge(segments(1)) is None
    assert plan_merge(segments(1, 1)) == (0, 2)
    assert plan_merge(segments(4, 1)) is None
    assert plan_merge(segments(4, 2, 1, 1)) == (0, 4)
    assert plan_merge(segments(24, 1, 1)) == (1, 3)
    assert plan_merge([*segments(1, 1), *segments(1, month="2026-02")]) == (0, 2)


def test_voids_take_effect_whichever_came_first(world: World) -> None:
    first, second = new_statement(), new_statement()
    world.log.append(first, new_void(second["id"]))
    world.export()
    assert [row["voided"] for row in world.rows()] == [False, False]
    world.log.append(second, new_void(first["id"]))
    report = world.export()
    assert [row["voided"] for row in world.rows()] == [True, False, True, False]
    assert report.tables == ["voided"]
    assert world.ask("SELECT count(*) AS n FROM statements WHERE NOT voided") == [{"n": 2}]


def test_a_new_version_of_the_columns_or_of_the_vocabulary_is_written_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.classify = Courses("1")
    world.log.append(new_statement(), new_statement())
    world.export()
    world.classify = Courses("2")
    assert world.export().statements == 2
    assert {row["course"] for row in world.rows()} == {"course of 2"}
    assert world.rows()[0]["event"] == "completed"
    old = world.paths()
    monkeypatch.setattr(columns, "VERSION", columns.VERSION + 1)
    world.log.append(new_statement())
    assert world.export().statements == 3
    assert not set(world.paths()) & set(old)
    assert positions_by_glob(world.folder / "lake") == [1, 2, 3]


@pytest.mark.usefixtures("_small_segments")
def test_the_old_version_is_read_until_the_new_one_is_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.classify = Courses("1")
    world.log.append(*(new_statement() for _ in range(60)))
    world.export()
    world.classify = Courses("2")
    commit = Lake.commit
    commits: list[object] = []

    def break_off(self: Lake, **tables: object) -> None:
        if len(commits) == 2:
            raise OSError("the disk is gone")
        commits.append(tables)
        commit(self, **tables)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(Lake, "commit", break_off)
    with pytest.raises(OSError, match="gone"):
        world.export()
    monkeypatch.setattr(Lake, "commit", commit)
    assert {row["course"] for row in world.rows()} == {"course of 1"}
    assert positions_by_glob(world.folder / "lake") == list(range(1, 61))
    assert world.export().statements < 60  # it went on where it was broken off
    assert {row["course"] for row in world.rows()} == {"course of 2"}
    assert positions_by_glob(world.folder / "lake") == list(range(1, 61))


@pytest.mark.usefixtures("_small_segments")
def test_erased_statements_leave_their_segments_at_once(world: World) -> None:
    secret = new_statement(result={"extensions": {"http://example.org/x": "to be forgotten"}})
    world.log.append(*(new_statement() for _ in range(40)))
    world.log.append(secret)
    world.export()
    untouched = world.paths()[0]
    assert world.erase(41) == (1, True)
    assert [row["position"] for row in world.rows()] == list(range(1, 41))
    assert untouched in world.paths()
    files = {path.stat().st_ino for path in (world.folder / "lake").rglob("*") if path.is_file()}
    found = world.ask("SELECT count(*) AS n FROM statements WHERE statement LIKE '%forgotten%'")
    assert found == [{"n": 0}]
    assert len(files) == 1 + len(read_manifest(world.store).paths)
    world.log.append(new_statement())
    world.export()
    assert len(world.rows()) == 41


def test_what_somebody_else_keeps_beside_the_tables_stays(world: World) -> None:
    lake = world.folder / "lake"
    notes = lake / "notes" / "questions.sql"
    notes.parent.mkdir(parents=True)
    notes.write_text("FROM statements")
    (lake / "README").touch()
    world.grace_seconds = 0
    world.log.append(new_statement())
    world.export()
    world.export()
    assert notes.exists()
    assert (lake / "README").exists()
    assert world.ask("SELECT count(*) AS n FROM statements") == [{"n": 1}]


def test_one_export_at_a_time(world: World) -> None:
    with alone(world.folder / "lock"), pytest.raises(LakeBusy):
        world.export()
    world.export()


def test_two_machines_do_not_overwrite_each_other(world: World) -> None:
    world.log.append(new_statement())
    mine = Lake(world.store)
    world.export()
    with pytest.raises(LakeChanged):
        mine.replace({})
    assert len(world.rows()) == 1


def test_the_manifest_says_what_is_there(world: World) -> None:
    world.log.append(new_statement())
    world.export()
    manifest = json.loads((world.folder / "lake" / "manifest.json").read_text())
    (segment,) = manifest["tables"]["statements"]["segments"]
    file = world.folder / "lake" / segment["path"]
    assert file.stat().st_size == segment["size_bytes"]
    assert (segment["first"], segment["last"], segment["rows"]) == (1, 1, 1)
