"""What a Statement may be, and what only one of the two versions lets it be."""

from __future__ import annotations

import pytest

from schemas.errors import InvalidStatement
from schemas.validation import validate_statement
from schemas.versions import Version
from tests.schemas.samples import (
    ACCOUNT,
    ACTIVITY,
    AGENT,
    ATTACHMENT,
    CONTEXT_2,
    FULL,
    HASH,
    IDENTIFIERS,
    MBOX,
    MISSING,
    MOODLE,
    OF_VERSION_1,
    OF_VERSION_2,
    REFERENCE,
    TEAM,
    UUID,
    VOIDED,
    WITH_REFERENCE,
    WITH_SUBSTATEMENT,
    Json,
    changed,
)

GROUP = {"objectType": "Group"}
WITHOUT_CONTEXT = changed(FULL, "context", MISSING)
LONG_IRI = "https://example.com/" + "x" * 8192

IN_BOTH, ONLY_IN_1, ONLY_IN_2 = {*Version}, {Version.V1}, {Version.V2}

# fmt: off
VARIANTS: list[tuple[Json, str, list[object]]] = [
    (FULL, "id", [MISSING, UUID.upper(), "00000000-0000-0000-0000-000000000000"]),
    (FULL, "actor", [*IDENTIFIERS, *(GROUP | one for one in IDENTIFIERS), TEAM]),
    (FULL, "actor", [GROUP | MBOX | {"member": []}, GROUP | {"member": [HASH]}]),
    (FULL, "actor.mbox", ["mailto:a+b@example.com", "mailto:é@bücher.example", "mailto:a@local"]),
    (FULL, "actor.name", [MISSING, "", "\u0000", "😀 e\u0301"]),
    (FULL, "context.instructor", [TEAM, MISSING]),
    (FULL, "context.instructor.account.name", ["", "a|b", "😀"]),
    (FULL, "verb.id", ["http://example.com/فعل/خواندن", "tag:x", "urn:isbn:1", LONG_IRI]),
    (FULL, "verb.display", [MISSING, {}, {"und": ""}, {"zh-Hant-TW": "x"}, {"x-tlh": "x"}]),
    (FULL, "object", [ACTIVITY, {**ACTIVITY, "definition": {}}]),
    (WITHOUT_CONTEXT, "object", [AGENT, TEAM, GROUP | MBOX, REFERENCE]),
    (MOODLE, "object.definition", [{"interactionType": "other", "correctResponsesPattern": []}]),
    (FULL, "object.definition.correctResponsesPattern", [MISSING, [], ["{case_matters=false}x"]]),
    (FULL, "object.definition.choices", [MISSING, [], [{"id": ""}], [{"id": "a"}, {"id": "A"}]]),
    (FULL, "result", [MISSING, {}, {"score": {}}, {"extensions": {}}]),
    (FULL, "result.score", [{"raw": 5}, {"min": 0}, {"max": 1e300}, {"raw": 0, "min": 0}]),
    (FULL, "result.score.scaled", [1, -1, 1.0, 0, 0.6767676]),
    (FULL, "result.duration", ["P4W", "P3Y", "P1.5D", "PT0S", "PT16559.14S", "PT1,5S", "P1YT1S"]),
    (FULL, "result.duration", ["P1DT12H36M0.12567S", "P3Y1M29DT4H35M59.14S"]),
    (FULL, "result.extensions", [{"tag:x": {"": [[None]]}}, {"https://x": "\u0000"}]),
    (FULL, "context", [{}, {"contextActivities": {}}, {"contextActivities": {"parent": []}}]),
    (FULL, "context.language", ["tlh", "sr-Latn-RS", "es-419", "en-GB-oed", "de-1996", "i-lux"]),
    (FULL, "authority", [MISSING, TEAM, TEAM | {"name": "x", "member": [MBOX, ACCOUNT]}]),
    (FULL, "version", [MISSING, "1.0", "1.0.0", "1.0.3", "1.0.9", "1.0.10", "1.0.0beta1"]),
    (FULL, "attachments", [MISSING, [], [ATTACHMENT, ATTACHMENT]]),
    (FULL, "attachments.0.sha2", ["A" * 64, "a" * 56, "a" * 96, "a" * 128]),
    (FULL, "attachments.0.fileUrl", [MISSING]),
    (FULL, "attachments.0.description", [MISSING, {}]),
    (FULL, "attachments.0.length", [0, 2**53]),
    (FULL, "timestamp", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2016-12-31T23:59:60Z"]),
    (FULL, "timestamp", [MISSING, "2026-01-31T12:00:00.12345678901234567890+05:30"]),
    (WITH_REFERENCE, "verb.id", [VOIDED]),
]
# fmt: on


@pytest.mark.parametrize("statement", OF_VERSION_1)
def test_samples_are_valid_in_both_versions(statement: Json) -> None:
    assert _accepting(statement) == IN_BOTH


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(changed(statement, path, value), id=f"{path}={value!r:.40}")
        for statement, path, values in VARIANTS
        for value in values
    ],
)
def test_what_the_specification_allows_is_accepted(statement: Json) -> None:
    assert _accepting(statement) == IN_BOTH


@pytest.mark.parametrize(
    ("statement", "path", "value", "versions"),
    [
        (FULL, "version", "2.0", ONLY_IN_2),
        (FULL, "version", "2.0.0", ONLY_IN_2),
        (FULL, "version", "2.0.17", ONLY_IN_2),
        (FULL, "version", "1.0.3", IN_BOTH),
        (FULL, "timestamp", "2026-01-31T12:00:00", ONLY_IN_1),
        (FULL, "timestamp", "2026-01-31T12:00Z", ONLY_IN_1),
        (FULL, "timestamp", "2026-01-31T12:00:00,5Z", ONLY_IN_1),
        (FULL, "timestamp", "2026-01-31T12:00:00+01", ONLY_IN_1),
        (FULL, "timestamp", "20260131T120000Z", ONLY_IN_1),
        (FULL, "timestamp", "20260131T1200+0100", ONLY_IN_1),
        (FULL, "timestamp", "2026-01-31 12:00:00Z", ONLY_IN_2),
        (FULL, "timestamp", "2026-01-31t12:00:00z", ONLY_IN_2),
        (FULL, "timestamp", "2026-01-31T12:00:00.123+05:30", IN_BOTH),
        (FULL, "stored", "2026-01-31 12:00:00Z", ONLY_IN_2),
        (WITH_SUBSTATEMENT, "object.timestamp", "2026-01-31 12:00:00Z", ONLY_IN_2),
        (WITH_SUBSTATEMENT, "object.timestamp", "20260131T120000Z", ONLY_IN_1),
        (FULL, "context.contextAgents", [], ONLY_IN_2),
        (FULL, "context.contextGroups", [], ONLY_IN_2),
        (FULL, "context.contextAgents", CONTEXT_2["contextAgents"], ONLY_IN_2),
        (FULL, "context.contextGroups", CONTEXT_2["contextGroups"], ONLY_IN_2),
        (WITH_SUBSTATEMENT, "object.context", CONTEXT_2, ONLY_IN_2),
        (OF_VERSION_2, "id", UUID, ONLY_IN_2),
    ],
)
def test_what_only_one_version_takes(
    statement: Json, path: str, value: object, versions: set[Version]
) -> None:
    assert _accepting(changed(statement, path, value)) == versions


def _accepting(statement: Json) -> set[Version]:
    return {version for version in Version if _accepts(statement, version)}


def _accepts(statement: Json, version: Version) -> bool:
    try:
        validate_statement(statement, version)
    except InvalidStatement:
        return False
    return True
