"""The forms in which a Statement goes out besides the one that came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from schemas.identity import IDENTIFIERS
from schemas.language import choose
from schemas.members import join, slices
from schemas.versions import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Json = dict[str, Any]

_COMPONENT_LISTS: Final = ("choices", "scale", "source", "target", "steps")
_UNKNOWN_TO_VERSION_1: Final = frozenset({"contextAgents", "contextGroups"})


def to_ids(statement: Json) -> Json:
    """Return a valid Statement in the format `ids` (Communication 2.1.3, XAPI-00171).

    Agents, Groups, Activities and Verbs keep only what identifies them; all else is that
    of `statement`, not a copy.
    """
    return _IDS.clause(statement)


def to_canonical(
    statement: Json, definition_of: Callable[[str], Json | None], preferences: Sequence[str]
) -> Json:
    """Return a valid Statement in the format `canonical` (Communication 2.1.3, XAPI-00169).

    Activities get the definition that `definition_of` knows for their id, and keep their
    own where it knows none; Language Maps are left with the entry that suits the language
    ranges `preferences` best. Agents and Groups stay as they are.
    """

    def localized(thing: Json, *names: str) -> Json:
        maps = {name: choose(thing[name], preferences) for name in names if name in thing}
        return thing | maps

    def component_lists(definition: Json) -> Json:
        present = [name for name in _COMPONENT_LISTS if name in definition]
        return {
            name: [localized(one, "description") for one in definition[name]] for name in present
        }

    def activity(thing: Json) -> Json:
        definition = definition_of(thing["id"]) or thing.get("definition")
        if definition is None:
            return thing
        definition = localized(definition, "name", "description") | component_lists(definition)
        return thing | {"definition": definition}

    canonical = _Format(
        actor=lambda thing: thing,
        activity=activity,
        verb=lambda thing: localized(thing, "display"),
        attachment=lambda thing: localized(thing, "display", "description"),
    )
    return canonical.clause(statement)


def to_version_1(raw: bytes) -> bytes:
    """Return a valid Statement, as JSON text, as a client of 1.0.3 may read it.

    contextAgents and contextGroups go, a version 2.0.x becomes 1.0.3, and timestamps take
    the form that RFC 3339 shares with ISO 8601. All other values keep their text, and so
    does the whole Statement if it has nothing of this.
    """
    members = slices(raw)
    older = _older_clause(members)
    if _value(members, "version").startswith("2"):
        older["version"] = orjson.dumps(Version.V1)
    target = slices(members["object"])
    if _value(target, "objectType") == "SubStatement":
        older["object"] = _joined(members["object"], target, _older_clause(target))
    return _joined(raw, members, older)


@dataclass(frozen=True, slots=True)
class _Format:
    """What a format makes of each kind of thing in a Statement."""

    actor: Callable[[Json], Json]
    activity: Callable[[Json], Json]
    verb: Callable[[Json], Json]
    attachment: Callable[[Json], Json]

    def clause(self, clause: Json) -> Json:
        """Return a Statement or SubStatement with all its things in this format."""
        formatted = clause | {
            "actor": self.actor(clause["actor"]),
            "verb": self.verb(clause["verb"]),
            "object": self._object(clause["object"]),
        }
        if "authority" in clause:
            formatted["authority"] = self.actor(clause["authority"])
        if "context" in clause:
            formatted["context"] = self._context(clause["context"])
        if "attachments" in clause:
            formatted["attachments"] = [self.attachment(one) for one in clause["attachments"]]
        return formatted

    def _object(self, target: Json) -> Json:
        match target.get("objectType", "Activity"):
            case "Activity":
                return self.activity(target)
            case "SubStatement":
                return self.clause(target)
            case "StatementRef":
                return target
        return self.actor(target)

    def _context(self, context: Json) -> Json:
        formatted = dict(context)
        for name in context.keys() & {"instructor", "team"}:
            formatted[name] = self.actor(context[name])
        for name, role in (("contextAgents", "agent"), ("contextGroups", "group")):
            if name in context:
                formatted[name] = [one | {role: self.actor(one[role])} for one in context[name]]
        if "contextActivities" in context:
            lists = context["contextActivities"]
            formatted["contextActivities"] = {key: self._activities(lists[key]) for key in lists}
        return formatted

    def _activities(self, activities: Json | list[Json]) -> list[Json]:
        listed = activities if isinstance(activities, list) else [activities]
        return [self.activity(one) for one in listed]


def _actor_id(actor: Json) -> Json:
    identified = {name: actor[name] for name in ("objectType", *IDENTIFIERS) if name in actor}
    if identified.keys() == {"objectType"}:  # an anonymous Group is known by its members
        identified["member"] = [_actor_id(member) for member in actor["member"]]
    return identified


_IDS: Final = _Format(
    actor=_actor_id,
    activity=lambda thing: {"id": thing["id"]},
    verb=lambda thing: {"id": thing["id"]},
    attachment=lambda thing: thing,
)


def _older_clause(members: dict[str, bytes]) -> dict[str, bytes]:
    older = dict(members)
    if "context" in members:
        context = slices(members["context"])
        kept = {name: text for name, text in context.items() if name not in _UNKNOWN_TO_VERSION_1}
        older["context"] = _joined(members["context"], context, kept)
    if "timestamp" in members:
        timestamp = _value(members, "timestamp").upper().replace(" ", "T")
        older["timestamp"] = orjson.dumps(timestamp)
    return older


def _joined(raw: bytes, before: dict[str, bytes], after: dict[str, bytes]) -> bytes:
    return raw if before == after else join(after)


def _value(members: dict[str, bytes], name: str) -> Any:  # noqa: ANN401 - any JSON value
    return orjson.loads(members.get(name, b'""'))
