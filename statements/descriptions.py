"""What statements say of activities and agents: canonical definitions, and names of agents.

Definitions are merged in log order, a later statement's members over an earlier one's, language by
language (Data 2.4.4.1: the LRS decides what is canonical). Rows are only ever added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec
import orjson
from sqlalchemy import bindparam, select

from schemas.members import join, merge_objects, slices
from statements import tables
from statements.terms import Dictionary, activity_term, agent_term, short_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from statements.connection import Answer, Connection, Row
    from statements.index import Described, Mark

Json = dict[str, Any]
T = TypeVar("T")

REMEMBERED = 100_000  # what was said last, by activity or agent: hashes only, about 20 MB at most
MOST_NAMES = 100  # of one agent; a Person object has to end somewhere

# Of these the entries are merged, of other members the latest value stands.
_MERGED_BY_ENTRY = ("name", "description", "extensions")

_LATEST = (
    select(tables.activity_definition.c.definition)
    .where(tables.activity_definition.c.activity == bindparam("activity"))
    .order_by(tables.activity_definition.c.position.desc())
    .limit(1)
)
_CHANGED = select(tables.activity_definition.c.activity).where(
    tables.activity_definition.c.position > bindparam("after")
)
_NAMES = (
    select(tables.agent_name.c.name)
    .where(tables.agent_name.c.agent == bindparam("agent"))
    .order_by(tables.agent_name.c.position)
    .limit(MOST_NAMES)
)


class Source(NamedTuple):
    """A statement that describes something."""

    position: int
    raw: bytes
    described: Described


class Descriptions:
    """Writes what is new, remembering what was written last to skip what is not."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._activities: dict[int, str] = {}  # terms of those activities, by number
        self._through = -1  # what was seen is true of the log up to there; -1: of none
        self._before: dict[str, int | None] = {}  # what was seen before what is not committed yet

    def ask_changes(self, connection: Connection) -> Answer:
        """Ask for what others changed since the last append of this process, for `catch_up`."""
        return list if self._through < 0 else connection.ask(_CHANGED, after=self._through)

    def catch_up(self, changes: list[Row], position: int) -> None:
        """Forget what others changed before a position, and what was written but not confirmed.

        Args:
            changes: as they were asked for under the append lock.
            position: the next of the log.

        """
        for term, seen in self._before.items():
            if seen is None:
                self._seen.pop(term, None)
            else:
                self._seen[term] = seen
        self._before.clear()
        for (number,) in changes:
            self._seen.pop(self._activities.pop(number, ""), None)
        self._through = position - 1

    def write(
        self,
        connection: Connection,
        sources: Sequence[Source],
        numbers_of: Callable[[set[str]], dict[str, int]],
    ) -> None:
        """Add the definitions and names that the sources bring; call it after `catch_up`.

        Args:
            connection: in the append's transaction.
            sources: all statements of the append, in log order.
            numbers_of: numbers of terms, at least of those asked for.

        """
        said: list[tuple[int, int, bytes]] = []
        names: list[Row] = []
        for position, raw, described in sources:
            definitions = self._unseen(described.definitions)
            unseen_names = self._unseen(described.names)
            if not (definitions or unseen_names):
                continue
            numbers = numbers_of({term for term, _ in (*definitions, *unseen_names)})
            for term, (activity, definition) in definitions:
                self._activities[number := numbers[term]] = term
                new = raw_definition(raw, activity) or orjson.dumps(definition)
                said.append((number, position, new))
            names += [_name_row(numbers[agent], name, position) for agent, name in unseen_names]
        connection.insert(tables.activity_definition, _merged(connection, said), if_absent=True)
        connection.insert(tables.agent_name, sorted(names), if_absent=True)

    def confirm(self, through: int) -> None:
        """What was written last is committed, up to this position."""
        self._before.clear()
        self._through = through

    def _forget_all(self) -> None:
        self._seen.clear()
        self._before.clear()
        self._activities.clear()

    def _unseen(self, said: Mapping[Mark, T]) -> list[tuple[str, T]]:
        """Terms, and what is said of them that was not said last; now it was."""
        if said.keys() <= self._seen.items():
            return []
        unseen = {mark: what for mark, what in said.items() if self._seen.get(mark[0]) != mark[1]}
        if len(self._seen) + len(unseen) > REMEMBERED:
            self._forget_all()
        for term, _ in unseen:
            self._before.setdefault(term, self._seen.get(term))
        self._seen.update(unseen.keys())
        return [(term, what) for (term, _), what in unseen.items()]


