"""A server's application over a records store that a test fills by hand."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from sqlalchemy import select

from lrs.app import build_app
from lrs.issuing import Wish, issue
from lrs.metrics import Metrics
from lrs.record_limits import NO_LIMITS, Limits
from lrs.records.past import Times
from lrs.records.store import Records
from lrs.services import Services
from lrs.settings import Settings
from lrs.store import Store
from projections import tables
from projections.reference import tables as reference
from projections.schema import SCHEMA, create
from projections.work import EVERYBODY
from statements.migrate import migrate
from statements.opening import open_database
from statements.writer import Limits as QueueLimits
from tests.http.asgi import Response, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Table

    from lrs.records.catalogue import Course
    from statements.connection import Connection, Row
    from statements.database import Database

Json = dict[str, Any]

HOME = "https://moodle.example.org"
DAY = 86_400_000_000
FIRST = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
EVERYTHING = ("records/read",)


def course_iri(number: int) -> str:
    return f"{HOME}/course/view.php?id={number}"


def ifi(number: int) -> str:
    return f"account:{HOME}|agent-{number}"


def open_there(url: str) -> Database:
    """Open the records store as it is."""
    return open_database(url, schema=SCHEMA, durable=False)


class Tags:
    """A catalogue that a test fills."""

    def __init__(self) -> None:
        self.version = "1"
        self.known: dict[str, Course] = {}

    def courses(self) -> Mapping[str, Course]:
        """Answer with what is known."""
        return self.known


def add_up_everybody(connection: Connection, table: Table) -> None:
    """Make the rows of everybody, as the fold keeps them beside those of each crowd."""
    sums: dict[Row, list[int]] = {}
    keys = [column.name for column in table.primary_key.columns if column.name != "crowd"]
    names = [column.name for column in table.columns]
    for row in connection.rows(select(*table.columns).where(table.c.crowd != EVERYBODY)):
        of = dict(zip(names, row, strict=True))
        key = tuple(of.pop(name) for name in keys)
        del of["crowd"]
        sums[key] = [a + b for a, b in zip(sums.get(key, [0] * len(of)), of.values(), strict=True)]
    connection.replace(table, [(*key, EVERYBODY, *several) for key, several in sums.items()])


class House:
    """The application, its log and its records.

    Args:
        folder: for the log's file.
        records_url: of the records store.

    """

    def __init__(self, folder: Path, records_url: str) -> None:
        log_url = f"sqlite:///{folder / 'log.sqlite3'}"
        self.settings = Settings(data_dir=folder, database_url=log_url, records_url=records_url)
        with closing(open_database(log_url)) as database:
            migrate(database)
        self.database = open_there(records_url)
        self.catalogue = Tags()
        self.log = open_database(log_url)
        records = Records(lambda: open_there(records_url), Times(1800), self.catalogue)
        store = Store(self.log, 1, QueueLimits())
        self.services = Services(self.settings, store, Metrics(), records)
        self.app = build_app(self.services, None)
        self.changed = 0
        self._credentials: dict[object, str] = {}

    def close(self) -> None:
        """Close every connection."""
        self.services.records.close()
        self.log.close()
        self.database.close()

    def found(self) -> None:
        """Make the tables, with nothing folded but the first statement."""

        def work(connection: Connection) -> None:
            everything = [*tables.metadata.sorted_tables, *reference.metadata.sorted_tables]
            create(self.database, connection, everything)

        self.database.write(work)
        self.put({})

    def put(
        self,
        rows: Mapping[Table, Sequence[Row]],
        beside: Callable[[Connection], None] = lambda _: None,
    ) -> None:
        """Replace rows in one transaction of the fold, which moves on by a change."""

        def work(connection: Connection) -> None:
            beside(connection)
            for table, of_table in rows.items():
                connection.replace(table, of_table)
                if "crowd" in table.primary_key.columns:
                    add_up_everybody(connection, table)
            state = ("all", "1", self.changed, None, None, "", FIRST + self.changed)
            connection.replace(tables.projection, [state])
            connection.replace(tables.counter, [("change", self.changed)])

        self.changed += 1
        self.database.write(work)

    def put_learners(self, count: int, **traits: Sequence[str]) -> None:
        """Let there be learners 1 to `count`; each trait goes round through its values."""

        def trait(name: str, number: int) -> str:
            values = traits.get(name, ("",))
            return values[number % len(values)]

        crowds: dict[tuple[str, ...], int] = {}
        learners: list[Row] = []
        for number in range(1, count + 1):
            of = tuple(trait(name, number) for name in ("directorate", "employer", "cohort"))
            crowd = crowds.setdefault(of, len(crowds) + 1)
            facts = (number, f"agent {number}", "learner", 1, of[0], of[1], "clerk", of[2], crowd)
            learners.append(facts)
        identities = [(number, ifi(number), number) for number in range(1, count + 1)]
        self.put(
            {
                tables.learner: learners,
                tables.identity: identities,
                tables.crowd: [(number, *of) for of, number in crowds.items()],
            }
        )

    def put_courses(self, count: int) -> None:
        """Let there be courses 1 to `count`."""
        rows = [
            (n, course_iri(n), "", json.dumps({"name": {"en": f"Course {n}"}}).encode(), n)
            for n in range(1, count + 1)
        ]
        self.put({tables.activity: rows})

    def credential(
        self,
        *scopes: str,
        limits: Limits = NO_LIMITS,
        authority: str | None = None,
    ) -> str:
        """The header of a credential."""
        kind = (scopes, limits, authority)
        if kind not in self._credentials:
            wish = Wish("test", scopes or EVERYTHING, authority, limits=limits)
            credential, secret = issue(self.log, wish, self.settings)
            known = b64encode(f"{credential.key}:{secret}".encode()).decode()
            self._credentials[kind] = f"Basic {known}"
        return self._credentials[kind]

    def ask(
        self,
        path: str,
        who: str | None = None,
        /,
        *,
        headers: Any = None,  # noqa: ANN401  # so that a query of texts fits
        **query: object,
    ) -> Response:
        """GET a path below /records, or a link."""
        fields = {"authorization": who or self.credential(), **(headers or {})}
        target = path if path.startswith("/") else f"/records/{path}"
        if query:
            target += "?" + urlencode({k: str(v) for k, v in query.items()}, quote_via=quote)
        return asyncio.run(ask(self.app, f"GET {target}", headers=fields))

    def send(
        self, request: str, who: str, body: bytes = b"", /, kind: str = "", if_match: str = ""
    ) -> Response:
        """Send `METHOD path`, below /records, with a body of a kind."""
        method, path = request.split(" ")
        fields = {"authorization": who, "content-type": kind, "if-match": if_match}
        fields["content-length"] = str(len(body))
        given = {name: value for name, value in fields.items() if value}
        return asyncio.run(
            ask(self.app, f"{method} /records/{path}", headers=given, chunks=(body,))
        )

    def get(self, path: str, who: str | None = None, /, **query: object) -> Json:
        """What a GET answers, which has to be 200 and JSON."""
        response = self.ask(path, who, **query)
        assert response.status == 200, response.body
        found: Json = json.loads(response.body)
        return found

    def rows(self, path: str, who: str | None = None, /, **query: object) -> list[Json]:
        """The rows of a page."""
        found: list[Json] = self.get(path, who, **query)["rows"]
        return found

    def walk(self, path: str, who: str | None = None, /, **query: object) -> tuple[list[Json], str]:
        """The rows of all pages, and the cursor at their end."""
        page = self.get(path, who, **query)
        rows = page["rows"]
        while "more" in page:
            page = self.get(page["more"], who)
            rows += page["rows"]
        return rows, page["cursor"]


def problem(response: Response) -> Json:
    """The first problem of an error 400."""
    assert response.status == 400, response.body
    found: Json = json.loads(response.body)["problems"][0]
    return found


def enrolment(  # noqa: PLR0913  # as many as the table has columns
    learner: int,
    course: int,
    changed: int,
    status: str = "active",
    *,
    registration: str = "",
    at: int = FIRST,
    evidence: str = "{}",
) -> Row:
    """A row of the table."""
    return (learner, course, registration, at, at, "manual", status, evidence, changed)


def completion(learner: int, course: int, changed: int, status: str = "completed") -> Row:
    """A row of the table."""
    done = FIRST + DAY if status == "completed" else None
    marks = (80.0, FIRST, 70.0, FIRST + DAY)
    return (learner, course, status, 1.0, FIRST, done, *marks, "{}", changed, b"")


def connection(learner: int, course: int, changed: int, edges: int = 1, at: int = FIRST) -> Row:
    """A row of the table: half an hour."""
    return (learner, course, at, at + 1_800_000_000, edges, changed)


def badge(learner: int, iri: str, changed: int, status: str = "eligible") -> Row:
    """A row of the table."""
    criteria = json.dumps(
        [{"criterion": "course", "met": True, "since": FIRST, "evidence": {"x": 1}}]
    )
    return (learner, iri, status, FIRST, None, None, None, criteria, "{}", changed)


def connected(course: int, period: str, crowd: int, learners: int) -> Row:
    """A row of connection_tally: two connections of half an hour for each learner."""
    return (course, period, crowd, learners * 2, learners, learners * 2 * 1_800_000_000)


def progressed(course: int, period: str, crowd: int, enrolments: int) -> Row:
    """A row of progress_tally: enrolments, and nothing completed."""
    return (course, period, crowd, enrolments, 0)
