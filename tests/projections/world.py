"""A log, records, whoever folds them, and all the ways in which their state can be checked."""

from __future__ import annotations

import json
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from projections import tables
from projections.runner import rebuild
from projections.runner.build import every_projection
from projections.runner.engine import PORTIONS
from projections.runner.ledger import EVENTS
from projections.runner.source import StoredReference
from projections.schema import LOCK
from statements.requests import AppendRequest
from tests.projections.descriptions import NOTHING_DESCRIBED
from tests.projections.folding import (
    GAP,
    SMALL,
    Fragile,
    Killed,
    differences,
    fold_afresh,
    new_folder,
    what_is_said,
)
from tests.projections.naive import Figures, Visit, figures
from tests.projections.partner import Partner, served
from tests.projections.sums import added_up, moment, stored_sums
from tests.statements.model import Entry, may_void, voids_something
from tests.statements.store import Store, prepared

if TYPE_CHECKING:
    from projections.runner.engine import Portions
    from statements.connection import Connection
    from statements.database import Database
    from tests.projections.descriptions import Described
    from tests.projections.folding import Folder, Said, Templates
    from tests.projections.happenings import Told
    from tests.statements.worlds import Key

Json = dict[str, Any]


class Sent(NamedTuple):
    """A statement that was sent, by whom; `told` is None for one that voids."""

    statement: Json
    key: Key
    told: Told | None


def id_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


class World:
    """Everything there is in one run.

    Args:
        templates: of empty stores.
        log: migrated and empty.
        records: with empty tables.

    """

    def __init__(self, templates: Templates, log: Database, records: Database) -> None:
        self.templates, self.records = templates, records
        self.store = Store(log)
        self.sent: dict[str, Sent] = {}
        self.described: Described = NOTHING_DESCRIBED
        self.gap = GAP
        self.source = StoredReference()
        self.partner = Partner()
        self.fragile = Fragile(records)
        self.portions = SMALL
        self.folder = self.start()

    # What happens ---------------------------------------------------------------------------------

    def append(self, statements: list[tuple[Json, Told | None]], key: Key) -> None:
        """Append a request; it may be refused."""
        ready = [prepared(statement, key.sender) for statement, _ in statements]
        self.store.appender.append([AppendRequest(ready, confined_to=key.confined_to)])
        for statement, told in statements:
            self.sent.setdefault(statement["id"], Sent(statement, key, told))

    def start(self) -> Folder:
        """A process that folds is started; those before it are gone, or go on."""
        folder = new_folder(self.store.database, self.fragile, gap=self.gap, source=self.source)
        folder.engine.limit(self.portions)
        folder.claim()
        return folder

    def restart(self) -> None:
        """The process that folds is stopped, and another one is started."""
        self.folder.release()
        self.folder = self.start()

    def step(self, times: int) -> bool:
        """Fold for a while; whether everything is folded."""
        return self.step_of(self.folder, times)

    def step_of(self, folder: Folder, times: int) -> bool:
        """The same of one who may not be allowed to any more."""
        return any(not folder.engine.step() for _ in range(times))

    def kill(self, lives: int) -> None:
        """Kill the process that folds at one of its next calls, or let it live."""
        self.fragile.lives = lives
        try:
            self.step(3)
        except Killed:
            self.restart()
        self.fragile.lives = -1

    def break_off(self, lives: int) -> None:
        """The database fails at one of the next calls; the process that folds goes on."""
        self.fragile.lives = lives
        with suppress(Killed):
            self.step(3)
        self.fragile.lives = -1

    def begin_rebuild(self, *, everything: bool) -> None:
        """Somebody wants it to be folded anew, as it is."""
        names = [EVENTS] if everything else [each.name for each in every_projection()]
        self.records.write(lambda connection: rebuild.request(connection, names), lock=LOCK)

    # What has to hold -----------------------------------------------------------------------------

    def settle(self) -> None:
        """Fold all there is."""
        self.folder.settle()

    def check(self, portions: Portions = PORTIONS) -> None:
        """All that has to hold when there is nothing left to fold."""
        said = self.records.snapshot(what_is_said)
        stopped = self.records.read(lambda connection: connection.rows(_STOPPED))
        assert not stopped, stopped
        found = differences(said, self._afresh(portions))
        assert not found, found
        self.records.snapshot(self._check_sums)
        self.records.snapshot(self._check_figures)
        self.synchronise()
        assert self.partner.rows == self.records.snapshot(served)

    def synchronise(self) -> None:
        """The partner asks what has changed."""
        self.records.snapshot(self.partner.synchronise)

    def _afresh(self, portions: Portions) -> Said:
        reference = self.records.snapshot(self.source.load)
        return fold_afresh(self.templates, self.store.database, reference, self.gap, portions)

    def check_other_order(self, seed: int) -> None:
        """The same statements in another order come to the same, their positions aside."""
        sent = [self.sent[statement_id] for statement_id in self.store.ids()]
        random.Random(seed).shuffle(sent)  # noqa: S311  # drawn by Hypothesis
        with self.templates.lend("log") as log:
            store = Store(log)
            for statement, key, _ in sent:
                ready = [prepared(statement, key.sender)]
                store.appender.append([AppendRequest(ready, confined_to=key.confined_to)])
            reference = self.records.snapshot(self.source.load)
            other = fold_afresh(self.templates, log, reference, self.gap, PORTIONS)
        said = self.records.snapshot(what_is_said)
        found = differences(_without_positions(said), _without_positions(other))
        assert not found, found

    def _check_sums(self, connection: Connection) -> None:
        for name, sums in added_up(connection).items():
            assert stored_sums(connection, tables.metadata.tables[name]) == sums, name

    def _check_figures(self, connection: Connection) -> None:
        told = [self.sent[each].told for each in self._valid()]
        gap = timedelta(microseconds=self.gap)
        wanted = figures([each for each in told if each], self.described, gap)
        found = _figures(connection)
        assert found == wanted, (found, wanted)

    def _valid(self) -> list[str]:
        """Ids of statements that are in the log and not voided."""
        entries = [
            Entry(number, 0, sent.statement, sent.key.organisation, bool(sent.key.confined_to))
            for number, sent in enumerate(self.sent[each] for each in self.store.ids())
        ]
        by_id = {entry.statement["id"]: entry for entry in entries}
        voids = [(entry, by_id.get(_target(entry))) for entry in entries if voids_something(entry)]
        voided = {target.position for entry, target in voids if target and may_void(entry, target)}
        return [each.statement["id"] for each in entries if each.position not in voided]


