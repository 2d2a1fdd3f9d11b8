"""Temporary folders go with their process, also with one that is killed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from statements.passing_folder import PassingFolder, remove_abandoned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLDER = """
import sys
from pathlib import Path
from statements.passing_folder import PassingFolder
folder = PassingFolder("some-", Path(sys.argv[1]))
Path(folder.name, "rows").write_text("spilt")
print("made", flush=True)
sys.stdin.read()
"""


@contextmanager
def holder(parent: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has a folder, until its input ends."""
    command = [sys.executable, "-c", HOLDER, str(parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603  # ours
        assert process.stdout is not None
        assert process.stdout.readline() == b"made\n"
        yield process


def names(parent: Path) -> list[str]:
    return sorted(path.name for path in parent.iterdir())


def test_a_folder_goes_with_its_block_and_with_its_process(tmp_path: Path) -> None:
    with PassingFolder("some-", tmp_path) as folder:
        assert [str(path) for path in tmp_path.iterdir()] == [folder.name]
    assert names(tmp_path) == []
    with holder(tmp_path):
        assert len(names(tmp_path)) == 1
    assert names(tmp_path) == []


def test_what_a_killed_process_leaves_goes_and_what_the_living_have_stays(tmp_path: Path) -> None:
    with holder(tmp_path) as living:
        (alive,) = names(tmp_path)
        with holder(tmp_path) as killed:
            killed.kill()
        assert len(names(tmp_path)) == 2
        (tmp_path / "other-1").mkdir()
        with PassingFolder("some-", tmp_path) as mine:
            assert {tmp_path / name for name in names(tmp_path)} == {
                *(tmp_path / alive, tmp_path / "other-1", tmp_path / mine.name)
            }
        assert (tmp_path / alive / "rows").read_text() == "spilt"
        assert living.poll() is None


def test_what_is_no_folder_of_ours_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (tmp_path / "some-link").symlink_to(elsewhere)
    (tmp_path / "some-file").touch()
    remove_abandoned("some-", tmp_path)
    assert names(tmp_path) == ["elsewhere", "some-file", "some-link"]
    assert (elsewhere / "kept").exists()
