"""The rules of a Statement that compare its values with each other.

The JSON Schema files say what shape each value has; what stands here needs a
statement of that shape. On the good path nothing is built: not a path, not a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from schemas.errors import InvalidValue, Problem, quoted
from schemas.formats import moment
from schemas.parsing import repeated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Json = dict[str, Any]

VOIDED: Final = "http://adlnet.gov/expapi/verbs/voided"
SIGNATURE: Final = "http://adlnet.gov/expapi/attachments/signature"
SIGNATURE_CONTENT_TYPE: Final = "application/octet-stream"

_COMPONENT_LISTS: Final = ("choices", "scale", "source", "target", "steps")


def broken_rules(statement: Json) -> Iterator[Problem]:
    """Yield what is wrong with a statement whose shape is right; nothing if it is valid."""
    yield from _in_clause(statement, "$")
    if statement["object"].get("objectType") == "SubStatement":
        yield from _in_clause(statement["object"], "$.object")
    if "stored" in statement:
        yield from _timestamp(statement["stored"], "$", "stored")
    if "attachments" in statement:
        yield from _signatures(statement["attachments"])


def _in_clause(clause: Json, path: str) -> Iterator[Problem]:
    """Check what a Statement and a SubStatement have in common."""
    target = clause["object"]
    if clause["verb"]["id"] == VOIDED and target.get("objectType") != "StatementRef":
        rule = 'the object of a statement that voids another has the objectType "StatementRef"'
        yield Problem(f"{path}.object.objectType", rule, "XAPI-00017")
    if "interactionType" in target.get("definition", ()):
        yield from _components(target["definition"], path, "object")
    if "score" in clause.get("result", ()):
        yield from _score(clause["result"]["score"], path)
    if "context" in clause:
        yield from _context(clause["context"], target, path)
    if "timestamp" in clause:
        yield from _timestamp(clause["timestamp"], path, "timestamp")


def _score(score: Json, path: str) -> Iterator[Problem]:
    lowest, highest, raw = score.get("min"), score.get("max"), score.get("raw")
    if lowest is not None and highest is not None and lowest >= highest:
        rule = f"min {lowest} is not less than max {highest}"
        yield Problem(f"{path}.result.score.min", rule, "XAPI-00081")
    if raw is not None and lowest is not None and raw < lowest:
        rule = f"raw {raw} is less than min {lowest}"
        yield Problem(f"{path}.result.score.raw", rule, "XAPI-00082")
    if raw is not None and highest is not None and raw > highest:
        rule = f"raw {raw} is greater than max {highest}"
        yield Problem(f"{path}.result.score.raw", rule, "XAPI-00082")


def _context(context: Json, target: Json, path: str) -> Iterator[Problem]:
    if target.get("objectType", "Activity") != "Activity":
        for name, requirement in (("revision", "XAPI-00084"), ("platform", "XAPI-00085")):
            if name in context:
                rule = f"{name} is only for statements whose object is an Activity"
                yield Problem(f"{path}.context.{name}", rule, requirement)
    for key, activities in context.get("contextActivities", {}).items():
        for activity in activities if isinstance(activities, list) else (activities,):
            if "interactionType" in activity.get("definition", ()):
                place = f"context.contextActivities.{key}"
                yield from _components(activity["definition"], path, place)


def _components(definition: Json, path: str, place: str) -> Iterator[Problem]:
    for name in _COMPONENT_LISTS:
        twice = repeated(component["id"] for component in definition.get(name, ()))
        if twice is not None:
            rule = f"two of the {name} have the id {quoted(twice)}"
            yield Problem(f"{path}.{place}.definition.{name}", rule, "Data 2.4.4.1")


def _timestamp(text: str, path: str, name: str) -> Sequence[Problem]:
    try:
        moment(text)
    except InvalidValue as error:
        return error.within(f"{path}.{name}").problems
    return ()


def _signatures(attachments: list[Json]) -> Iterator[Problem]:
    for index, attachment in enumerate(attachments):
        signs = attachment["usageType"] == SIGNATURE
        if signs and attachment["contentType"] != SIGNATURE_CONTENT_TYPE:
            rule = f"a signature has the content type {SIGNATURE_CONTENT_TYPE}"
            yield Problem(f"$.attachments[{index}].contentType", rule, "XAPI-00115")
