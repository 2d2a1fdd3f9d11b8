"""The process of one query: a question comes in, a line about the answer and the answer go out.

    python -m lrs.queries.process

Its standard input stays open as long as somebody waits for the answer. What the query may not use
it can't get: if a limit of DuckDB fails, the kernel's holds, and ends this process and no other.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
from typing_extensions import override

from analytics.errors import LakeError, QueryTooLarge
from analytics.output import FORMATS
from analytics.session import Limits, Session
from analytics.store import open_store
from lrs.queries.question import Head, Question

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

HELD_BYTES: Final = 1_000_000
"""So much of an answer is held back: what goes wrong until then is told with the right status."""
BESIDE_BYTES: Final = 1_500_000_000
"""What the interpreter, Arrow and the rows on their way need beside DuckDB, generously."""
NICENESS: Final = 10
"""Statements come first."""
LONGEST_MESSAGE: Final = 4_000
STOP_SECONDS: Final = 2.0


class Answer(io.RawIOBase):
    """Where a query's answer is written to: a head goes before it, once it is certain enough."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._begun = False

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: ReadableBuffer, /) -> int:
        part = bytes(data)
        if self._begun:
            self._sink.write(part)
        else:
            self._held.append(part)
            self._held_bytes += len(part)
            if self._held_bytes > HELD_BYTES:
                self.begin()
        return len(part)

    def begin(self) -> None:
        """Say that all is well, and let out what was held back."""
        if not self._begun:
            self._begun = True
            self._sink.write(msgspec.json.encode(Head()) + b"\n" + b"".join(self._held))
            self._held.clear()

    def fail(self, error: LakeError) -> None:
        """Say what went wrong, unless the answer has begun: then it ends too early."""
        if not self._begun:
            head = Head(type(error).__name__, str(error)[:LONGEST_MESSAGE])
            self._sink.write(msgspec.json.encode(head) + b"\n")


def answer(question: Question, sink: BinaryIO, wait_until_gone: BinaryIO) -> bool:
    """Write the answer; whether it is whole."""
    to_client = Answer(sink)
    limits = Limits(
        memory_bytes=question.memory_bytes,
        disk_bytes=question.disk_bytes,
        threads=question.threads,
        seconds=question.seconds,
        rows=question.rows,
    )
    try:
        with Session(open_store(question.place), limits) as session:
            _cancel_without_reader(session, wait_until_gone)
            with session.query(question.sql) as result:
                FORMATS[question.format](result, to_client)  # type: ignore[arg-type]  # it only writes
        to_client.begin()
    except LakeError as error:
        to_client.fail(error)
        return False
    except MemoryError:
        to_client.fail(QueryTooLarge("the query needs more memory than it may have"))
        return False
    return True


def main() -> None:
    """Answer the question on standard input."""
    question = msgspec.json.decode(sys.stdin.buffer.readline(), type=Question)
    confine(question)
    try:
        is_whole = answer(question, sys.stdout.buffer, sys.stdin.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        is_whole = False
    # Threads of Arrow's and DuckDB's, and the one that waits for the reader, would be waited for.
    os._exit(0 if is_whole else 1)


def confine(question: Question) -> None:
    """Give up what a query has no need of."""
    os.nice(NICENESS)
    with suppress(OSError):  # no Linux, or no /proc
        # Where memory runs out, this process is the one to go.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    _limit(resource.RLIMIT_DATA, question.memory_bytes + BESIDE_BYTES)
    _limit(resource.RLIMIT_CPU, int(question.seconds * (question.threads + 1)) + 10)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, value))


def _cancel_without_reader(session: Session, wait_until_gone: BinaryIO) -> None:
    """Cancel when nobody waits for the answer any more; what was spilled to disk goes, too."""

    def wait() -> None:
        wait_until_gone.read()
        session.cancel()
        threading.Event().wait(STOP_SECONDS)
        session.drop_spill()  # it had not begun to run when it was cancelled, or does not listen
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