_STOPPED = select(tables.projection.c.name, tables.projection.c.error).where(
    tables.projection.c.stopped_at.is_not(None)
)


def _target(entry: Entry) -> str:
    return str(UUID(entry.statement["object"]["id"]))


def _figures(connection: Connection) -> Figures:
    """The figures as the records have them."""
    said = what_is_said(connection)
    visits = {
        Visit(line[0], moment(line[2]), moment(line[3]))
        for line in said["connection"]
        if not line[1]
    }
    learners: Counter[str] = Counter()
    for course, period, crowd, connections, number, _ in said["connection_tally"]:
        learners[period] += number if not course and crowd == "everybody" and connections else 0
    return Figures(
        visits,
        dict(+learners),
        {line[:2] for line in said["enrolment"]},
        {line[:2] for line in said["completion"] if line[2] == "completed"},
    )


def _without_positions(said: Said) -> Said:
    """Lines without evidence, which names positions, and without the log itself."""
    plain = {
        name: lines
        for name, lines in said.items()
        if name not in {"event", "unrecognised", "activity"}
    }
    for name in ("enrolment", "completion"):
        plain[name] = Counter(line[:-1] for line in said[name].elements())
    plain["badge_standing"] = Counter(
        (*line[:-2], _without_reasons(line[-2])) for line in said["badge_standing"].elements()
    )
    return plain


def _without_reasons(criteria: str) -> str:
    def strip(found: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(found, list):
            return [strip(each) for each in found]
        if isinstance(found, dict):
            return {
                name: [each[:2] for each in value] if name == "evidence" else strip(value)
                for name, value in found.items()
            }
        return found

    return json.dumps(strip(json.loads(criteria)))
