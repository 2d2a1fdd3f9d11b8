"""Statements to append, and a store to append them to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from msgspec import structs

from schemas.parsing import parse
from schemas.versions import Version
from statements import tables
from statements.admission import Appended
from statements.append import Appender
from statements.filters import Filters, Scope
from statements.prepared import VOIDED_VERB, Prepared, Sender, prepare, sender
from statements.reader import Entry, find_statement, read_log
from statements.requests import AppendRequest
from statements.search import Page, search
from statements.terms import Dictionary

if TYPE_CHECKING:
    from statements.admission import Outcome
    from statements.database import Database
    from statements.page_queries import Record

Json = dict[str, Any]

ANNA: Json = {"mbox": "mailto:anna@example.org"}
EXPERIENCED = "http://adlnet.gov/expapi/verbs/experienced"
COURSE = "http://example.org/course"
AUTHORITY: Json = {"account": {"homePage": "http://example.org", "name": "key"}}
SENDER = sender(AUTHORITY)
EVERYTHING = Scope()


def new_statement(**members: Any) -> Json:  # noqa: ANN401  # any JSON
    """Make a small valid statement with an id of its own; `members` come over its own."""
    statement: Json = {
        "id": str(uuid4()),
        "actor": ANNA,
        "verb": {"id": EXPERIENCED},
        "object": {"id": COURSE},
    }
    return statement | members


def reference_to(statement_id: str) -> Json:
    """Make the object that refers to a statement."""
    return {"objectType": "StatementRef", "id": statement_id}


def new_void(statement_id: str, **members: Any) -> Json:  # noqa: ANN401  # any JSON
    """Make a statement that voids another one."""
    return new_statement(verb={"id": VOIDED_VERB}, object=reference_to(statement_id), **members)


def prepared(statement: Json | bytes, by: Sender = SENDER) -> Prepared:
    """Make a statement ready, as the server does after validating it."""
    raw = statement if isinstance(statement, bytes) else json.dumps(statement).encode()
    return prepare(raw, parse(raw), Version.V1, by)


def new_request(*statements: Json | bytes, by: Sender = SENDER) -> AppendRequest:
    """Make a request of these statements."""
    return AppendRequest([prepared(statement, by) for statement in statements])


def poisoned(request: AppendRequest) -> AppendRequest:
    """Spoil a request so that inserting it hits a bug, after its rows were written."""
    statements = [structs.replace(each, target=b"") for each in request.statements]
    return replace(request, statements=statements)


def counts(outcome: Outcome) -> tuple[int, int]:
    """Tell how many statements of an accepted request were new, and how many known."""
    assert isinstance(outcome, Appended), outcome
    return outcome.new, outcome.known


def text_id(statement_id: bytes) -> str:
    """Spell the id of a row as JSON does."""
    return str(UUID(bytes=bytes(statement_id)))


class Store:
    """A migrated database with what a server process keeps beside it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.dictionary = Dictionary()
        self.appender = Appender(database, self.dictionary)

    def append(self, *statements: Json | bytes, by: Sender = SENDER) -> Outcome:
        """Append one request."""
        return self.appender.append([new_request(*statements, by=by)])[0]

    def forge(self, *, position: int, stored: int) -> None:
        """Write a row of the log as no append would."""
        statement_id = uuid4().bytes
        row = (position, statement_id[-1], stored, 0, statement_id, b"", b"", "", b"{}")
        self.database.write(lambda connection: connection.insert(tables.statement, [row]))

    def log(self, after: int = 0, limit: int = 100_000) -> list[Entry]:
        """Read the log."""
        return self.database.read(lambda connection: read_log(connection, after, limit))

    def ids(self) -> list[str]:
        """Tell the ids of the log in order."""
        return [json.loads(entry.payload)["id"] for entry in self.log()]

    def page(self, filters: Filters, scope: Scope = EVERYTHING) -> Page:
        """Search."""
        return self.database.read(lambda c: search(c, self.dictionary, filters, scope))

    def found(self, scope: Scope = EVERYTHING, **filters: Any) -> list[str]:  # noqa: ANN401
        """Tell the ids of the page that filters give."""
        records = self.page(Filters(**filters), scope).records
        return [json.loads(record.payload)["id"] for record in records]

    def find(
        self, statement_id: str, scope: Scope = EVERYTHING, *, voided: bool = False
    ) -> Record | None:
        """Look a statement up."""
        wanted = UUID(statement_id).bytes
        return self.database.read(
            lambda c: find_statement(c, self.dictionary, wanted, scope, voided=voided)
        )
