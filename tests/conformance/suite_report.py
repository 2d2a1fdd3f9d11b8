"""What a run of the ADL conformance suite found: its log file, read and told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Failure:
    """A test or a hook that failed: its titles from the top, and what it said."""

    titles: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        indented = (f"{'  ' * depth}{title}" for depth, title in enumerate(self.titles))
        return "\n".join([*indented, f"{'  ' * len(self.titles)}=> {self.message.strip()}"])


@dataclass(frozen=True)
class Report:
    """The outcome of one version's run; `expected` is the number of tests that should run."""

    version: str
    expected: int
    passed: int
    failed: int
    failures: tuple[Failure, ...]

    @property
    def is_complete(self) -> bool:
        """Whether at least as many tests ran as the suite has: a failed hook skips its tests."""
        return self.passed + self.failed >= self.expected

    @property
    def is_conformant(self) -> bool:
        """Whether every expected test ran and nothing failed."""
        return self.is_complete and not self.failed and not self.failures

    def __str__(self) -> str:
        head = f"xAPI {self.version}: {self.passed} passed, {self.failed} failed"
        missing = self.expected - self.passed - self.failed
        tail = f", {missing} of {self.expected} did not run" if missing > 0 else ""
        return "\n".join([head + tail, *map(str, self.failures)])


def read_report(log: Mapping[str, Any], expected: int) -> Report:
    """Read the log of `bin/console_runner.js` (decoded JSON).

    The log is a tree of `{title, status, error, tests}` under `log`, with the counts under
    `summary`. A suite rolls up the status of its tests; only what failed itself has an `error`.
    """
    summary = log["summary"]
    return Report(
        version=str(summary["version"]),
        expected=expected,
        passed=summary["passed"] or 0,
        failed=summary["failed"] or 0,
        failures=tuple(find_failures(log.get("log") or {})),
    )


def find_failures(node: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[Failure]:
    """Walk the tree of suites and tests; yield each that failed itself."""
    titles = (*above, node["title"]) if node.get("title") else above
    if node.get("error"):
        yield Failure(titles, node["error"])
    for child in node.get("tests", ()):
        yield from find_failures(child, titles)
