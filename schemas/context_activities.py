"""contextActivities: each of the four lists is kept as an array (Data 2.4.6.2, XAPI-00091)."""

from __future__ import annotations

from typing import Any

from schemas.members import join, slices

Json = dict[str, Any]


def with_arrays(raw: bytes, statement: Json) -> bytes:
    """The text of a valid statement, a single object in a contextActivities list put into an array.

    That is the one rewrite that the specification demands; every other byte stays.

    Args:
        raw: JSON text of a statement or SubStatement.
        statement: the same, parsed.

    """
    context = _has_single(statement)
    target = statement["object"]
    substatement = target.get("objectType") == "SubStatement" and _has_single(target)
    if not (context or substatement):
        return raw
    members = slices(raw)
    if context:
        members["context"] = _with_arrays(members["context"])
    if substatement:
        members["object"] = with_arrays(members["object"], target)
    return join(members)


def _has_single(clause: Json) -> bool:
    lists = clause.get("context", {}).get("contextActivities", {})
    return dict in map(type, lists.values())


def _with_arrays(context: bytes) -> bytes:
    members = slices(context)
    lists = slices(members["contextActivities"])
    wrapped = {name: b"[%b]" % text if text[:1] == b"{" else text for name, text in lists.items()}
    return join(members | {"contextActivities": join(wrapped)})
