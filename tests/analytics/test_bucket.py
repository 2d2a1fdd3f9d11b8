"""The lake in a bucket, on a real S3 server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analytics.database_file import write_database
from analytics.errors import LakeError
from analytics.lake import NEXT, Lake
from analytics.manifest import STATEMENTS
from analytics.session import connect
from analytics.store import open_store
from analytics.verification import verify
from tests.analytics.lakes import PSEUDONYMS, lend_world, texts_of
from tests.analytics.test_export import Courses
from tests.statements.store import new_statement, new_void

if TYPE_CHECKING:
    from pathlib import Path

    from analytics.manifest import Table
    from tests.analytics.lakes import World

replace = Lake.replace


def test_a_bucket_is_a_lake(tmp_path: Path, bucket: str) -> None:
    store = open_store(bucket)
    with lend_world(tmp_path, store) as world:
        first = new_statement()
        world.log.append(first, new_statement())
        assert world.export().statements == 2
        world.log.append(new_void(first["id"]))
        report = world.export()
        assert (report.statements, report.merges) == (1, 1)
        assert [row["id"] for row in world.rows()] == world.log.ids()
        assert [row["voided"] for row in world.rows()] == [True, False, False]
        in_place = [each.path for each in store.list("statements")]
        assert in_place == world.paths()
        assert len(store.list("_trash")) == 3  # two segments, and the first table of voids
        assert store.list("_segments") == []
        assert world.erase(2) == (1, True)
        assert [row["position"] for row in world.rows()] == [1, 3]
        assert store.list("_trash") == []
        assert world.log.ids()[1] not in texts_of(store)


def test_what_was_erased_from_a_bucket_does_not_come_back(tmp_path: Path, bucket: str) -> None:
    store = open_store(bucket)
    with lend_world(tmp_path, store) as world:
        ben = {"mbox": "mailto:ben@example.org"}
        world.log.append(new_statement(), new_statement(actor=ben), new_statement(actor=ben))
        world.export()
        world.classify = Courses("1")
        break_off_at_the_end(world)  # another version is half made
        key = PSEUDONYMS.of("mbox:mailto:ben@example.org")
        assert key in texts_of(store)
        assert world.erase(1, persons=["mbox:mailto:ben@example.org"]) == (2, True)
        world.log.append(new_statement(), new_statement(actor=ben))
        for _ in range(2):
            assert key not in texts_of(store)
            assert world.log.ids()[0] not in texts_of(store)
            world.export()
        assert [row["position"] for row in world.rows()] == [4]
        found = verify(world.exporter, lambda *_: None)
        assert (found.erased, found.differences) == (4, [])


def break_off_at_the_end(world: World) -> None:
    """Export, up to where another version would take its place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lake, "replace", refuse_to_end)
        with pytest.raises(OSError, match="gone"):
            world.export()


def refuse_to_end(lake: Lake, tables: dict[str, Table]) -> None:
    """Commit, unless that ends a rebuild."""
    if STATEMENTS + NEXT in lake.manifest.tables and STATEMENTS + NEXT not in tables:
        raise OSError("the bucket is gone")
    replace(lake, tables)


def test_a_session_on_a_bucket_opens_nothing_else(tmp_path: Path, bucket: str) -> None:
    store = open_store(bucket)
    with lend_world(tmp_path, store) as world:
        world.log.append(new_statement())
        world.export()
        with connect(bucket) as session:
            found = session.query("SELECT verb FROM statements WHERE position = 1").table()
            assert found.num_rows == 1
            with pytest.raises(LakeError, match="nothing else"):
                session.query("FROM read_text('/etc/hostname')")
    with pytest.raises(LakeError, match="folder"):
        write_database(store, tmp_path / "views.duckdb")


def test_an_address_that_is_none() -> None:
    with pytest.raises(LakeError, match="s3://"):
        open_store("ftp://example.org/lake")
    with pytest.raises(LakeError) as refused:
        open_store("s3://key:secret@bucket/x?no_such_option=1")
    assert "secret" not in str(refused.value)
