"""What is refused in a Statement: each requirement, with the place that the error names."""

from __future__ import annotations

import time
from typing import Any

import pytest

from schemas.errors import InvalidStatement
from schemas.validation import validate_statement
from schemas.versions import Version
from tests.schemas.samples import (
    ACCOUNT,
    ACTIVITY,
    AGENT,
    ATTACHMENT,
    CHOICE,
    FULL,
    HASH,
    IDENTIFIERS,
    MBOX,
    MISSING,
    MOODLE,
    OF_VERSION_2,
    OPENID,
    REFERENCE,
    SIGNATURE,
    SUBSTATEMENT,
    TEAM,
    UUID,
    VOIDED,
    WITH_GROUP,
    WITH_REFERENCE,
    WITH_SUBSTATEMENT,
    Json,
    changed,
    json_path,
)

BAD_UUIDS = ["", "1", UUID + "8", "M" + UUID[1:], UUID.replace("-", ""), f"{{{UUID}}}", 7, None]
BAD_IRIS = ["", "a.com/x", "//a.com", "ab=c://x", "http://a b", "http://a\n", "http://<a>", 7, None]
BAD_TAGS = ["", "a12345678", "something", "en_US", "fr-", "s-something", "a", "en-something-AU"]
BAD_TAG_MAPS = [{tag: "x"} for tag in BAD_TAGS]
BAD_MAPS: list[object] = ["text", 7, None, [], {"fr": 7}, {"fr": None}, *BAD_TAG_MAPS]
BAD_MBOXES = [
    *("", "anna@example.com", "mailto:anna", "mailto:anna.example.com", "mailto:a b@example.com"),
    *("mailto:a@b@example.com", "mailto:a@example.com?subject=x", "MAILTO:a@example.com", 7, None),
    *("http://example.com", "mailto:anna@example.com\n", "mailto:@example.com", "mailto:a@b..c"),
]
BAD_DURATIONS = ["", "P", "PT", "PA1H", "P4W1D", "P1DT", "P1.5DT1H", "-P1D", "p1d", "P1H", 7, None]
BAD_VERSIONS = ["", "0.9.9", "0.95", "1.1.0", "1", "1.0.", "3.0.0", "2.1", "x", 1.0, None]
BAD_MOMENTS = ["2026-02-29T00:00:00Z", "2026-01-31T12:00:60Z", "0000-01-01T00:00:00Z"]
BAD_TIMESTAMPS = [
    *("", "yesterday", "01/011/2015", "2026-01-31", "2026-13-01T00:00:00Z", 7, None),
    *("2026-01-31T25:00:00Z", "2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00Z\n"),
    *(f"2026-01-31T12:00:00.601{offset}" for offset in ("-00", "-0000", "-00:00")),
]
PAIRS = [one | other for one in IDENTIFIERS for other in IDENTIFIERS if one is not other]
GROUP = {"objectType": "Group"}
TWINS = [{"id": "a"}, {"id": "a"}]
TWIN_ACTIVITY = {**ACTIVITY, "definition": {**CHOICE, "choices": TWINS}}
WITH_HASH = changed(FULL, "actor", HASH)
WITH_OPENID = changed(FULL, "actor", OPENID)
WITH_PERSON = changed(MOODLE, "object", AGENT)

DEFINITION = "object.definition"
PATTERN = "object.definition.correctResponsesPattern"
INTERACTION = "object.definition.interactionType"
HOME_PAGE = "context.instructor.account.homePage"
ACCOUNT_NAME = "context.instructor.account.name"
LISTS = "context.contextActivities"


def each(
    requirement: str, statement: Json, path: str, values: list[Any], at: str | None = None
) -> list[Any]:
    """Return a case: each of `values` at `path` is refused, with an error about `at`."""
    place = json_path(path if at is None else at)
    faulty = [changed(statement, path, value) for value in values]
    return [pytest.param(requirement, place, faulty, id=f"{requirement}: {path}")]


def above(requirement: str, statement: Json, path: str, *values: object) -> list[Any]:
    """Return a case with an error about what holds `path`; by default, `path` is missing."""
    return each(requirement, statement, path, [*values] or [MISSING], path.rpartition(".")[0])


