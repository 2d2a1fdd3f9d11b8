"""The line that shows on a terminal how far a command has come."""

from __future__ import annotations

import io

from lrs.commands.progress import ProgressLine


class Terminal(io.StringIO):
    """A terminal that keeps what it was shown."""

    def isatty(self) -> bool:
        """Be a terminal."""
        return True


def test_a_terminal_is_shown_count_rate_and_share_and_left_clean() -> None:
    terminal = Terminal()
    with ProgressLine(terminal) as line:
        line.show(1200, 0.5)
    shown = terminal.getvalue()
    assert "\r\x1b[K[############------------]  50% 1,200 statements, 6,000/s, 0:00 left" in shown
    assert shown.endswith("\r\x1b[K")


def test_a_whole_that_nobody_knows_has_no_bar() -> None:
    terminal = Terminal()
    with ProgressLine(terminal) as line:
        line.show(10, what="rows of the index")
    assert "\x1b[K10 rows of the index, 50/s\r" in terminal.getvalue()


def test_it_is_not_written_more_often_than_somebody_reads() -> None:
    terminal = Terminal()
    with ProgressLine(terminal) as line:
        for count in range(10_000):
            line.show(count)
    assert terminal.getvalue().count("\r") < 10


def test_what_is_no_terminal_gets_nothing() -> None:
    file = io.StringIO()
    with ProgressLine(file) as line:
        line.show(1)
        line.clear()
    assert file.getvalue() == ""
