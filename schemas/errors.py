"""What can be wrong with what a client sent.

SchemaError
├── InvalidJson        the text is not JSON, or not JSON that can be kept without loss
├── InvalidStatement   the JSON is not an xAPI Statement, Agent or batch of Statements
└── InvalidValue       a single value (parameter, header) has the wrong form

Every one of them carries the facts as `Problem`s: where, which rule, and the
requirement of the specification behind it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Final, Self

# What was sent is quoted, but a megabyte of it would not make the sentence clearer.
_QUOTE_LIMIT_CHARACTERS: Final = 80


def quoted(value: object) -> str:
    """Return a JSON value as text for a sentence, cut where it gets long."""
    text = ""
    for part in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        text += part
        if len(text) > _QUOTE_LIMIT_CHARACTERS:
            return text[:_QUOTE_LIMIT_CHARACTERS] + "…"
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule.

    `path` is a JSON path (`$.actor.mbox`), `rule` a sentence that says what is
    wrong and what is allowed, `requirement` the id of the requirement
    (`XAPI-00038`) or the section of the specification (`Data 2.4.2`).
    """

    path: str
    rule: str
    requirement: str

    def __str__(self) -> str:
        return f"{self.path}: {self.rule} ({self.requirement})"

    def within(self, place: str) -> Problem:
        """Return this problem with `place` (such as `$[3]` or `agent`) for its `$`."""
        return replace(self, path=place + self.path.removeprefix("$"))


class SchemaError(Exception):
    """Root: what a client sent breaks a rule. Never raised for a bug of ours."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = list(problems)

    def __str__(self) -> str:
        return "; ".join(map(str, self.problems))

    def within(self, place: str) -> Self:
        """Return this error for a value that stands at `place` in something bigger."""
        return type(self)(*(problem.within(place) for problem in self.problems))


class InvalidJson(SchemaError):
    """The text is not JSON, or not JSON that can be kept without loss."""


class InvalidStatement(SchemaError):
    """The JSON is not what xAPI calls a Statement, an Agent or a batch of Statements."""


class InvalidValue(SchemaError):
    """A single value, such as a parameter or a header, has the wrong form."""