# fmt: off
CASES = [
    # 2.2 Formatting requirements: what must be there, what must not
    *above("XAPI-00003", FULL, "actor"),
    *above("XAPI-00004", FULL, "verb"),
    *above("XAPI-00005", FULL, "object"),
    *(case for path in (
        "Actor", "note", "actor.Name", "actor.member", "verb.name", "object.name",
        "object.definition.Type", "object.definition.choices.0.x", "result.Success",
        "result.score.Raw", "context.Platform", "context.statement.name", "context.team.x",
        "context.instructor.account.x", f"{LISTS}.Parent", "attachments.0.SHA2",
    ) for case in above("XAPI-00010", FULL, path, "x")),
    # 2.3.2 Voiding
    *each("XAPI-00017", FULL, "verb.id", [VOIDED], "object.objectType"),
    *each("XAPI-00017", WITH_SUBSTATEMENT, "verb.id", [VOIDED], "object.objectType"),
    *each("XAPI-00017", WITH_SUBSTATEMENT, "object.verb.id", [VOIDED], "object.object.objectType"),
    # 2.4 Statement properties
    *each("XAPI-00022", FULL, "timestamp", BAD_TIMESTAMPS),
    *each("XAPI-00023", FULL, "stored", BAD_TIMESTAMPS),
    *each("XAPI-00123", FULL, "timestamp", BAD_MOMENTS),
    *each("XAPI-00123", FULL, "stored", BAD_MOMENTS),
    *each("XAPI-00025", FULL, "attachments", [ATTACHMENT, "x", None]),
    *each("XAPI-00025", FULL, "attachments.0", ["x", 7, None]),
    *each("XAPI-00027", FULL, "id", BAD_UUIDS),
    # 2.4.2 Actor
    *each("XAPI-00032", FULL, "actor.objectType", ["agent", "group", "Activity", 7, None]),
    *each("XAPI-00033", FULL, "actor.name", [7, {}, None]),
    *each("XAPI-00034", FULL, "actor", [{}, {"objectType": "Agent"}, {"name": "x"}, "x", *PAIRS]),
    *each("XAPI-00034", FULL, "context.instructor", [{"objectType": "Agent"}, "x", *PAIRS]),
    *each("XAPI-00031", FULL, "context.team.objectType", ["Agent", "group", None]),
    *above("XAPI-00031", FULL, "context.team.objectType"),
    *above("XAPI-00035", WITH_GROUP, "actor.member"),
    *each("XAPI-00035", WITH_GROUP, "actor.member", [[]]),
    *each("XAPI-00036", WITH_GROUP, "actor.member", [AGENT, "x", None]),
    *each("XAPI-00034", WITH_GROUP, "actor.member.0", [{}, "x", None]),
    *each("XAPI-00032", WITH_GROUP, "actor.member.0.objectType", ["Group", "agent"]),
    *each("XAPI-00037", WITH_GROUP, "actor", [GROUP | pair for pair in PAIRS]),
    *each("XAPI-00038", FULL, "actor.mbox", BAD_MBOXES),
    *each("XAPI-00039", WITH_HASH, "actor.mbox_sha1sum", ["", "x" * 40, "a" * 39, 7, {}]),
    *each("XAPI-00040", WITH_OPENID, "actor.openid", [*BAD_IRIS, "http://é.fr"]),
    *each("XAPI-00041", FULL, "context.instructor.account", ["x", 7, None]),
    *each("XAPI-00042", FULL, HOME_PAGE, BAD_IRIS),
    *above("XAPI-00042", FULL, HOME_PAGE),
    *each("XAPI-00043", FULL, ACCOUNT_NAME, [7, {}, None]),
    *above("XAPI-00043", FULL, ACCOUNT_NAME),
    # 2.4.3 Verb
    *each("XAPI-00044", FULL, "verb.id", BAD_IRIS),
    *above("XAPI-00044", FULL, "verb.id"),
    *each("XAPI-00045", FULL, "verb.display", ["text", 7, None]),
    # 2.4.4 Object
    *each("XAPI-00046", FULL, "object.objectType", ["activity", "statementref", "x", 7, None]),
    *each("XAPI-00046", WITH_SUBSTATEMENT, "object.objectType", ["substatement"]),
    *each("XAPI-00047", FULL, "object.id", BAD_IRIS),
    *above("XAPI-00047", FULL, "object.id"),
    *each("XAPI-00048", FULL, DEFINITION, ["x", 7, None]),
    *each("XAPI-00049", FULL, INTERACTION, ["Choice", "compound", 7, None]),
    *each("Data 2.4.4.1", FULL, INTERACTION, ["likert", "matching", "numeric", "other"]),
    *(case for name in ("scale", "source", "target", "steps")
      for case in each("Data 2.4.4.1", FULL, f"{DEFINITION}.{name}", [[]], INTERACTION)),
    *(case for name in ("choices", "scale", "source", "target", "steps")
      for case in above("Data 2.4.4.1", MOODLE, f"{DEFINITION}.{name}", [])),
    *each("XAPI-00056", FULL, f"{DEFINITION}.name", ["text", 7, None]),
    *each("XAPI-00057", FULL, f"{DEFINITION}.extensions", [None, "x"]),
    *each("XAPI-00059", FULL, f"{DEFINITION}.description", ["text", 7, None]),
    *each("XAPI-00060", FULL, f"{DEFINITION}.type", BAD_IRIS),
    *each("XAPI-00061", FULL, f"{DEFINITION}.moreInfo", BAD_IRIS),
    *above("XAPI-00064", MOODLE, PATTERN, ["a"]),
    *each("Data 2.4.4.1", FULL, PATTERN, ["a", None]),
    *each("Data 2.4.4.1", FULL, f"{PATTERN}.0", [7, None]),
    *each("Data 2.4.4.1", FULL, f"{DEFINITION}.choices", [{}, "x", TWINS, None]),
    *each("Data 2.4.4.1", FULL, f"{DEFINITION}.choices.0", [{}, "x", None]),
    *each("Data 2.4.4.1", FULL, f"{DEFINITION}.choices.0.id", [7, None]),
    *each("XAPI-00072", WITH_REFERENCE, "object.id", BAD_UUIDS),
    *above("XAPI-00072", WITH_REFERENCE, "object.id"),
    *each("XAPI-00047", WITH_REFERENCE, "object.objectType", [MISSING], "object.id"),
    *above("XAPI-00010", WITH_SUBSTATEMENT, "object.objectType"),
    *above("XAPI-00010", WITH_PERSON, "object.objectType"),
    *above("XAPI-00066", WITH_SUBSTATEMENT, "object.actor"),
    *above("XAPI-00066", WITH_SUBSTATEMENT, "object.verb"),
    *above("XAPI-00066", WITH_SUBSTATEMENT, "object.object"),
    *each("XAPI-00066", WITH_SUBSTATEMENT, "object.timestamp", BAD_TIMESTAMPS),
    *each("XAPI-00123", WITH_SUBSTATEMENT, "object.timestamp", BAD_MOMENTS),
    *each("XAPI-00067", WITH_SUBSTATEMENT, "object.authority", [AGENT]),
    *each("XAPI-00068", WITH_SUBSTATEMENT, "object.version", ["1.0.0"]),
    *each("XAPI-00069", WITH_SUBSTATEMENT, "object.stored", ["2026-01-31T12:00:00Z"]),
    *each("XAPI-00070", WITH_SUBSTATEMENT, "object.id", [UUID]),
    *each("XAPI-00071", WITH_SUBSTATEMENT, "object.object", [SUBSTATEMENT],
          "object.object.objectType"),
    # 2.4.5 Result
    *each("Data 2.4.5", FULL, "result", ["x", None]),
    *each("XAPI-00074", FULL, "result.success", ["true", 1, None]),
    *each("XAPI-00075", FULL, "result.completion", ["false", 0, None]),
    *each("XAPI-00076", FULL, "result.response", [7, {}, None]),
    *each("XAPI-00077", FULL, "result.duration", BAD_DURATIONS),
    *each("XAPI-00078", FULL, "result.extensions", [None, "x"]),
    *each("XAPI-00079", FULL, "result.score", ["x", 7, None]),
    *each("XAPI-00080", FULL, "result.score.max", ["10", None]),
    *each("XAPI-00081", FULL, "result.score.min", [10, 10.5, "0", None]),
    *each("XAPI-00082", FULL, "result.score.raw", [-0.001, 10.001, "5", True, None]),
    *each("XAPI-00083", FULL, "result.score.scaled", [1.01, -1.00001, "1", None]),
    # 2.4.6 Context
    *each("Data 2.4.6", FULL, "context", ["x", None]),
    *each("XAPI-00030", FULL, "context.registration", BAD_UUIDS),
    *each("XAPI-00084", WITH_REFERENCE, "context.revision", ["1"]),
    *each("XAPI-00085", WITH_REFERENCE, "context.platform", ["x"]),
    *each("XAPI-00085", WITH_PERSON, "context.platform", ["x"]),
    *each("XAPI-00085", WITH_SUBSTATEMENT, "context.platform", ["x"]),
    *each("XAPI-00085", WITH_SUBSTATEMENT, "object.object", [REFERENCE, AGENT, TEAM],
          "object.context.platform"),
    *each("XAPI-00037", FULL, "context.team", ["x", 7, GROUP | MBOX | HASH]),
    *each("XAPI-00089", FULL, "context.revision", [7, None]),
    *each("XAPI-00090", FULL, "context.platform", [7, None]),
    *each("XAPI-00091", FULL, "context.language", [*BAD_TAGS, 7, {}, None]),
    *each("XAPI-00073", FULL, "context.statement.objectType", ["statementRef", "Activity"]),
    *above("XAPI-00073", FULL, "context.statement.objectType"),
    *each("XAPI-00072", FULL, "context.statement.id", BAD_UUIDS),
    *each("XAPI-00092", FULL, "context.statement", [UUID, None]),
    *each("XAPI-00093", FULL, LISTS, ["x", [], None]),
    *each("XAPI-00094", FULL, f"{LISTS}.parent", ["x", None]),
    *each("XAPI-00046", FULL, f"{LISTS}.parent", [[AGENT]], f"{LISTS}.parent.0.objectType"),
    *each("XAPI-00047", FULL, f"{LISTS}.other", [{}]),
    *each("Data 2.4.4.1", FULL, f"{LISTS}.other", [TWIN_ACTIVITY, [TWIN_ACTIVITY]],
          f"{LISTS}.other.definition.choices"),
    # 2.4.9 Authority
    *each("XAPI-00034", FULL, "authority", ["x", {"objectType": "Agent"}, None]),
    *each("XAPI-00098", FULL, "authority", [GROUP | one for one in IDENTIFIERS]),
    *each("XAPI-00010", FULL, "authority", [TEAM | one for one in IDENTIFIERS]),
    *(case for members in ([ACCOUNT], [ACCOUNT] * 3, [MBOX, OPENID])
      for case in each("XAPI-00098", FULL, "authority", [GROUP | {"member": members}],
                       "authority.member")),
    # 2.4.10 Version
    *each("XAPI-00101", FULL, "version", BAD_VERSIONS),
    # 2.4.11 Attachments
    *each("XAPI-00102", FULL, "attachments.0.length", ["27", 1.5, -1, None]),
    *above("XAPI-00102", FULL, "attachments.0.length"),
    *each("XAPI-00103", FULL, "attachments.0.sha2", ["", "x" * 64, "a" * 63, 7, None]),
    *above("XAPI-00103", FULL, "attachments.0.sha2"),
    *each("XAPI-00104", FULL, "attachments.0.fileUrl", BAD_IRIS),
    *each("XAPI-00105", FULL, "attachments.0.contentType", ["", "pdf", "a/b/c", 7, None]),
    *above("XAPI-00105", FULL, "attachments.0.contentType"),
    *each("XAPI-00106", FULL, "attachments.0.display", ["text", 7, None]),
    *above("XAPI-00106", FULL, "attachments.0.display"),
    *each("XAPI-00107", FULL, "attachments.0.usageType", BAD_IRIS),
    *above("XAPI-00107", FULL, "attachments.0.usageType"),
    # 2.6 Signed Statements
    *each("XAPI-00115", FULL, "attachments.0.usageType", [SIGNATURE], "attachments.0.contentType"),
    # 4.1 Extensions, 4.2 Language Maps
    *each("XAPI-00120", FULL, "context.extensions", ["x", [], None]),
    *(case for holder in ("context", "result", "object.definition")
      for case in each("XAPI-00118", FULL, f"{holder}.extensions", [{"a.com/x": 1}, {"": 1}])),
    *(case for path in ("verb.display", f"{DEFINITION}.name", f"{DEFINITION}.description")
      for case in each("XAPI-00121", FULL, path, BAD_TAG_MAPS)),
]
# fmt: on


