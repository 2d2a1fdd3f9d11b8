"""The forms in which a Statement goes out besides the exact one (Communication 2.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from schemas.identity import IDENTIFIERS
from schemas.language import choose
from schemas.members import join, slices
from schemas.versions import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Json = dict[str, Any]
    # From an activity's id to its canonical definition, if one is known.
    Definitions = Callable[[str], Json | None]

_COMPONENT_LISTS: Final = ("choices", "scale", "source", "target", "steps")
_ONLY_IN_VERSION_2: Final = frozenset({"contextAgents", "contextGroups"})


def to_ids(statement: Json) -> Json:
    """Return a valid Statement in the format `ids`.

    Agents, Groups, Activities and Verbs keep what identifies them (XAPI-00171). Members
    that have nothing to do with these are those of `statement`, not copies.
    """
    return _rebuilt(statement, _actor_id, lambda activity: {"id": activity["id"]}, _verb_id)


def to_canonical(
    statement: Json, definition_of: Definitions, preferences: Sequence[str]
) -> Json:
    """Return a valid Statement in the format `canonical`.

    Activities get the definition that `definition_of` knows for their id, and keep their
    own if it knows none; each Language Map is left with the entry that suits the language
    ranges `preferences` best (XAPI-00169, XAPI-00172). Agents and Groups stay as they are.
    """

    def one_language(holder: Json, *names: str) -> Json:
        chosen = {name: choose(holder[name], preferences) for name in names if name in holder}
        return holder | chosen

    def definition(own: Json) -> Json:
        lists = {
            name: [one_language(component, "description") for component in own[name]]
            for name in _COMPONENT_LISTS
            if name in own
        }
        return one_language(own, "name", "description") | lists

    def activity(own: Json) -> Json:
        known = definition_of(own["id"]) or own.get("definition")
        return own if known is None else own | {"definition": definition(known)}

    def verb(own: Json) -> Json:
        return one_language(own, "display")

    def attachment(own: Json) -> Json:
        return one_language(own, "display", "description")

    return _rebuilt(statement, dict, activity, verb, attachment)


def to_version_1(raw: bytes) -> bytes:
    """Return a valid Statement of any version, as JSON text, as a client of 1.0.3 may read it.

    contextAgents and contextGroups go, the version becomes 1.0.3 and timestamps take the
    form that ISO 8601 and RFC 3339 share. All else keeps its text, and so does a Statement
    that has nothing of this.
    """
    members = slices(raw)
    older = _older_clause(members)
    if members.get("version", b"").startswith(b'"2'):
        older["version"] = orjson.dumps(Version.V1.value)
    target = slices(members["object"])
    if target.get("objectType") == b'"SubStatement"':
        older_target = _older_clause(target)
        if older_target != target:
            older["object"] = join(older_target)
    return raw if older == members else join(older)
