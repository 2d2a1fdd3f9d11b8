"""The first step of the fold: the log in one dialect, by learner and time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import select

from projections.history import OWN, UNDATED, encode
from projections.translation.event import NOTHING
from projections.work import Happening
from statements.reader import lines_at, lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Table

    from projections.people import People
    from projections.places import Places
    from projections.translation.event import Event, Translation
    from statements.connection import Connection, Row
    from statements.reader import Entry, Line

Translated = tuple["Entry", "Translation"]


class Written(NamedTuple):
    """What a batch of the log came to.

    Attributes:
        happenings: new ones.
        undone: learners of whom something was voided that had been folded before.

    """

    happenings: list[Happening]
    undone: set[int]


class Journal:
    """Writes events.

    Args:
        translate: a statement's translation, from its payload and the time it was stored.
        tables: by name, those of a rebuild under another one.
        people: learners.
        places: where things happen.

    """

    def __init__(
        self,
        translate: Callable[[bytes, int], Translation],
        tables: Mapping[str, Table],
        people: People,
        places: Places,
    ) -> None:
        self._translate = translate
        self._tables = tables
        self._people = people
        self._places = places
        self._pending: dict[bytes, list[int]] | None = None

    def write(self, log: Connection, records: Connection, entries: Sequence[Entry]) -> Written:
        """Write the events of entries that follow on those written before."""
        translated = [(entry, self._translate(entry.payload, entry.stored)) for entry in entries]
        voided, earlier = self._voids(log, records, translated)
        self._number(records, translated)
        rows, happenings = self._rows(records, translated, voided)
        undone = self._undo(records, earlier)
        records.insert(self._tables["event"], rows)
        self._count_unrecognised(records, translated)
        return Written(happenings, undone)

    # Numbers, and what is said of activities -----------------------------------------------------

    def _number(self, records: Connection, translated: Sequence[Translated]) -> None:
        events = [event for _, each in translated for event in each.events]
        identities = self._people.identities(records, {event.learner for event in events})
        self._people.learners(records, {identities[event.learner].learner for event in events})
        self._places.spots(records, {event.place for event in events})
        said = {
            definition: entry.position
            for entry, each in translated
            for definition in each.definitions
        }
        self._places.define(records, said)

    def _rows(
        self, records: Connection, translated: Sequence[Translated], voided: Mapping[int, int]
    ) -> tuple[list[Row], list[Happening]]:
        identities = self._people.identities(records, ())
        learners = self._people.learners(records, ())
        spots = self._places.spots(records, ())
        rows: dict[Row, Row] = {}
        happenings = []
        for entry, each in translated:
            for event in each.events:
                identity, spot = identities[event.learner], spots[event.place]
                void = voided.get(entry.position, 0)
                key = (identity.number, event.at, entry.position)
                rows[key] = _row(key, event, spot.number, void)
                if event.dated and not void and learners[identity.learner].counts:
                    happenings.append(
                        Happening(
                            identity.learner,
                            event.at,
                            entry.position,
                            event.kind,
                            event.own,
                            spot.unit,
                            spot.course,
                            event.details,
                        )
                    )
        return list(rows.values()), happenings

    def _count_unrecognised(self, records: Connection, translated: Sequence[Translated]) -> None:
        positions: dict[Row, list[int]] = defaultdict(list)
        for entry, each in translated:
            if each.unrecognised:
                positions[each.unrecognised].append(entry.position)
        table = self._tables["unrecognised"]
        stored = {row[:2]: row for row in records.fetch(table, list(positions))}
        rows = []
        for key, several in positions.items():
            _, _, count, first, _ = stored.get(key, (*key, 0, several[0], 0))
            rows.append((*key, count + len(several), first, several[-1]))
        records.replace(table, rows)

    # Voids ----------------------------------------------------------------------------------------

    def _voids(
        self, log: Connection, records: Connection, translated: Sequence[Translated]
    ) -> tuple[dict[int, int], list[tuple[Line, int]]]:
        """What is voided now: positions in this batch and lines before it, each with its voider."""
        first, last = translated[0][0].position, translated[-1][0].position
        voids = {entry.position: UUID(each.voids).bytes for entry, each in translated if each.voids}
        targets = {line.id: line for line in lines_of(log, set(voids.values()))}
        voiders = {line.position: line for line in lines_at(log, voids)}
        voided = self._arrived(log, records, [entry for entry, _ in translated])
        earlier = []
        for position, statement_id in voids.items():
            target = targets.get(statement_id)
            if target is None or target.position > last:
                self._wait(records, statement_id, position)
            elif voiders[position].may_void(target):
                if target.position < first:
                    earlier.append((target, position))
                voided.setdefault(target.position, position)
        return voided, earlier

    def _wait(self, records: Connection, target: bytes, position: int) -> None:
        """Note a voiding statement that came before what it voids."""
        self._waiting(records).setdefault(target, []).append(position)
        records.replace(self._tables["pending_void"], [(target, position)])

    def _waiting(self, records: Connection) -> dict[bytes, list[int]]:
        if self._pending is None:
            self._pending = {}
            for target, position in records.rows(select(*self._tables["pending_void"].columns)):
                self._pending.setdefault(target, []).append(position)
        return self._pending

    def _arrived(
        self, log: Connection, records: Connection, entries: Iterable[Entry]
    ) -> dict[int, int]:
        """Entries whose voiding statement came before them, each with its position."""
        waiting = self._waiting(records)
        if not waiting:
            return {}
        found = {entry.position: waiting.pop(entry.id, ()) for entry in entries}
        positions = {each for several in found.values() for each in several}
        lines = {line.position: line for line in lines_at(log, [*positions, *found])}
        voided = {}
        for position, several in found.items():
            allowed = [each for each in several if lines[each].may_void(lines[position])]
            if allowed:
                voided[position] = min(allowed)
        gone = [(lines[position].id,) for position, several in found.items() if several]
        records.remove(self._tables["pending_void"], gone)
        return voided

    def _undo(self, records: Connection, earlier: Sequence[tuple[Line, int]]) -> set[int]:
        """Mark events as voided that were written before; learners whose they are."""
        undone: set[int] = set()
        for target, voider in earlier:
            events = self._translate(target.payload, target.stored).events
            identities = self._people.identities(records, {event.learner for event in events})
            keys = [(identities[e.learner].number, e.at, target.position) for e in events]
            rows = records.fetch(self._tables["event"], keys)
            records.replace(
                self._tables["event"],
                [(*row[:6], voider, row[7]) for row in rows if not row[6]],
            )
            undone |= {identities[event.learner].learner for event in events}
        return undone


def _row(key: Row, event: Event, place: int, voided: int) -> Row:
    marks = OWN * event.own | UNDATED * (not event.dated)
    details = b"" if event.details is NOTHING else encode(event.details)
    return (*key, int(event.kind), marks, place, voided, details)