@pytest.mark.parametrize(("requirement", "place", "statements"), CASES)
def test_broken_requirement_is_refused_by_id_and_place(
    requirement: str, place: str, statements: list[Json]
) -> None:
    for statement in statements:
        for version in Version:
            with pytest.raises(InvalidStatement) as caught:
                validate_statement(statement, version)
            problems = {(one.path, one.requirement) for one in caught.value.problems}
            assert (place, requirement) in problems


@pytest.mark.parametrize(
    "path",
    [
        "verb.display",
        "object.definition.name",
        "object.definition.description",
        "object.definition.choices.0.description",
        "attachments.0.display",
        "attachments.0.description",
    ],
)
def test_faulty_language_map_is_refused_wherever_it_stands(path: str) -> None:
    for faulty in BAD_MAPS:
        with pytest.raises(InvalidStatement):
            validate_statement(changed(FULL, path, faulty), Version.V1)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("contextAgents", {}),
        ("contextAgents.0", AGENT),
        ("contextAgents.0.objectType", "Agent"),
        ("contextAgents.0.objectType", MISSING),
        ("contextAgents.0.agent", {"key": "x"}),
        ("contextAgents.0.agent", TEAM),
        ("contextAgents.0.agent", MISSING),
        ("contextAgents.0.relevantTypes", []),
        ("contextAgents.0.relevantTypes", ["abc"]),
        ("contextAgents.0.relevantTypes", "https://example.com/t"),
        ("contextAgents.0.x", 1),
        ("contextGroups", {}),
        ("contextGroups.0.objectType", "Group"),
        ("contextGroups.0.group", {"key": "x"}),
        ("contextGroups.0.group", AGENT),
        ("contextGroups.0.group", MISSING),
        ("contextGroups.0.relevantTypes", []),
        ("contextGroups.0.relevantTypes", ["abc"]),
        ("contextGroups.0.member", [AGENT]),
    ],
)
def test_faulty_context_agents_and_groups_are_refused(path: str, value: object) -> None:
    with pytest.raises(InvalidStatement, match=r"context(Agents|Groups)"):
        validate_statement(changed(OF_VERSION_2, f"context.{path}", value), Version.V2)


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("value", [None, [], "x", 7, True, {}, [MOODLE]], ids=repr)
def test_what_is_no_statement_at_all_is_refused(value: object, version: Version) -> None:
    with pytest.raises(InvalidStatement, match=r"\$: "):
        validate_statement(value, version)


