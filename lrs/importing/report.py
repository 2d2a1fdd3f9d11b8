"""What became of an import: counts, and each refusal with its reasons."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from schemas.errors import Problem

SHOWN_REFUSALS = 5
"""Refusals that the summary quotes; the file has them all."""


class Refusal(NamedTuple):
    """A statement that did not go in."""

    number: int  # in the source, from 1
    line: int | None  # where it begins, from 1, if the source is a text
    statement_id: str | None
    is_conflict: bool  # valid, but another statement has its id
    problems: list[Problem]

    def facts(self) -> dict[str, Any]:
        """A JSON object that says it all."""
        return {
            "number": self.number,
            "line": self.line,
            "id": self.statement_id,
            "kind": "conflict" if self.is_conflict else "refused",
            "problems": [
                {"path": each.path, "rule": each.rule, "requirement": each.requirement}
                for each in self.problems
            ],
        }

    def __str__(self) -> str:
        place = f"statement {self.number}" if self.line is None else f"line {self.line}"
        name = f" ({self.statement_id})" if self.statement_id else ""
        return f"{place}{name}: {'; '.join(map(str, self.problems))}"


@dataclass
class Report:
    """Counts as they grow.

    Args:
        refused_file: gets a JSON line for each refusal, or None.

    """

    refused_file: IO[str] | None = None
    new: int = 0
    known: int = 0
    refused: int = 0
    conflicts: int = 0
    first_refusals: list[Refusal] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def refuse(self, refusal: Refusal) -> None:
        """Count a refusal and write it down."""
        if refusal.is_conflict:
            self.conflicts += 1
        else:
            self.refused += 1
        if len(self.first_refusals) < SHOWN_REFUSALS:
            self.first_refusals.append(refusal)
        if self.refused_file is not None:
            self.refused_file.write(json.dumps(refusal.facts(), ensure_ascii=False) + "\n")

    @property
    def statements(self) -> int:
        """All that were looked at."""
        return self.new + self.known + self.refused + self.conflicts

    @property
    def is_clean(self) -> bool:
        """Whether all are in the store."""
        return not (self.refused or self.conflicts)

    def facts(self) -> dict[str, float]:
        """A JSON object for machines."""
        seconds = time.perf_counter() - self.began
        return {
            "new": self.new,
            "known": self.known,
            "refused": self.refused,
            "conflicts": self.conflicts,
            "seconds": round(seconds, 3),
            "statements_per_second": round(self.statements / seconds),
        }
