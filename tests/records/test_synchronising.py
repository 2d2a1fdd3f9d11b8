"""A partner copies a table page by page while it changes, and ends with exactly that table."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from projections import tables
from projections.queries import lists
from tests.records.house import badge, completion, connection, course_iri, enrolment

if TYPE_CHECKING:
    from collections.abc import Callable

    from statements.connection import Connection, Row
    from tests.records.house import House

Json = dict[str, Any]

LEARNERS, COURSES, STEPS = 6, 3, 40
BADGES = [f"https://badges.example.org/{n}" for n in range(COURSES + 1)]
KEYS = ("learner", "course", "registration", "begun", "badge")


class Copy:
    """A partner's copy of a list."""

    def __init__(self, house: House, path: str, query: dict[str, object]) -> None:
        self._house = house
        self._path = path
        self._query = query
        self._cursor: str | None = None
        self._more: str | None = None
        self.rows: dict[tuple[object, ...], Json] = {}

    def take_page(self) -> bool:
        """Take the next page; whether it is the last for now."""
        if self._more:
            page = self._house.get(self._more)
        else:
            later = {"changed_after": self._cursor} if self._cursor else {}
            page = self._house.get(self._path, **self._query, **later)
        for row in page["rows"]:
            key = tuple(row.get(name) for name in KEYS)
            self.rows.pop(key, None)
            if not row.get("removed"):
                self.rows[key] = row
        self._cursor, self._more = page["cursor"], page.get("more")
        return self._more is None


def change(chance: random.Random, model: str, changed: int) -> Row:
    """Make a row that comes, changes or goes."""
    learner, course = chance.randint(1, LEARNERS), chance.randint(1, COURSES)
    is_gone = chance.random() < 0.3
    if model == "enrolments":
        status = "removed" if is_gone else chance.choice(["active", "left"])
        return enrolment(learner, course, changed, status)
    if model == "completions":
        return completion(learner, course, changed, "removed" if is_gone else "completed")
    if model == "connections":
        return connection(learner, 0, changed, at=chance.randint(0, 3))
    return badge(learner, BADGES[course], changed, "removed" if is_gone else "eligible")


def fold_connections(house: House, chance: random.Random, rows: list[Row]) -> None:
    """Let connections come, or leave a trace of those that go."""
    going = [row for row in rows if chance.random() < 0.4]
    coming = [row for row in rows if row not in going]

    def work(database: Connection) -> None:
        database.remove(tables.connection, [row[:3] for row in going])
        database.remove(tables.connection_gone, [row[:3] for row in coming])

    house.put(
        {
            tables.connection: coming,
            tables.connection_gone: [(*row[:3], row[-1]) for row in going],
        },
        work,
    )


TABLES = {
    "enrolments": tables.enrolment,
    "completions": tables.completion,
    "connections": tables.connection,
    "badges": tables.badge_standing,
}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        *((path, {}) for path in TABLES),
        ("enrolments", {"status": "active"}),
        ("enrolments", {"course": course_iri(1)}),
        ("enrolments", {"learner": "agent 1"}),
        ("enrolments", {"directorate": "DAC"}),
        ("completions", {"since": "2026-01-02"}),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_a_copy_made_while_rows_change_is_the_table(
    house: House,
    path: str,
    query: dict[str, object],
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lists, "EXAMINED", 3)
    chance = random.Random(f"{path} {query} {seed}")  # noqa: S311  # with a seed, to be had again
    house.put_learners(LEARNERS, directorate=("DRH", "DAC"), employer=("Ville",), cohort=("2026",))
    house.put_courses(COURSES)
    copy = Copy(house, path, {"limit": 2, **query})

    def fold() -> None:
        rows = [change(chance, path, house.changed + 1) for _ in range(chance.randint(0, 4))]
        by_key = {tuple(row[: len(TABLES[path].primary_key.columns)]): row for row in rows}
        if path == "connections":
            fold_connections(house, chance, list(by_key.values()))
        else:
            house.put({TABLES[path]: list(by_key.values())})

    for _ in range(STEPS):
        step: Callable[[], object] = chance.choice([fold, copy.take_page])
        step()
    while not copy.take_page():
        pass
    copy.take_page()  # from the last cursor: nothing new
    whole, _ = house.walk(path, **query)
    assert sorted(copy.rows.values(), key=repr) == sorted(whole, key=repr)
    assert not any(row.get("removed") for row in whole)


def test_what_went_is_told_to_whom_may_have_it_and_to_nobody_else(house: House) -> None:
    house.put_learners(2)
    house.put_courses(1)
    house.put({tables.enrolment: [enrolment(1, 1, house.changed + 1)]})
    rows, cursor = house.walk("enrolments")
    assert len(rows) == 1
    house.put({tables.enrolment: [enrolment(1, 1, house.changed + 1, "removed")]})
    assert house.walk("enrolments")[0] == []
    gone, later = house.walk("enrolments", changed_after=cursor)
    assert gone == [
        {"learner": "agent 1", "course": course_iri(1), "registration": "", "removed": True}
    ]
    assert house.walk("enrolments", changed_after=later)[0] == []


def test_what_does_not_match_any_more_is_told_as_removed(house: House) -> None:
    house.put_learners(2)
    house.put_courses(1)
    house.put({tables.enrolment: [enrolment(1, 1, house.changed + 1)]})
    _, cursor = house.walk("enrolments", status="active")
    house.put({tables.enrolment: [enrolment(1, 1, house.changed + 1, "left")]})
    (gone,) = house.rows("enrolments", status="active", changed_after=cursor)
    assert gone["removed"] is True


def test_rows_of_one_change_are_paged_by_their_keys(house: House) -> None:
    house.put_learners(50)
    house.put_courses(1)
    at = house.changed + 1
    house.put({tables.enrolment: [enrolment(n, 1, at) for n in range(1, 51)]})
    rows, _ = house.walk("enrolments", limit=7)
    assert len({row["learner"] for row in rows}) == len(rows) == 50
