"""The lock file of a SQLite store serves several purposes, and none of them disturbs another."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from typing_extensions import override

from statements.file_lock import FileLock

if TYPE_CHECKING:
    from pathlib import Path


class Overtaken(FileLock):
    """A lock of which another thread gets hold while the file is opened for the first time."""

    def __init__(self, path: Path, holder: ExitStack) -> None:
        super().__init__(path)
        self._holder = holder
        self._is_overtaken = False

    @override
    def _open(self) -> int:
        if not self._is_overtaken:
            self._is_overtaken = True
            self._holder.enter_context(self.exclusive())
        return super()._open()


def test_who_begins_to_work_alone_does_not_keep_an_appender_from_letting_go(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lrs.sqlite3-lock"
    with ExitStack() as holder, Overtaken(path, holder).alone(b"work") as alone:
        assert alone
    with FileLock(path).exclusive(at_once=True):
        pass