def test_every_problem_of_a_statement_is_named() -> None:
    faulty = changed(changed(FULL, "actor.mbox", "x"), "result.success", "yes")
    with pytest.raises(InvalidStatement) as caught:
        validate_statement(changed(faulty, "verb", MISSING), Version.V1)
    paths = {problem.path for problem in caught.value.problems}
    assert paths == {"$", "$.actor.mbox", "$.result.success"}


def test_answer_to_a_statement_full_of_faults_stays_small() -> None:
    faulty = {f"x{i}": "y" * 1000 for i in range(1000)} | {"actor": [{"mbox": "z" * 10_000}] * 500}
    with pytest.raises(InvalidStatement) as caught:
        validate_statement(faulty, Version.V1)
    assert len(str(caught.value)) < 20_000


def test_fault_at_the_end_of_a_long_statement_is_found_at_once() -> None:
    activities = [{"id": f"https://example.com/{i}"} for i in range(20_000)]
    faulty = changed(FULL, f"{LISTS}.other", [*activities, {"id": "x"}])
    with pytest.raises(InvalidStatement, match=r"other\[20000\]\.id"):
        validate_statement(faulty, Version.V1)
    choices = [{"id": str(i)} for i in range(20_000)]
    twins = changed(FULL, f"{DEFINITION}.choices", [*choices, choices[-1]])
    with pytest.raises(InvalidStatement, match='the id "19999"'):
        validate_statement(twins, Version.V1)


@pytest.mark.parametrize("members", [3_000, 30_000])
def test_very_many_mistakes_are_refused_about_as_fast_as_one(members: int) -> None:
    wrong = {f"http://example.org/{number}": number for number in range(members)}
    statement = changed(MOODLE, "verb.display", wrong)
    began = time.perf_counter()
    with pytest.raises(InvalidStatement) as refused:
        validate_statement(statement, Version.V2)
    assert time.perf_counter() - began < 2
    assert refused.value.problems[0].path.startswith("$.verb.display")
