"""What a list of records is asked for, and the page that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lrs import parameters
from lrs.records.answering import Table, format_of, link
from lrs.records.catalogue import tagged
from lrs.records.cursors import question_of, read_cursor, write_cursor
from lrs.records.moments import moment
from lrs.records.rows import FIELDS, reasons, told
from projections.queries.lists import Bounds, Cursor, Wanted, read_page
from projections.queries.lookup import activities_of, numbers_of
from schemas.identity import agent_ifi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lrs.call import Call
    from lrs.records.catalogue import Catalogue
    from lrs.records.sight import Sight
    from projections.queries.lists import Page
    from projections.queries.models import Model
    from projections.queries.state import State
    from statements.connection import Connection

Json = dict[str, Any]

DEFAULT_ROWS, MOST_ROWS = 100, 1000  # a row has some 300 bytes
TRAITS = ("directorate", "employer", "cohort")
COMMON = frozenset(
    {
        *("learner", "since", "until", *TRAITS),
        *("changed_after", "cursor", "limit", "format", "why", "as_of"),
    }
)
PARAMETERS = {
    "enrolments": COMMON | {"course", "tag", "status"},
    "completions": COMMON | {"course", "tag", "status"},
    "connections": (COMMON - {"why"}) | {"course", "tag"},  # no statement of a run is its reason
    "badges": COMMON | {"badge", "status"},
}
_STATUSES = {
    "enrolments": ("active", "suspended", "left", "completed"),
    "completions": ("not started", "in progress", "completed", "failed"),
    "badges": ("eligible", "in progress", "awarded", "revoked"),
}


class Question(NamedTuple):
    """A list as it is asked for, understood as far as that goes without a database."""

    model: Model
    sight: Sight
    learner: str | None
    thing: str | None
    tag: str | None
    wanted: Wanted  # all but numbers
    start: Cursor | None
    limit: int
    text: str  # what cursors are tied to


def read_question(call: Call, model: Model, sight: Sight) -> Question:
    """What a call asks of a list.

    Raises:
        BadRequest: a parameter is not known or breaks its rule.

    """
    parameters.only(call, PARAMETERS[model.name])
    format_of(call)
    text = question_of(call, model, sight.mark)
    return Question(
        model=model,
        sight=sight,
        learner=learner_name(call),
        thing=parameters.iri(call, model.thing),
        tag=parameters.text(call, "tag"),
        wanted=Wanted(
            employers=sight.limits.employers,
            status=_status(call, model),
            since=moment(call, "since"),
            until=moment(call, "until"),
            traits={name: v for name in TRAITS if (v := call.parameters.get(name)) is not None},
        ),
        start=_start(call, model, text),
        limit=limit_of(call),
        text=text,
    )


def answer_question(
    connection: Connection, state: State, question: Question, catalogue: Catalogue
) -> tuple[Page, list[Json]]:
    """The page, and its rows as they are told."""
    wanted = _numbered(connection, question, catalogue)
    start = question.start or Cursor(question.model.start, state.changed + 1)
    page = read_page(
        connection, question.model, wanted, start, Bounds(question.limit, state.changed)
    )
    iris = _iris(connection, question.model, page.rows)
    return page, [told(question.model, row, iris) for row in page.rows]


def people_of(question: Question) -> Callable[[Connection], list[int] | None]:
    """What tells whose records a question is about: None for everybody's."""
    course = question.thing if question.model.thing == "course" else None
    return lambda connection: question.sight.needed(connection, question.learner, course)


def table_of(call: Call, state: State, question: Question, page: Page, rows: list[Json]) -> Table:
    """The answer's rows and where to go on."""
    start = question.start or Cursor(question.model.start, state.changed + 1)
    beside = ["removed", *(["why"] if "why" in call.parameters else [])]
    fields = [*FIELDS[question.model.name], *beside]
    if not page.is_last:
        cursor = write_cursor(Cursor(page.after, start.fresh_from), question.text)
        return Table(fields, rows, cursor, link(call, cursor=cursor))
    # Whatever changed up to the state was there to be read, also what does not match.
    seen = (state.changed + 1, *question.model.start[1:])
    after = max(page.after, seen)
    return Table(fields, rows, write_cursor(Cursor(after, int(after[0])), question.text))


def positions_of(page: Page) -> set[int]:
    """Positions of all statements that led to the rows of a page."""
    return {position for row in page.rows for _, position in reasons(row)}


def add_reasons(page: Page, rows: list[Json], ids: Mapping[int, str]) -> None:
    """Let each row say why: rules, and ids of statements."""
    for row, shown in zip(page.rows, rows, strict=True):
        if not shown.get("removed"):
            shown["why"] = [
                {"rule": rule, "statement": ids[position]}
                for rule, position in reasons(row)
                if position in ids
            ]


def learner_name(call: Call, name: str = "learner") -> str | None:
    """The name of a learner: a key, an identifier, or a JSON Agent."""
    text = parameters.text(call, name)
    if text is not None and text.startswith("{"):
        return agent_ifi(parameters.required(call, name, parameters.agent))
    return text


def limit_of(call: Call, default: int = DEFAULT_ROWS) -> int:
    """How many rows a page may have; 0, or more than the server gives, means as many as it does."""
    limit = parameters.whole_number(call, "limit")
    return default if limit is None else min(limit or MOST_ROWS, MOST_ROWS)


def _start(call: Call, model: Model, text: str) -> Cursor | None:
    if "cursor" in call.parameters and "changed_after" in call.parameters:
        raise parameters.bad("cursor", "can't stand beside changed_after", "records: paging")
    if (later := read_cursor(call, "changed_after", model, text)) is not None:
        return later._replace(fresh_from=int(later.after[0]))
    return read_cursor(call, "cursor", model, text)


def _status(call: Call, model: Model) -> str | None:
    found = call.parameters.get("status")
    allowed = _STATUSES.get(model.name, ())
    if found is not None and found not in allowed:
        raise parameters.bad("status", f"is one of {', '.join(allowed)}", "records: filters")
    return found


def _numbered(connection: Connection, question: Question, catalogue: Catalogue) -> Wanted:
    """What is wanted, in numbers."""
    wanted, sight = question.wanted, question.sight
    things = sight.courses(connection, catalogue)
    tags = None if question.tag is None else tagged(catalogue, frozenset({question.tag}))
    in_tag = None if tags is None else frozenset(numbers_of(connection, tags).values())
    thing: int | str | None = question.thing
    if question.model.thing == "course":
        if question.thing is not None:
            thing = numbers_of(connection, [question.thing]).get(question.thing, -1)
        elif question.model.name == "connections" and things is None and in_tag is None:
            thing = 0  # the whole platform: its courses' connections are parts of these
    return Wanted(
        learner=sight.learner(connection, question.learner),
        thing=thing,
        things=things,
        employers=wanted.employers,
        tagged=in_tag,
        status=wanted.status,
        since=wanted.since,
        until=wanted.until,
        traits=wanted.traits,
    )


def _iris(connection: Connection, model: Model, rows: list[Json]) -> dict[int, str]:
    if model.thing != "course":
        return {}
    found = activities_of(connection, {row["course"] for row in rows} - {0})
    return {number: iri for number, (iri, _) in found.items()}
