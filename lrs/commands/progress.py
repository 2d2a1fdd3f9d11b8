"""How far a long command has come, on a terminal; elsewhere nothing is shown."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from typing import TextIO

SHOWN_EVERY_SECONDS = 0.2
BAR_CHARACTERS = 24


class ProgressLine:
    """One line of standard error that is written over and over, and gone at the end.

    Args:
        stream: where to; only a terminal gets anything.

    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._is_terminal = self._stream.isatty()
        self._what = ""
        self._began = self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, count: int, share: float | None = None, what: str = "statements") -> None:
        """So many things, in the plural, were done, which is this share of all if that is known."""
        if not self._is_terminal or (now := time.monotonic()) < self._next:
            return
        if what != self._what:
            self._what, self._began = what, now
        self._next = now + SHOWN_EVERY_SECONDS
        self._write(_line(count, share, what, max(now - self._began, SHOWN_EVERY_SECONDS)))

    def clear(self) -> None:
        """Make room for other lines."""
        if self._is_terminal:
            self._write("")

    def _write(self, line: str) -> None:
        click.echo(f"\r\x1b[K{line}", file=self._stream, nl=False)


def _line(count: int, share: float | None, what: str, seconds: float) -> str:
    line = f"{count:,} {what}, {count / seconds:,.0f}/s"
    if not share:
        return line
    filled = "#" * round(min(share, 1) * BAR_CHARACTERS)
    left = _duration(seconds * (1 - min(share, 1)) / share)
    return f"[{filled:-<{BAR_CHARACTERS}}] {min(share, 1):4.0%} {line}, {left} left"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
