"""Errors carry facts and read well."""

from __future__ import annotations

import pytest

from schemas.errors import (
    InvalidJson,
    InvalidStatement,
    InvalidValue,
    Problem,
    SchemaError,
    quoted,
)

MBOX = Problem("$.actor.mbox", '"x" is not a mailto IRI', "XAPI-00038")
VERB = Problem("$", "a Statement needs verb", "XAPI-00004")


def test_error_is_one_clear_line() -> None:
    assert str(InvalidStatement(MBOX, VERB)) == (
        '$.actor.mbox: "x" is not a mailto IRI (XAPI-00038); $: a Statement needs verb (XAPI-00004)'
    )


@pytest.mark.parametrize("kind", [InvalidJson, InvalidStatement, InvalidValue])
def test_error_moves_into_what_its_value_stands_in(kind: type[SchemaError]) -> None:
    moved = kind(MBOX, VERB).within("$[3]")
    assert type(moved) is kind
    assert [problem.path for problem in moved.problems] == ["$[3].actor.mbox", "$[3]"]
    assert [problem.rule for problem in moved.problems] == [MBOX.rule, VERB.rule]


def test_problem_can_move_to_a_parameter() -> None:
    assert MBOX.within("agent").path == "agent.actor.mbox"


@pytest.mark.parametrize(
    ("value", "text"),
    [("é\n", '"é\\n"'), (None, "null"), (True, "true"), ({"a": [1]}, '{"a": [1]}')],
)
def test_values_are_quoted_as_json(value: object, text: str) -> None:
    assert quoted(value) == text


def test_long_values_are_cut() -> None:
    assert len(quoted("x" * 10_000)) < 100
