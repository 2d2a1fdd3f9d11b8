"""The loop of `lrs analytics shell`."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import click

from analytics.errors import LakeError
from analytics.output import write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from analytics.result import Result
    from analytics.session import Session

R = TypeVar("R")

PROMPT = "lrs> "
CONTINUED = "...> "


def run_shell(session: Session) -> None:
    """Answer the queries of standard input; what is wrong with one is told."""
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        _edit_lines()
        click.echo(f"views: {', '.join(session.views)}", err=True)
    for query in _queries(_lines(is_terminal=is_terminal)):
        try:
            session.refresh()
            answer(session, query, write_table, sys.stdout.buffer)
        except LakeError as error:
            click.echo(f"lrs: {error}", err=True)
        sys.stdout.flush()


def answer(
    session: Session, query: str, write: Callable[[Result, BinaryIO], None], sink: BinaryIO
) -> None:
    """Write what a query answers; Control-C cancels it, and QueryStopped is raised."""

    def work() -> None:
        with session.query(query) as result:
            write(result, sink)

    interruptible(session, work)


def interruptible(session: Session, work: Callable[[], R]) -> R:
    """Do what asks a session; Control-C cancels its queries, and QueryStopped is raised.

    DuckDB works in another thread: while this one is in its code, no signal would be seen.
    """
    with ThreadPoolExecutor(1) as thread:
        work_done = thread.submit(work)
        while True:
            try:
                return work_done.result()
            except KeyboardInterrupt:
                session.cancel()


def _edit_lines() -> None:
    """Have arrows and a history, where Python was built with them."""
    try:
        import readline  # noqa: F401, PLC0415  # its import is its effect
    except ImportError:
        return


def _lines(*, is_terminal: bool) -> Iterator[tuple[str, bool]]:
    """Lines of the input, and whether each begins a query over: after Control-C at the prompt."""
    prompt = PROMPT
    while True:
        try:
            line = input(prompt if is_terminal else "")
        except EOFError:
            return
        except KeyboardInterrupt:
            click.echo(err=True)
            prompt = PROMPT
            yield "", True
            continue
        prompt = PROMPT if line.rstrip().endswith(";") else CONTINUED
        yield line, False


def _queries(lines: Iterator[tuple[str, bool]]) -> Iterator[str]:
    """Queries: each ends with a semicolon at the end of a line, or with the input."""
    query = ""
    for line, begins_over in lines:
        query = "" if begins_over else f"{query}\n{line}".strip()
        if query.endswith(";"):
            yield query
            query = ""
    if query:
        yield query
