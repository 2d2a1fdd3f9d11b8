"""Files and standard input as sources of statements, packed or not."""

from __future__ import annotations

import gzip
import re
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, NamedTuple

from lrs.failures import Failure
from lrs.importing.splitting import CHUNK_BYTES, SplitError, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lrs.importing.splitting import Readable

GZIP_MAGIC = b"\x1f\x8b"


class SourceError(Failure):
    """The source cannot be read to its end; what was read before has been taken in."""


class Candidate(NamedTuple):
    """What should be a statement, as a source has it."""

    number: int  # in the source, from 1
    line: int | None  # where it begins, from 1, if the source is a text
    text: bytes
    attachment: Callable[[str], bytes | None]  # content by SHA-2 as it is declared, if it came


@dataclass
class Source:
    """A stream of statements and how much of it has been read.

    Args:
        stream: of bytes as they lie on disk, packed or not.
        size_bytes: of all of it, if known.
        attachments: folder whose files are named by the SHA-2 of their content, or None.

    """

    stream: IO[bytes]
    size_bytes: int | None
    attachments: Path | None
    read_bytes: int = 0

    def read(self, size: int, /) -> bytes:
        """Read on, counting."""
        data = self.stream.read(size)
        self.read_bytes += len(data)
        return data

    @property
    def share(self) -> float | None:
        """How much of it has been read, if its size is known."""
        return self.read_bytes / self.size_bytes if self.size_bytes else None

    def candidates(self, limit_bytes: int) -> Iterator[Candidate]:
        """Yield the candidates in order.

        Raises:
            SourceError: the rest cannot be read.

        """
        try:
            elements = split(_unpacked(self), limit_bytes)
            for number, (line, text) in enumerate(elements, 1):
                yield Candidate(number, line, text, self._attachment)
        except SplitError as error:
            raise SourceError(str(error)) from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SourceError(f"the gzip data are damaged: {error}") from None

    def _attachment(self, sha2: str) -> bytes | None:
        """Content of an attachment; only the hash's digits get into the file's name."""
        if self.attachments is None or not re.fullmatch("[0-9a-f]+", sha2):
            return None
        file = self.attachments / sha2
        return file.read_bytes() if file.is_file() else None


@contextmanager
def opened(file: Path, attachments: Path | None) -> Iterator[Source]:
    """A file as a source.

    Raises:
        OSError: it cannot be opened.

    """
    with file.open("rb") as stream:
        size_bytes = file.stat().st_size if file.is_file() else None
        yield Source(stream, size_bytes, attachments)


def _unpacked(source: Source) -> Readable:
    """The stream, unpacked if its first bytes say that it is packed."""
    stream = _Rejoined(source)
    return _Unpacked(stream) if stream.head == GZIP_MAGIC else stream


class _Unpacked:
    """The content of a gzip stream, piece by piece: a large read would lose all before damage."""

    def __init__(self, packed: Readable) -> None:
        self._file = gzip.GzipFile(fileobj=packed)  # type: ignore[call-overload]  # it only reads

    def read(self, size: int, /) -> bytes:
        data: bytes = self._file.read1(size)
        return data


class _Rejoined:
    """A stream whose first bytes were looked at; a pipe cannot go back."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.head = source.read(len(GZIP_MAGIC))
        self._ahead = self.head

    def read(self, size: int = CHUNK_BYTES, /) -> bytes:
        ahead, self._ahead = self._ahead, b""
        return ahead + self._source.read(max(size - len(ahead), 0))
