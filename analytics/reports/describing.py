"""What a chart shows, in words: for who can't see it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analytics.reports.named import COUNT, COUNTED, Words
from analytics.reports.wording import UNKNOWN, written

if TYPE_CHECKING:
    from analytics.reports.asking import Answer, Row

_MARKS = {
    "bar": Words("Diagramme en barres", "Bar chart"),
    "line": Words("Courbe", "Line chart"),
    "point": Words("Nuage de points", "Scatter plot"),
    "circle": Words("Grille de cercles", "Grid of circles"),
}
_NOTHING = Words("aucune valeur", "no values")
_TABLE = Words("Les valeurs sont dans le tableau qui suit.", "The values are in the table below.")
_RANGE = Words("de {low} à {high}", "from {low} to {high}")


def described(answer: Answer, language: str) -> str:
    """The kind of chart, its subject, its least and greatest value, and where the values are."""
    query, drawn = answer.query, answer.query.chart
    kind, title = _MARKS[drawn.mark].into(language), query.title.into(language)
    ends = _counted(answer, language) if drawn.x == COUNT else _measured(answer, language)
    said = ends or _NOTHING.into(language)
    colon = "\u00a0:" if language == "fr" else ":"
    return f"{kind}{colon} {title}. {said}. {_TABLE.into(language)}"


def _counted(answer: Answer, language: str) -> str:
    """The names that the fewest and the most rows have."""
    name = answer.query.chart.y
    counts = Counter(row[name] for row in answer.rows).most_common()
    if not counts:
        return ""
    low, high = (
        f"{n} ({written(answer.query, name, value, language) or UNKNOWN.into(language)})"
        for value, n in (counts[-1], counts[0])
    )
    return f"{COUNTED.into(language)} {_RANGE.into(language).format(low=low, high=high)}"


def _measured(answer: Answer, language: str) -> str:
    """The least and the greatest value, and where they are."""
    figure = _figure(answer)
    rows = [row for row in answer.rows if figure and row[figure] is not None]
    if not rows:
        return ""
    rows.sort(key=lambda row: row[figure])
    ends = {"low": rows[0], "high": rows[-1]}
    texts = {end: _end(answer, row, figure, language) for end, row in ends.items()}
    heading = answer.query.columns[figure].into(language)
    return f"{heading} {_RANGE.into(language).format(**texts)}"


def _figure(answer: Answer) -> str:
    """The drawn column of which there is a least and a greatest value."""
    drawn, figures = answer.query.chart, set(answer.query.columns) - set(answer.query.keys)
    return next((name for name in (drawn.size, drawn.y, drawn.x) if name in figures), "")


def _end(answer: Answer, row: Row, figure: str, language: str) -> str:
    query, drawn = answer.query, answer.query.chart
    value = written(query, figure, row[figure], language)
    places = [name for name in (drawn.x, drawn.y) if name != figure and row.get(name) is not None]
    where = ", ".join(written(query, name, row[name], language) for name in places)
    return f"{value} ({where})" if where else value