def _merged(connection: Connection, said: Sequence[tuple[int, int, bytes]]) -> list[Row]:
    """Rows of activities whose definition changes by what is said in these positions, in order."""
    stored = {number: connection.ask(_LATEST, activity=number) for number, _, _ in said}
    latest: dict[int, bytes] = {}
    rows: dict[int, Row] = {}
    for number, position, new in said:
        old = latest[number] if number in latest else _first(stored[number]())
        if (merged := merge_definitions(old, new)) != old:
            rows[number] = (number, position, merged)
        latest[number] = merged
    return sorted(rows.values())


def _name_row(agent: int, name: str, position: int) -> Row:
    text = name.encode()
    return agent, short_digest(text), position, text


def definition_of(connection: Connection, dictionary: Dictionary, activity: str) -> bytes | None:
    """Canonical definition of an activity (JSON), or None if no statement gave one."""
    term = activity_term(activity)
    number = dictionary.look_up(connection, [term]).get(term)
    return (_stored(connection, number) or None) if number is not None else None


def names_of(connection: Connection, dictionary: Dictionary, ifi: str) -> list[str]:
    """Names that statements gave to an identifier, first come first."""
    term = agent_term(ifi)
    number = dictionary.look_up(connection, [term]).get(term)
    if number is None:
        return []
    return [name.decode() for (name,) in connection.rows(_NAMES, agent=number)]


def merge_definitions(old: bytes, new: bytes) -> bytes:
    """Definition after a later statement's; values keep their bytes, so numbers their digits."""
    before, after = slices(old or b"{}"), slices(new)
    for member in _MERGED_BY_ENTRY:
        if member in after:
            after[member] = merge_objects(before.get(member, b"{}"), after[member])
    return join(before | after)


def raw_definition(raw: bytes, activity: str) -> bytes | None:
    """The client's bytes of an activity's definition in a statement, wherever it stands."""
    for value in _raw_activities(raw):
        if msgspec.json.decode(value, type=_Activity).id == activity:
            definition = msgspec.json.decode(value, type=dict[str, msgspec.Raw]).get("definition")
            if definition is not None and slices(bytes(definition)):
                return bytes(definition)
    return None


class _Activity(msgspec.Struct):
    id: str = ""


class _Clause(msgspec.Struct):
    object: msgspec.Raw
    context: dict[str, msgspec.Raw] = {}


def _raw_activities(raw: bytes | msgspec.Raw) -> Iterator[msgspec.Raw]:
    clause = msgspec.json.decode(raw, type=_Clause)
    target = msgspec.json.decode(clause.object, type=dict[str, msgspec.Raw])
    if "actor" in target:  # a SubStatement
        yield from _raw_activities(clause.object)
    else:
        yield clause.object
    lists = clause.context.get("contextActivities")
    if lists is not None:
        for value in msgspec.json.decode(lists, type=dict[str, msgspec.Raw]).values():
            one = bytes(value).lstrip().startswith(b"{")
            yield from [value] if one else msgspec.json.decode(value, type=list[msgspec.Raw])


def _stored(connection: Connection, number: int) -> bytes:
    return _first(connection.rows(_LATEST, activity=number))


def _first(rows: Sequence[Row]) -> bytes:
    return bytes(rows[0][0]) if rows else b""
