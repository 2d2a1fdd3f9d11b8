"""How far a long command has come, on a terminal; elsewhere nothing is shown."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from typing import TextIO

SHOWN_EVERY_SECONDS = 0.2


class ProgressLine:
    """One line of standard error that is written over and over, and gone at the end.

    Args:
        total: what `done` will be at the end; None or 0 if nobody knows.
        what: counted things, in the plural.
        stream: where to; only a terminal gets anything.

    """

    def __init__(
        self, total: int | None, what: str = "statements", stream: TextIO | None = None
    ) -> None:
        self._total = total
        self._what = what
        self._stream = sys.stderr if stream is None else stream
        self._shows = self._stream.isatty()
        self._began = time.monotonic()
        self._next = self._began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shows:
            self._write("")

    def show(self, done: int, count: int) -> None:
        """`done` of the total, and how many things that was."""
        if self._shows and (now := time.monotonic()) >= self._next:
            self._next = now + SHOWN_EVERY_SECONDS
            self._write(self._line(done, count, max(now - self._began, SHOWN_EVERY_SECONDS)))

    def _line(self, done: int, count: int, seconds: float) -> str:
        line = f"{count:,} {self._what}, {count / seconds:,.0f}/s"
        if not self._total or not done:
            return line
        left = seconds * max(self._total - done, 0) / done
        return f"{_bar(done / self._total)} {line}, {_duration(left)} left"

    def _write(self, line: str) -> None:
        click.echo(f"\r\x1b[K{line}", file=self._stream, nl=False)


def _bar(share: float, width: int = 24) -> str:
    filled = min(round(share * width), width)
    return f"[{'#' * filled}{'-' * (width - filled)}] {min(share, 1):4.0%}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
