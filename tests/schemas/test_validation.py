"""The compiled schemas say what the oracle says, and an Agent is held to the same rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemas.definitions import SCHEMAS, reference
from schemas.errors import InvalidStatement, InvalidValue, Problem
from schemas.explanation import explain
from schemas.validation import compiled, validate_agent, validate_statement
from schemas.versions import Version
from tests.schemas import oracle
from tests.schemas.samples import (
    ACCOUNT,
    AGENT,
    FULL,
    HASH,
    IDENTIFIERS,
    MBOX,
    MISSING,
    MOODLE,
    OF_VERSION_1,
    OF_VERSION_2,
    OPENID,
    TEAM,
    Json,
    changed,
)
from tests.schemas.strategies import VALUES

COMPILED = {version: compiled("statement", version) for version in Version}
SAMPLES = [*OF_VERSION_1, OF_VERSION_2]
# fmt: off
FITTING: list[Any] = [
    *(MISSING, True, False, None, {}, [], "", 0, 1, 0.5, -1.5, "fr", "a" * 40, "a" * 64, "a/b"),
    *("Agent", "Group", "Activity", "SubStatement", "StatementRef", "choice", "matching"),
    *("http://a", "http://a\n", "mailto:a@b", "1.0.0", "2.0.0", "PT1S", "PT1S\n"),
    *("2026-01-31T12:00:00Z", "2026-01-31 12:00:00z", "2026-01-31T12:00:00"),
    *(AGENT, TEAM, *IDENTIFIERS),
]
# fmt: on


def paths(value: Any, before: str = "") -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return what stands in a JSON value, by its path, where a dotted path can name it."""
    found = {}
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        if not {".", "/"} & set(str(step)):
            found[f"{before}{step}"] = child
            if isinstance(child, dict | list):
                found |= paths(child, f"{before}{step}.")
    return found


def _by_name() -> dict[str, list[Any]]:
    """Return all that stands under each name in the samples."""
    values: dict[str, list[Any]] = {}
    for sample in SAMPLES:
        for path, value in paths(sample).items():
            values.setdefault(path.rpartition(".")[2], []).append(value)
    return values


VALUES_BY_NAME = _by_name()
NAMES = [name for name in VALUES_BY_NAME if not name.isdigit()]


@st.composite
def mutants(draw: st.DrawFn) -> Json:
    """A sample with some changes: another value of that name, an odd value, one member more."""
    mutant: Json = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 4))):
        way, dot, name = draw(st.sampled_from([*paths(mutant)])).rpartition(".")
        if draw(st.integers(0, 3)) == 0:
            name = draw(st.sampled_from(NAMES))
        fitting = st.sampled_from(VALUES_BY_NAME.get(name, FITTING))
        value = draw(fitting | fitting | fitting | st.sampled_from(FITTING) | VALUES)
        try:
            mutant = changed(mutant, way + dot + name, value)
        except (IndexError, KeyError, TypeError, ValueError):
            continue  # a name within a list, or nothing there to take away
    return mutant


def problems_of(statement: object, version: Version) -> list[Problem]:
    return explain(COMPILED[version], reference("statement", version), statement)


@settings(max_examples=400)
@given(mutants(), st.sampled_from(Version))
def test_compiled_schema_agrees_with_the_oracle_on_mutants(mutant: Json, version: Version) -> None:
    valid = oracle.accepts(mutant, version)
    assert COMPILED[version].is_valid(mutant) == valid
    assert bool(problems_of(mutant, version)) == (not valid)


@settings(max_examples=200)
@given(VALUES, st.sampled_from(Version))
def test_any_json_value_gets_an_answer(value: Any, version: Version) -> None:  # noqa: ANN401
    with pytest.raises(InvalidStatement):
        validate_statement(value, version)
    with pytest.raises(InvalidValue):
        validate_agent(value, version)


@settings(max_examples=200)
@given(mutants())
def test_what_1_0_3_takes_2_0_0_takes_too_but_for_its_timestamps(mutant: Json) -> None:
    if COMPILED[Version.V1].is_valid(mutant):
        problems = problems_of(mutant, Version.V2)
        assert all(one.path.endswith(("timestamp", "stored")) for one in problems)


@pytest.mark.parametrize("agent", [AGENT, TEAM, *IDENTIFIERS, {"objectType": "Group", **MBOX}])
def test_agents_and_groups_are_accepted(agent: Json) -> None:
    for version in Version:
        validate_agent(agent, version)
        assert compiled("agent", version).is_valid(agent)


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize(
    ("agent", "requirement"),
    [
        ({}, "XAPI-00034"),
        (MBOX | HASH, "XAPI-00034"),
        ({"objectType": "agent", **MBOX}, "XAPI-00032"),
        ({"mbox": "a@example.com"}, "XAPI-00038"),
        ({"openid": "x"}, "XAPI-00040"),
        ({"account": {"name": "x"}}, "XAPI-00042"),
        ({"objectType": "Group"}, "XAPI-00035"),
        ({"objectType": "Group", **OPENID, **ACCOUNT}, "XAPI-00037"),
        ({**MBOX, "x": 1}, "XAPI-00010"),
    ],
)
def test_faulty_agent_is_refused_by_requirement(
    agent: Json, requirement: str, version: Version
) -> None:
    with pytest.raises(InvalidValue) as caught:
        validate_agent(agent, version)
    assert requirement in {problem.requirement for problem in caught.value.problems}


@pytest.mark.parametrize("uri", SCHEMAS)
def test_schema_file_is_valid_json_schema(uri: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[uri])
    assert SCHEMAS[uri]["$id"] == uri


def test_what_can_be_refused_has_words_for_it() -> None:
    for schema in _subschemas(SCHEMAS):
        if "required" in schema and {"properties", "additionalProperties"} & schema.keys():
            assert "title" in schema or schema["required"] in (["objectType"], ["account"])
        if schema.get("additionalProperties") is False:
            assert "title" in schema
        if "not" in schema or "pattern" in schema or "minItems" in schema:
            assert "description" in schema


def test_every_explanation_names_a_place_a_rule_and_a_requirement() -> None:
    for path in paths(FULL):
        for value in (None, 7, "\u0000", [], {}, MISSING, {"x": 1}):
            for problem in problems_of(changed(FULL, path, value), Version.V1):
                assert problem.path.startswith("$")
                assert problem.requirement.startswith(("XAPI-", "Data "))
                assert len(problem.rule) < 400


def test_text_of_a_fault_says_what_would_be_right() -> None:
    faulty = changed(MOODLE, "result.duration", "1 hour")
    with pytest.raises(InvalidStatement) as caught:
        validate_statement(faulty, Version.V2)
    assert str(caught.value) == (
        '$.result.duration: "1 hour" is not an ISO 8601 duration, such as PT1H30M or P4W; '
        "only its last number may have decimals (XAPI-00077)"
    )


def _subschemas(node: object) -> list[Json]:
    children: list[Any] = []
    if isinstance(node, dict):
        children = list(node.values())
    elif isinstance(node, list):
        children = node
    here = [node] if isinstance(node, dict) else []
    return here + [found for child in children for found in _subschemas(child)]
