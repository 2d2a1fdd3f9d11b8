"""The formats ids and canonical, and Statements of 2.0.0 for a client of 1.0.3."""

from __future__ import annotations

import json

import orjson
import pytest

from schemas.errors import InvalidStatement
from schemas.formatting import to_canonical, to_ids, to_version_1
from schemas.parsing import parse
from schemas.validation import validate_statement
from schemas.versions import Version
from tests.schemas.samples import (
    ACCOUNT,
    ACTIVITY,
    AGENT,
    CHOICE,
    CONTEXT_2,
    FULL,
    MISSING,
    MOODLE,
    OF_VERSION_1,
    OF_VERSION_2,
    REFERENCE,
    TEAM,
    UUID,
    WITH_GROUP,
    WITH_REFERENCE,
    WITH_SUBSTATEMENT,
    Json,
    changed,
)

ANNA = {"objectType": "Agent", "mbox": "mailto:anna@example.com"}
ANONYMOUS = {"objectType": "Group", "member": [ANNA, ACCOUNT]}
ALL = [*OF_VERSION_1, OF_VERSION_2]


def _nothing(_: str) -> None:
    return None


def test_ids_leave_what_identifies() -> None:
    ids = to_ids(FULL)
    assert ids["actor"] == ids["authority"] == ANNA
    assert ids["verb"] == {"id": FULL["verb"]["id"]}
    assert ids["object"] == {"id": FULL["object"]["id"]}
    assert ids["context"]["instructor"] == ACCOUNT
    assert ids["context"]["team"] == ANONYMOUS
    assert ids["context"]["contextActivities"]["other"] == [ACTIVITY]


def test_ids_keep_an_identified_group_without_its_members() -> None:
    group = {"objectType": "Group", "name": "x", **ACCOUNT, "member": [AGENT]}
    assert to_ids({**FULL, "actor": group})["actor"] == {"objectType": "Group", **ACCOUNT}


def test_ids_reach_into_substatements_and_other_objects() -> None:
    inner = to_ids(WITH_SUBSTATEMENT)["object"]
    assert inner["actor"] == ACCOUNT
    assert inner["object"] == {"id": MOODLE["object"]["id"]}
    assert inner["context"]["contextActivities"]["category"] == [{"id": "https://w3id.org/moodle"}]
    assert to_ids(WITH_REFERENCE)["object"] == REFERENCE
    assert to_ids({**FULL, "object": TEAM})["object"] == ANONYMOUS


def test_ids_reach_context_agents_and_groups() -> None:
    context = to_ids(OF_VERSION_2)["context"]
    assert context["contextAgents"][0]["agent"] == ANNA
    assert context["contextGroups"][0]["group"] == ANONYMOUS
    assert context["contextAgents"][0]["relevantTypes"] == ["https://example.com/t"]


@pytest.mark.parametrize("statement", ALL)
def test_formats_are_valid_statements_and_leave_the_rest(statement: Json) -> None:
    before = json.dumps(statement)
    for formatted in (to_ids(statement), to_canonical(statement, _nothing, ["en"])):
        validate_statement(formatted, Version.V2 if statement is OF_VERSION_2 else Version.V1)
        assert formatted.keys() == statement.keys()
        assert formatted.get("result") == statement.get("result")
    assert to_ids(to_ids(statement)) == to_ids(statement)
    assert json.dumps(statement) == before


def test_canonical_leaves_one_language_in_each_map() -> None:
    canonical = to_canonical(FULL, _nothing, ["en"])
    definition = canonical["object"]["definition"]
    assert definition["name"] == {"en": "Question"}
    assert definition["description"] == {"en": "A question"}
    assert definition["choices"] == [{"id": "a", "description": {"fr": "Oui"}}, {"id": "b"}]
    assert canonical["verb"]["display"] == {"fr": "a répondu"}
    assert canonical["attachments"][0]["display"] == {"en": "Certificate"}
    assert canonical["attachments"][0]["description"] == {"fr": "Attestation de réussite"}


def test_canonical_takes_the_known_definition_wherever_the_activity_stands() -> None:
    known = {"name": {"fr": "Le quiz", "en": "The quiz"}, "moreInfo": "https://example.com"}
    definitions = {ACTIVITY["id"]: known}
    expected = {**ACTIVITY, "definition": {**known, "name": {"fr": "Le quiz"}}}
    canonical = to_canonical(FULL, definitions.get, ["fr"])
    assert canonical["context"]["contextActivities"]["parent"] == [expected]
    assert canonical["context"]["contextActivities"]["other"] == [expected]
    assert canonical["object"]["definition"]["interactionType"] == CHOICE["interactionType"]
    inner = to_canonical(WITH_SUBSTATEMENT, definitions.get, ["fr"])["object"]
    assert inner["object"]["definition"] == expected["definition"]
    assert known["name"] == {"fr": "Le quiz", "en": "The quiz"}


def test_canonical_leaves_agents_groups_and_references_as_they_are() -> None:
    canonical = to_canonical(FULL, _nothing, [])
    assert canonical["actor"] == FULL["actor"]
    assert canonical["context"]["team"] == TEAM
    assert to_canonical(WITH_GROUP, _nothing, [])["actor"] == WITH_GROUP["actor"]
    assert to_canonical(WITH_REFERENCE, _nothing, [])["object"] == REFERENCE


def test_statement_of_version_2_becomes_readable_for_version_1() -> None:
    with pytest.raises(InvalidStatement):
        validate_statement(OF_VERSION_2, Version.V1)
    older = parse(to_version_1(orjson.dumps(OF_VERSION_2)))
    validate_statement(older, Version.V1)
    assert older["version"] == "1.0.3"
    assert older["timestamp"] == "2026-01-31T12:00:00.123456789Z"
    assert older["context"] == MOODLE["context"]


def test_substatement_of_version_2_becomes_readable_for_version_1() -> None:
    newer = {**MOODLE["context"], **CONTEXT_2}
    statement = changed(WITH_SUBSTATEMENT, "object.context", newer)
    statement = changed(statement, "object.timestamp", "2026-01-31t12:00:00z")
    older = parse(to_version_1(orjson.dumps(statement)))
    validate_statement(older, Version.V1)
    assert older["object"]["context"] == MOODLE["context"]
    assert older["object"]["timestamp"] == "2026-01-31T12:00:00Z"


@pytest.mark.parametrize("statement", OF_VERSION_1)
def test_statement_of_version_1_keeps_its_text(statement: Json) -> None:
    raw = json.dumps(statement, indent=1, ensure_ascii=False).encode()
    assert to_version_1(raw) == raw


def test_conversion_keeps_every_digit_and_is_done_once() -> None:
    digits = b"[0.10000000000000000001, 1.00, 12345678901234567890123]"
    raw = orjson.dumps(changed(OF_VERSION_2, "result", {"extensions": {"https://n": UUID}}))
    older = to_version_1(raw.replace(b'"%b"' % UUID.encode(), digits))
    assert digits in older
    assert to_version_1(older) == older


def test_version_1_0_and_its_absence_are_kept() -> None:
    for version in ("1.0.0", MISSING):
        statement = changed(OF_VERSION_2, "version", version)
        older = parse(to_version_1(orjson.dumps(statement)))
        assert older.get("version") == statement.get("version")
