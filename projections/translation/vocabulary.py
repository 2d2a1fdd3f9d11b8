"""The vocabulary: how statements in many dialects become domain events.

What the words of a source mean is data, in `vocabulary.csv` (see `rows`) and `activity_types.csv`
(see `places`): a new source is a new row.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from projections.translation.details import NO_CONTEXT_EXTENSIONS, details, kind_of
from projections.translation.dialects import dialect_of, source
from projections.translation.event import NOTHING, Event, Kind, Meaning, Translation
from projections.translation.instants import instant, is_believable
from projections.translation.people import learners
from projections.translation.places import ActivityTypes, Scenes
from projections.translation.remembered import Remembered
from projections.translation.rows import Row, load_rows, text_of
from projections.translation.statement import (
    Context,
    Result,
    places_in,
    read_result,
    read_statement,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projections.translation.event import Details
    from projections.translation.places import Scene
    from projections.translation.statement import ContextExtensions, Statement

    _Marks = tuple[str, int, str, str]

CODE_VERSION: Final = 2
"""To be counted up whenever the code of this package translates anything differently."""

VOIDED: Final = "http://adlnet.gov/expapi/verbs/voided"
_STRANGE: Final = Row("", "", "", "", "", Kind.ACTIVITY, Kind.ACTIVITY)
_SOMEONE_ELSE: Final = replace(_STRANGE, own="no")
_NO_RESULT: Final = Result()
_NO_CONTEXT: Final = Context()


class Vocabulary:
    """The rows and what they make of statements.

    Attributes:
        rows: all rows, the site's among them.
        version: changes whenever a statement may be translated differently.

    """

    def __init__(self, site: str = "", site_types: str = "") -> None:
        """Load the shipped tables and, as CSV text, the rows that the site adds to them.

        Raises BadTable, which names each line that can't be used.
        """
        types = ActivityTypes(site_types)
        self.rows = load_rows(site)
        self.version = _digest(self.rows, types.rows)
        self._scenes = Scenes(types)
        self._by_verb: dict[str, list[Row]] = {}
        for row in self.rows:
            self._by_verb.setdefault(row.verb, []).append(row)
        self._chosen: Remembered[_Marks, tuple[Row | None, Row]] = Remembered(16_384)

    def translate(self, payload: bytes, stored: int) -> Translation:
        """Return what a stored statement comes to.

        `payload` is its JSON text, of a statement that was valid when it was stored; `stored`,
        microseconds since 1970, when it was. Never raises for what a valid statement may hold.
        """
        statement = read_statement(payload)
        context = statement.context or _NO_CONTEXT
        scene = self._scenes.read(*places_in(statement))
        verb = statement.verb.id
        if _is_void(verb, scene):
            return Translation((), voids=scene.object.lower())
        row, meant = self._choose(verb, scene, context.extensions or NO_CONTEXT_EXTENSIONS)
        return Translation(
            _events(meant, statement, context, scene, stored),
            scene.definitions,
            None if row else (verb, scene.type),
        )

    def meaning(self, statement: Statement, places: tuple[bytes, bytes]) -> Meaning | None:
        """Return what the events of a statement share, without making them; None if it voids.

        `places` as `places_in` tells them: fast if they are the same objects again.
        """
        context = statement.context or _NO_CONTEXT
        scene = self._scenes.read(*places)
        verb = statement.verb.id
        if _is_void(verb, scene):
            return None
        extensions = context.extensions or NO_CONTEXT_EXTENSIONS
        _, row = self._choose(verb, scene, extensions)
        if row.own == "for" or bytes(extensions.acting_as):
            row, _ = _whom(row, statement, extensions)
        kind, said = _said(row, statement, scene) if row.says_more else (row.kind, NOTHING)
        return Meaning(kind, scene.place, said)

    def row_for(self, payload: bytes) -> Row | None:
        """Return the row by which a statement is understood, None if no row knows it."""
        statement = read_statement(payload)
        context = statement.context or _NO_CONTEXT
        scene = self._scenes.read(*places_in(statement))
        extensions = context.extensions or NO_CONTEXT_EXTENSIONS
        return self._choose(statement.verb.id, scene, extensions)[0]

    def _choose(
        self, verb: str, scene: Scene, extensions: ContextExtensions
    ) -> tuple[Row | None, Row]:
        """The row that fits, and what is made of it here."""
        given_away, event = source(extensions)
        key = (verb, scene.sort, event, given_away)
        chosen = self._chosen.get(key)
        if chosen is None:
            row = self._find(verb, scene, event, given_away)
            chosen = self._chosen.keep(key, (row, _meant(row, scene)))
        return chosen

    def _find(self, verb: str, scene: Scene, event: str, given_away: str) -> Row | None:
        """The most specific of the rows that fit (`Row.weight`)."""
        dialect = dialect_of(given_away, scene.type, scene.categories)
        rows = [*self._by_verb.get(verb, ()), *self._by_verb.get("", ())]
        fitting = [row for row in rows if row.matches(dialect, scene.type, event, scene.categories)]
        return max(fitting, key=lambda row: row.weight, default=None)


def _is_void(verb: str, scene: Scene) -> bool:
    return scene.object_type == "StatementRef" and verb == VOIDED


def _meant(row: Row | None, scene: Scene) -> Row:
    """What a row means at a scene.

    What is said of an attempt or a question is not said of what these stand for, unless the row
    names that very type or event; and where there is no unit, nothing is completed.
    """
    if row is None:
        return _STRANGE
    of_a_part = not scene.whole and not row.type and not row.event
    return row.as_activity() if of_a_part or not scene.place.unit else row


@lru_cache(maxsize=1)
def shipped_vocabulary() -> Vocabulary:
    """Return the vocabulary without any rows of a site."""
    return Vocabulary()


def translate(payload: bytes, stored: int) -> Translation:
    """Return what a stored statement comes to, by the shipped vocabulary."""
    return shipped_vocabulary().translate(payload, stored)


def _events(
    row: Row, statement: Statement, context: Context, scene: Scene, stored: int
) -> tuple[Event, ...]:
    """One event for each learner whom the statement is about."""
    row, about = _whom(row, statement, context.extensions or NO_CONTEXT_EXTENSIONS)
    kind, said = _said(row, statement, scene) if row.says_more else (row.kind, NOTHING)
    at = instant(statement.timestamp, stored)
    dated = is_believable(at, stored)
    others = learners(instructor) if (instructor := bytes(context.instructor)) else None
    own = row.own == "" or (row.own == "alone" and others is None)
    if row.own != "alone" or others is None:
        return tuple([Event(one, at, kind, own, dated, scene.place, said) for one in about])
    return tuple([Event(one, at, kind, one in others, dated, scene.place, said) for one in about])


def _whom(
    row: Row, statement: Statement, extensions: ContextExtensions
) -> tuple[Row, tuple[str, ...]]:
    """Whom the statement is about, and what it then means.

    Someone who is logged in as another only looks. Someone who marks is told of in place of the
    learner; if the statement does not name the learner, that someone did something is all it says.
    """
    if bytes(extensions.acting_as):
        return _SOMEONE_ELSE, learners(bytes(statement.actor))
    if row.own != "for":
        return row, learners(bytes(statement.actor))
    about = learners(bytes(extensions.about))
    return (row, about) if about else (_STRANGE, learners(bytes(statement.actor)))


def _said(row: Row, statement: Statement, scene: Scene) -> tuple[Kind, Details]:
    raw = bytes(statement.result)
    result = read_result(raw) if raw else _NO_RESULT
    return kind_of(row, result), details(row, statement, result, scene)


def _digest(rows: Iterable[Row], types: Iterable[tuple[str, str, str]]) -> str:
    text = f"{CODE_VERSION}\n{text_of(rows)}\n{types}"
    return f"{CODE_VERSION}-{sha256(text.encode()).hexdigest()[:16]}"
