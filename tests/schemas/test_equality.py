"""The same statement, or a conflict (Data 2.3.1)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.equality import equivalent, same_statement
from tests.schemas.samples import (
    ACCOUNT,
    ACTIVITY,
    AGENT,
    ATTACHMENT,
    FULL,
    HASH,
    MBOX,
    MISSING,
    MOODLE,
    OF_VERSION_1,
    OF_VERSION_2,
    OPENID,
    REFERENCE,
    TEAM,
    UUID,
    VIDEO,
    WITH_GROUP,
    WITH_REFERENCE,
    WITH_SUBSTATEMENT,
    Json,
    changed,
)

REVERSED_TEAM = {**TEAM, "member": [*reversed(TEAM["member"])]}
TWO = [{**ACTIVITY, "objectType": "Activity"}, {"id": "https://b"}]

# fmt: off
SAME: list[tuple[Json, str, list[object]]] = [
    (FULL, "id", [MISSING, UUID.upper()]),
    (FULL, "stored", [MISSING, "2020-01-01T00:00:00Z"]),
    (FULL, "authority", [MISSING, TEAM]),
    (FULL, "version", [MISSING, "1.0.0", "2.0.0"]),
    (FULL, "timestamp", [MISSING, "2026-01-31T13:00:00+01:00", "2026-01-31 12:00:00z"]),
    (FULL, "timestamp", ["20260131T120000Z", "2026-01-31T12:00:00.0009Z", "2026-01-31T12:00:00"]),
    (FULL, "verb.display", [MISSING, {}, {"de": "x"}]),
    (FULL, "object.definition", [MISSING, {}]),
    (FULL, "object.objectType", [MISSING]),
    (FULL, "actor.objectType", [MISSING]),
    (FULL, "actor.mbox", ["mailto:anna@EXAMPLE.com"]),
    (changed(FULL, "actor", HASH), "actor.mbox_sha1sum", [HASH["mbox_sha1sum"].upper()]),
    (WITH_GROUP, "actor.member", [[*reversed(TEAM["member"])]]),
    (FULL, "context.team", [REVERSED_TEAM]),
    (FULL, "context.registration", [UUID.upper()]),
    (FULL, "context.language", ["FR-fr"]),
    (FULL, "context.contextActivities.other", [[ACTIVITY], {**ACTIVITY, "definition": {}}]),
    (changed(FULL, "context.contextActivities.parent", TWO), "context.contextActivities.parent",
     [[*reversed(TWO)]]),
    (FULL, "context.statement.id", [UUID.upper()]),
    (WITH_REFERENCE, "object.id", [UUID.upper()]),
    (FULL, "attachments.0.sha2", [ATTACHMENT["sha2"].upper()]),
    (FULL, "attachments.0.display", [{"FR": "Attestation", "en": "Certificate"}]),
    (FULL, "result.duration", ["PT1H0M0.10S", "PT1H0M0.109S", "PT1H0M0,1S"]),
    (WITH_SUBSTATEMENT, "object.verb.display", [MISSING]),
    (WITH_SUBSTATEMENT, "object.object.definition", [MISSING]),
    (WITH_SUBSTATEMENT, "object.timestamp", ["2026-01-31T13:00:00+01:00"]),
    (OF_VERSION_2, "context.contextGroups.0.group", [REVERSED_TEAM]),
    (OF_VERSION_2, "context.contextAgents.0.agent.objectType", [MISSING]),
]
DIFFERENT: list[tuple[Json, str, list[object]]] = [
    (FULL, "id", [REFERENCE["id"].replace("1", "2")]),
    (FULL, "timestamp", ["2026-01-31T12:00:00.001Z", "2026-01-31T12:00:00+01:00"]),
    (FULL, "actor", [ACCOUNT, MBOX, TEAM]),
    (FULL, "actor.name", [MISSING, "anna", "Anna "]),
    (FULL, "actor.mbox", ["mailto:Anna@example.com"]),
    (FULL, "verb.id", ["http://adlnet.gov/expapi/verbs/Answered"]),
    (FULL, "object", [{"id": "https://example.com/Question"}, AGENT, REFERENCE]),
    (FULL, "result", [MISSING, {}]),
    (FULL, "result.success", [False, MISSING]),
    (FULL, "result.response", ["A", "", MISSING]),
    (FULL, "result.duration", ["PT1H0M0.11S", "PT1H", "PT3600.1S", MISSING]),
    (FULL, "result.score.raw", [5.000000001, MISSING]),
    (FULL, "result.extensions", [{}, {"https://example.com/extension": {"deep": [{}, None]}}]),
    (FULL, "context.extensions", [{"https://example.com/extension": None}, MISSING]),
    (FULL, "context.contextActivities.other", [[ACTIVITY, ACTIVITY], [], MISSING]),
    (FULL, "context.team.member", [[AGENT], [AGENT, AGENT]]),
    (FULL, "context.platform", ["example"]),
    (FULL, "attachments", [[], [ATTACHMENT, ATTACHMENT], MISSING]),
    (FULL, "attachments.0.length", [28]),
    (FULL, "attachments.0.fileUrl", [MISSING]),
    (WITH_SUBSTATEMENT, "object.timestamp", [MISSING, "2026-01-31T12:00:01Z"]),
    (WITH_SUBSTATEMENT, "object.verb.id", ["https://other"]),
    (OF_VERSION_2, "context.contextAgents", [MISSING, []]),
    (OF_VERSION_2, "context.contextAgents.0.agent", [OPENID]),
    (VIDEO, "context.contextActivities.category", [[{"id": "https://w3id.org/xapi/Video"}]]),
]
# fmt: on


def _cases(table: list[tuple[Json, str, list[object]]]) -> list[object]:
    return [
        pytest.param(statement, changed(statement, path, value), id=f"{path}={value!r:.40}")
        for statement, path, values in table
        for value in values
    ]


def _text(statement: Json) -> bytes:
    return json.dumps(statement).encode()


@pytest.mark.parametrize(("one", "other"), _cases(SAME))
def test_what_the_specification_lets_vary_is_no_difference(one: Json, other: Json) -> None:
    assert same_statement(_text(one), _text(other))
    assert same_statement(_text(other), _text(one))


@pytest.mark.parametrize(("one", "other"), _cases(DIFFERENT))
def test_anything_else_is_a_difference(one: Json, other: Json) -> None:
    assert not same_statement(_text(one), _text(other))
    assert not same_statement(_text(other), _text(one))


SPELLINGS = [
    ["1", "1.0", "1.000", "10e-1", "0.1E1", "0.01e+2"],
    ["0", "-0", "0.0", "0e5", "-0.000"],
    ["100", "1e2", "1E+2"],
    ["0.10000000000000000555", "10000000000000000555e-20"],
    ["0.1000000000000000055"],
    ["0.1"],
    ["12345678901234567890123"],
    ["12345678901234567890124", "1.2345678901234567890124e22"],
    ["1e999999999", "10e999999998"],
    ["1e999999998"],
    ["-1e999999999"],
    ["1e-999999999"],
    ["1e" + "9" * 5000],
    ["1" * 5000],
    ["-1"],
]
NUMBERS = [(text, group) for group, texts in enumerate(SPELLINGS) for text in texts]


def _with_number(text: str) -> bytes:
    statement = changed(MOODLE, "result", {"extensions": {"https://example.com/n": "NUMBER"}})
    return _text(statement).replace(b'"NUMBER"', text.encode())


@given(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
def test_numbers_are_equal_by_value_and_exactly(a: tuple[str, int], b: tuple[str, int]) -> None:
    assert same_statement(_with_number(a[0]), _with_number(b[0])) == (a[1] == b[1])


@pytest.mark.parametrize(
    ("one", "other"), [("1", "true"), ("0", "false"), ("1", '"1"'), ("0", "null")]
)
def test_numbers_are_not_what_looks_like_them(one: str, other: str) -> None:
    assert not same_statement(_with_number(one), _with_number(other))


def test_long_numbers_take_no_long_time() -> None:
    duration = changed(FULL, "result.duration", f"PT{'1' * 200_000}S")
    assert same_statement(_text(duration), _text(duration) + b" ")
    digits = "1" * 200_000
    assert same_statement(_with_number(f"0.{digits}"), _with_number(f"0.{digits}0"))


POOL = [
    _text(changed(statement, path, value))
    for table in (SAME, DIFFERENT)
    for statement, path, values in table
    if statement is FULL and path not in ("id", "timestamp")
    for value in values
]


@settings(max_examples=300)
@given(*[st.sampled_from(POOL)] * 3)
def test_sameness_is_an_equivalence_relation(a: bytes, b: bytes, c: bytes) -> None:
    assert same_statement(a, a)
    assert same_statement(a, b) == same_statement(b, a)
    if same_statement(a, b) and same_statement(b, c):
        assert same_statement(a, c)


@given(st.sampled_from(OF_VERSION_1), st.sampled_from([None, 1]), st.booleans())
def test_spacing_and_order_of_members_do_not_count(
    statement: Json,
    indent: int | None,
    in_order: bool,  # noqa: FBT001
) -> None:
    text = json.dumps(statement, indent=indent, sort_keys=in_order).encode()
    assert same_statement(_text(statement), text)
    assert equivalent(statement, json.loads(text))


def test_what_only_a_double_confuses_is_told_apart_in_text_alone() -> None:
    one, other = _with_number("0.1"), _with_number("0.1000000000000000055")
    assert not same_statement(one, other)
    assert equivalent(json.loads(one), json.loads(other))
