"""The named queries: SQL files that say in their first comment what they answer."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from analytics.errors import NoSuchReport

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("fr", "en")
REQUIRED = "required"
COUNT = "count()"
"""Stands in a chart for the number of rows."""
_QUERIES = files("analytics") / "queries"


class Words(msgspec.Struct, frozen=True):
    """A text in both languages."""

    fr: str
    en: str

    def into(self, language: str) -> str:
        """The text in one of them."""
        text: str = getattr(self, language)
        return text


COUNTED = Words("Personnes", "Learners")
"""What is counted where a chart counts rows: only lists of persons do."""


class Column(Words, frozen=True):
    """A column of an answer: its heading, and how its values are written.

    Attributes:
        form: text; a number (whole, number, or share: 0 to 1, written in percent); a time (day,
            month such as 2026-03, week such as 2026-W12, weekday from 1, hour from 0); or address,
            which is for programs: pages show it only where a name is missing or not the only one.

    """

    form: str = "text"

    @property
    def is_figure(self) -> bool:
        """Whether it holds amounts, which have a least and a greatest."""
        return self.form in {"whole", "number", "share"}


class Chart(msgspec.Struct, frozen=True):
    """How an answer is drawn.

    Attributes:
        mark: bar, line, point or circle.
        x: a column, or `count()`: how many rows have the same y.
        y: another.
        size: of circles, a column.

    """

    mark: str
    x: str
    y: str
    size: str = ""


class NamedQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query with its documentation.

    Attributes:
        name: by which people ask for it.
        sql: with `$name` for each parameter.
        title: what stands above the answer.
        answers: the question in words.
        parameters: names, with what they are unless something is given; `required`: it must be.
        columns: of the answer, in order.
        chart: how it is drawn.
        people: names of columns that count people, each with the figures that are about them.
        persons: each row is about one person: nothing to be published.
        ranked: rows are in the order of a figure, which may not tell where one was left out.
        words: what stands in a column of text instead of its values.

    """

    name: str
    sql: str
    title: Words
    answers: Words
    parameters: dict[str, str | int | None]
    columns: dict[str, Column]
    chart: Chart
    people: dict[str, list[str]] = {}
    persons: bool = False
    ranked: bool = False
    words: dict[str, Words] = {}

    @property
    def keys(self) -> list[str]:
        """The columns that tell rows apart: all that are no figures."""
        figures = {name for names in self.people.values() for name in names}
        return [name for name in self.columns if name not in figures]


@cache
def named_queries() -> Mapping[str, NamedQuery]:
    """All of them, by name."""
    names = sorted(each.name for each in _QUERIES.iterdir() if each.name.endswith(".sql"))
    return {name.removesuffix(".sql"): _read(name) for name in names}


def named_query(name: str) -> NamedQuery:
    """The one with a name.

    Raises:
        NoSuchReport: none has it.

    """
    try:
        return named_queries()[name]
    except KeyError:
        known = ", ".join(named_queries())
        raise NoSuchReport(f"there is no report {name}; there are {known}") from None


def _read(file: str) -> NamedQuery:
    text = (_QUERIES / file).read_text("utf-8")
    comment, _, sql = text.removeprefix("/*").partition("*/")
    described: dict[str, Any] = yaml.safe_load(comment)
    about = {"name": file.removesuffix(".sql"), "sql": sql.strip()}
    return msgspec.convert(described | about, NamedQuery)
