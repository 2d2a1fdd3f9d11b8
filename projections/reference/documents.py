"""Courses and badge definitions in the records store: brought in, taken out, read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Table, select

from projections.reference import tables
from projections.reference.badge_rules import broken_badge_order, broken_badge_rules
from projections.reference.badges import Badge, make_badge
from projections.reference.catalogue import Catalogue, broken_catalogue_rules, make_course
from projections.reference.problems import Problem, Refused
from projections.reference.revisions import LOCK, Name, Report, count_change, demand, difference
from projections.reference.yaml_documents import line_of
from schemas.errors import quoted
from schemas.explanation import json_step
from schemas.reference_data import problems_of

if TYPE_CHECKING:
    from statements.connection import Connection
    from statements.database import Database

Json = dict[str, Any]
Broken = Iterator[tuple[str, str]]
"""JSON paths, and the rules that are broken there."""

MEMBERS = ("courses", "badges")
"""What a file may hold: one file may have both."""


def _broken_course(document: Any, path: str) -> Broken:  # noqa: ANN401 - any JSON value
    for problem in problems_of("course", document):
        yield problem.within(path).path, problem.rule


@dataclass(frozen=True, slots=True)
class Kind:
    """Courses, or badges: where they are kept, and by which rules."""

    name: Name
    member: str
    table: Table
    broken: Callable[[Any, str], Broken]
    broken_together: Callable[[Mapping[str, Json], Mapping[str, str]], Broken]


CATALOGUE = Kind("catalogue", "courses", tables.course, _broken_course, broken_catalogue_rules)
BADGES = Kind("badges", "badges", tables.badge, broken_badge_rules, broken_badge_order)

_SELECT = {
    kind.name: select(kind.table.c.iri, kind.table.c.document).order_by(kind.table.c.iri)
    for kind in (CATALOGUE, BADGES)
}


def import_documents(  # noqa: PLR0913  # two of them are for the API alone
    database: Database,
    kind: Kind,
    value: Any,  # noqa: ANN401 - any JSON value
    *,
    replace: bool = False,
    lines: Mapping[str, int] | None = None,
    wanted: Collection[int] | None = None,
) -> Report:
    """Bring courses, or badges, in: all of them or, if anything is wrong, none.

    Args:
        database: the records store.
        kind: CATALOGUE or BADGES.
        value: an object with the member `courses` or `badges`, a list.
        replace: that there shall be these alone; else others stay.
        lines: the line of each JSON path, for problems.
        wanted: revisions of which the one before has to be one; None: any will do.

    Raises:
        Refused: with all that is wrong.
        PreconditionFailed: the revision is another one.

    """
    documents, broken = _listed(value, kind)
    sound: dict[str, Json] = {}
    for path, document in documents.items():
        if wrong := list(kind.broken(document, path)):
            broken += wrong
        else:
            sound[path] = document
    broken += _repeated(sound)
    new = {document["id"]: document for document in sound.values()}
    places = {document["id"]: path for path, document in sound.items()}

    def bring_in(connection: Connection) -> Report:
        demand(connection, kind.name, wanted)
        old = load_documents(connection, kind)
        whole = new if replace else old | new
        _refuse([*broken, *kind.broken_together(whole, places)], lines or {})
        return _write(connection, kind, old, whole)

    return database.write(bring_in, lock=LOCK)


def remove_documents(
    database: Database, kind: Kind, iris: Sequence[str], wanted: Collection[int] | None = None
) -> Report:
    """Take courses, or badges, out; those that are not there do no harm.

    Raises PreconditionFailed if the revision is none of those wanted.
    """

    def take_out(connection: Connection) -> Report:
        demand(connection, kind.name, wanted)
        old = load_documents(connection, kind)
        whole = {iri: document for iri, document in old.items() if iri not in set(iris)}
        return _write(connection, kind, old, whole)

    return database.write(take_out, lock=LOCK)


def load_documents(connection: Connection, kind: Kind) -> dict[str, Json]:
    """All courses, or badges, as they were brought in, by IRI and in the order of IRIs."""
    rows = connection.rows(_SELECT[kind.name])
    return dict(sorted((iri, orjson.loads(document)) for iri, document in rows))


def load_catalogue(connection: Connection) -> Catalogue:
    """The catalogue to fold with."""
    return Catalogue(map(make_course, load_documents(connection, CATALOGUE).values()))


def load_badges(connection: Connection) -> dict[str, Badge]:
    """Badges by IRI."""
    documents = load_documents(connection, BADGES)
    return {iri: make_badge(document) for iri, document in documents.items()}


def _refuse(broken: list[tuple[str, str]], lines: Mapping[str, int]) -> None:
    """Raise Refused if there is any broken rule."""
    problems = [Problem(line_of(lines, path), path, rule) for path, rule in broken]
    if problems:
        raise Refused(problems)


def _listed(
    value: Any,  # noqa: ANN401 - any JSON value
    kind: Kind,
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What is listed, by its JSON path, and what is wrong with the rest of the file."""
    if not isinstance(value, dict):
        return {}, [("$", f"{quoted(value)} is not an object with {kind.member}")]
    broken = [
        (f"${json_step(name)}", f"{quoted(name)} is not known; it is neither courses nor badges")
        for name in value
        if name not in MEMBERS and not name.startswith("x-")
    ]
    listed = value.get(kind.member)
    if not isinstance(listed, list):
        return {}, [*broken, ("$", f"there is no list of {kind.member}")]
    return {f"$.{kind.member}[{at}]": document for at, document in enumerate(listed)}, broken


def _repeated(documents: Mapping[str, Json]) -> Broken:
    first: dict[str, str] = {}
    for path, document in documents.items():
        iri = document["id"]
        if first.setdefault(iri, path) != path:
            yield f"{path}.id", f"{quoted(iri)} is here already, at {first[iri]}"


def _write(
    connection: Connection, kind: Kind, old: Mapping[str, Json], new: Mapping[str, Json]
) -> Report:
    """Make what is stored the new documents."""
    change = difference(old, new)
    rows = [(iri, orjson.dumps(new[iri]).decode()) for iri in (*change.added, *change.changed)]
    connection.replace(kind.table, rows)
    connection.remove(kind.table, [(iri,) for iri in change.removed])
    return count_change(connection, kind.name, change)
