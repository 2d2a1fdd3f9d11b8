"""A story told to the log, statement by statement, and what the records then say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import select

from projections import tables
from projections.contents import Names, contents
from tests.projections.descriptions import NOTHING_DESCRIBED
from tests.projections.folding import new_folder
from tests.projections.translation.statements import LEARNER
from tests.statements.store import Store, new_request, new_void

if TYPE_CHECKING:
    from projections.work import Projection
    from statements.database import Database
    from tests.projections.folding import Folder

Json = dict[str, Any]
Line = dict[str, Any]

MINUTE = 60_000_000
NOON = 1_741_604_400_000_000  # 2025-03-10T11:00:00Z


class Story:
    """A log, its records, and an engine between them."""

    def __init__(self, log: Database, records: Database) -> None:
        self.store, self.records = Store(log), records
        self.folder: Folder = new_folder(log, records)

    def restart(self, projections: list[Projection] | None = None) -> None:
        """Another process folds from now on, perhaps with other code."""
        self.folder.release()
        self.folder = new_folder(self.store.database, self.records, projections=projections)

    def tell(self, *told: Json, minute: float = 0, actor: Json = LEARNER) -> list[str]:
        """Append statements of one moment and fold them; their ids."""
        ids = self.append(*told, minute=minute, actor=actor)
        self.folder.settle()
        return ids

    def append(self, *told: Json, minute: float = 0, actor: Json = LEARNER) -> list[str]:
        """Append them only."""
        seconds = (NOON + round(minute * MINUTE)) // 1_000_000
        ids = [str(uuid4()) for _ in told]
        for statement_id, each in zip(ids, told, strict=True):
            members = {"id": statement_id, "actor": actor, "timestamp": _text(seconds)}
            statement = {**each, **members}
            del statement["stored"], statement["authority"]
            (outcome,) = self.store.appender.append([new_request(json.dumps(statement).encode())])
            assert not isinstance(outcome, Exception), outcome
        return ids

    def void(self, statement_id: str) -> None:
        """Append a statement that voids one, and fold it."""
        self.store.append(new_void(statement_id))
        self.folder.settle()

    def describe(self, **described: Any) -> None:  # noqa: ANN401 - as in Described
        """Bring reference data in."""
        NOTHING_DESCRIBED._replace(**described).bring_in(self.records)
        self.folder.settle()

    def lines(self, name: str) -> list[Line]:
        """Rows of a table in words, by column."""
        table = tables.metadata.tables[name]
        columns = [
            column.name for column in table.columns if column.name not in {"changed", "state"}
        ]
        lines = self.records.snapshot(lambda c: sorted(contents(c, table, Names(c)), key=repr))
        return [dict(zip(columns, line, strict=True)) for line in lines]

    def line(self, name: str) -> Line:
        """The only row of a table."""
        (line,) = self.lines(name)
        return line

    def checkpoints(self) -> dict[str, tuple[int, int | None]]:
        """How far each projection is, and where it has stopped."""
        column = tables.projection.c
        query = select(column.name, column.position, column.stopped_at)
        rows = self.records.read(lambda connection: connection.rows(query))
        return {name: (position, stopped) for name, position, stopped in rows}


def at(minute: float) -> int:
    """That minute of the story in microseconds since 1970."""
    return NOON + round(minute * MINUTE)


def _text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
