"""Where the lake lies: a folder, or a bucket of an object store that speaks S3.

Paths are relative, with slashes. What a method promises it promises after a crash as well.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
from pyarrow import fs
from typing_extensions import override

from analytics.errors import LakeError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Found(NamedTuple):
    """A file of the lake."""

    path: str
    size_bytes: int
    changed: float  # seconds since 1970; in a folder also when a name was given or taken


class Store(ABC):
    """Files of the lake."""

    filesystem: Any
    """As pyarrow takes it, to read with."""

    is_local: bool
    """A path leads to a file that DuckDB can open by itself."""

    def __init__(self, filesystem: Any, root: str) -> None:  # noqa: ANN401  # pyarrow has no types
        self.filesystem = filesystem
        self.root = root.rstrip("/")

    def whole_path(self, path: str) -> str:
        """The path as `filesystem` takes it."""
        return f"{self.root}/{path}"

    def read(self, path: str) -> bytes | None:
        """Content of a file; None if there is none."""
        try:
            with self.filesystem.open_input_file(self.whole_path(path)) as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            return None

    def list(self, folder: str) -> list[Found]:
        """The files in a folder and below it, in order of their paths."""
        selector = fs.FileSelector(self.whole_path(folder), allow_not_found=True, recursive=True)
        found = [
            Found(each.path.removeprefix(self.root + "/"), each.size, each.mtime_ns / 1e9)
            for each in self.filesystem.get_file_info(selector)
            if each.type == fs.FileType.File
        ]
        return sorted(found)

    def delete(self, path: str) -> None:
        """Remove a file, if it is there."""
        try:
            self.filesystem.delete_file(self.whole_path(path))
        except FileNotFoundError:
            return

    @abstractmethod
    def create(self, path: str) -> Any:  # noqa: ANN401  # a context with a file of pyarrow's
        """A new file to write, for the length of a `with`; it lasts once that has ended."""

    @abstractmethod
    def replace(self, path: str, content: bytes) -> None:
        """Write a file in place of what was there, all at once."""

    @abstractmethod
    def place(self, staged: str, path: str) -> None:
        """Have a staged file be found at its path. It may have been done."""

    @abstractmethod
    def withdraw(self, path: str, to: str) -> None:
        """Have a file not be found at its path any more; where it is kept is for `place` to say."""


class Folder(Store):
    """A folder of this machine."""

    is_local = True

    def __init__(self, root: Path) -> None:
        super().__init__(fs.LocalFileSystem(), str(root.absolute()))

    @override
    @contextmanager
    def create(self, path: str) -> Iterator[Any]:
        file = self._file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(file), "wb") as sink:
            yield sink
        _flush(file)

    @override
    def replace(self, path: str, content: bytes) -> None:
        file = self._file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(file.name + ".new")
        new.write_bytes(content)
        _flush(new)
        new.replace(file)
        _flush(file.parent)

    @override
    def list(self, folder: str) -> list[Found]:
        # The change of an inode tells when a segment lost its place; its content never changes.
        return [
            each._replace(changed=self._file(each.path).stat().st_ctime)
            for each in super().list(folder)
        ]

    @override
    def place(self, staged: str, path: str) -> None:
        # A second name: whoever has read the manifest goes on reading by the first one.
        file, target = self._file(staged), self._file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            target.hardlink_to(file)
        _flush(target.parent)
        _flush(target.parent.parent)

    @override
    def withdraw(self, path: str, to: str) -> None:
        self.delete(path)
        _flush(self._file(path).parent)

    def _file(self, path: str) -> Path:
        return Path(self.whole_path(path))


class Bucket(Store):
    """A bucket, or what lies below a prefix in it. A file is there whole or not at all."""

    is_local = False

    @override
    @contextmanager
    def create(self, path: str) -> Iterator[Any]:
        with self.filesystem.open_output_stream(self.whole_path(path)) as sink:
            yield sink

    @override
    def replace(self, path: str, content: bytes) -> None:
        with self.create(path) as sink:
            sink.write(content)

    @override
    def place(self, staged: str, path: str) -> None:
        self._move(staged, path)

    @override
    def withdraw(self, path: str, to: str) -> None:
        self._move(path, to)

    def _move(self, path: str, to: str) -> None:
        whole, target = self.whole_path(path), self.whole_path(to)
        try:
            self.filesystem.copy_file(whole, target)
        except OSError:
            if self.filesystem.get_file_info(whole).type != fs.FileType.NotFound:
                raise
            if self.filesystem.get_file_info(target).type == fs.FileType.NotFound:
                raise
        self.delete(path)


def open_store(place: str) -> Store:
    """The store at a path, or at `s3://bucket/prefix?region=...&endpoint_override=...`.

    Keys come from where the AWS clients look for them: their environment variables, their files,
    the machine's role.

    Raises:
        LakeError: the address is not understood.

    """
    if "://" not in place:
        return Folder(Path(place))
    if not place.startswith("s3://"):
        raise LakeError(
            f"a lake is a folder or starts with s3://, not {place.partition('://')[0]}://"
        )
    try:
        return Bucket(*fs.FileSystem.from_uri(place))
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).replace(place, "it")  # it may hold keys
        raise LakeError(f"the address of the lake can't be used: {reason}") from None


def _flush(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
