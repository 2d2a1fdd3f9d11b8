"""Pages of HTML that need nothing else: no script, no font, no style sheet from elsewhere.

What RGAA 4.1 asks of such pages: a language, a title, headings in order, a skip link, a caption and
header cells for each table, a text for each chart, and nothing that is told by colour alone.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from analytics.reports.charts import MOST_ROWS, chart, is_cut, svg
from analytics.reports.describing import described
from analytics.reports.named import Words
from analytics.reports.wording import UNKNOWN, write, written_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analytics.reports.asking import Answer
    from analytics.reports.named import Column

MOST_TABLE_ROWS = 5_000  # a browser shows no more with ease; CSV has all

OPEN_ROWS = 30
"""Of a table that is open at once; the chart says enough of a longer one until it is wanted."""

_SKIP = Words("Aller au contenu", "Skip to content")
_CONTENTS = Words("Sommaire", "Contents")
_VALUES = Words("{title} : tableau des valeurs", "{title}: table of values")
_SHOW = Words("Tableau des valeurs ({n} lignes)", "Table of values ({n} rows)")
_DRAWN = Words("Le diagramme montre les {n} premières lignes.", "The chart has the first {n} rows.")
_CUT = Words("Les {n} premières lignes.", "The first {n} rows.")
_NOTHING = Words("Aucune ligne.", "No rows.")
_LEFT_OUT = Words(
    "n. c. : non communiqué, trop peu de personnes.", "n/a: not available, too few people."
)
_STYLE = files("analytics.reports").joinpath("page.css").read_text("utf-8")


class Grid(NamedTuple):
    """A table of a page; the first cell of each row is its header.

    Attributes:
        caption: says what it is.
        headings: of the columns.
        classes: of their cells: `n` for amounts, `t` for times, or none.
        rows: the cells.
        note: after the table.

    """

    caption: str
    headings: Sequence[str]
    classes: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def page(
    language: str, title: str, body: Iterable[str], contents: Mapping[str, str] | None = None
) -> str:
    """A whole page with a title as its first heading.

    Args:
        language: fr or en.
        title: as text.
        body: the sections.
        contents: titles of the sections by their ids, for a page that has many.

    """
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#content">{_SKIP.into(language)}</a>\n'
        f'<main id="content">\n<h1>{escape(title)}</h1>\n{_contents(contents or {}, language)}'
        f"{''.join(body)}</main>\n</body>\n</html>\n"
    )


def _contents(contents: Mapping[str, str], language: str) -> str:
    if not contents:
        return ""
    links = (f'<li><a href="#{id_}">{escape(text)}</a></li>\n' for id_, text in contents.items())
    label = _CONTENTS.into(language)
    return f'<nav aria-label="{label}">\n<ul>\n{"".join(links)}</ul>\n</nav>\n'


def section(answer: Answer, language: str, mark: str) -> str:
    """An answer under a heading: its question, its chart, and the table of its values.

    Args:
        answer: to show.
        language: of the page.
        mark: tells the ids of this section from those of others.

    """
    query = answer.query
    shown = table(_grid(answer, language), mark)
    if len(answer.rows) > OPEN_ROWS:
        rows = write("whole", len(answer.rows), language)
        summary = _SHOW.into(language).format(n=rows)
        shown = f"<details>\n<summary>{summary}</summary>\n{shown}</details>\n"
    return (
        f'<section>\n<h2 id="{mark}">{escape(query.title.into(language))}</h2>\n'
        f"<p>{escape(query.answers.into(language))}</p>\n"
        f"{_figure(answer, language, mark)}{shown}</section>\n"
    )


def table(grid: Grid, mark: str) -> str:
    """A table that can be scrolled by the keyboard where it is too wide."""
    columns = zip(grid.headings, grid.classes, strict=True)
    head = "".join(f'<th scope="col"{_class(name)}>{escape(text)}</th>' for text, name in columns)
    rows = "".join(f"<tr>{_cells(row, grid.classes)}</tr>\n" for row in grid.rows)
    note = f"<p>{escape(grid.note)}</p>\n" if grid.note else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{mark}-caption">\n'
        f'<table>\n<caption id="{mark}-caption">{escape(grid.caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n{note}"
    )


def _cells(row: Sequence[str], classes: Sequence[str]) -> str:
    first = f'<th scope="row"{_class(classes[0])}>{escape(row[0])}</th>'
    rest = zip(row[1:], classes[1:], strict=True)
    return first + "".join(f"<td{_class(name)}>{escape(cell)}</td>" for cell, name in rest)


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _figure(answer: Answer, language: str, mark: str) -> str:
    if not answer.rows:
        return ""
    told = escape(described(answer, language))
    title = escape(answer.query.title.into(language))
    drawn = svg(chart(answer, language, titled=False), language, told, mark)
    cut = _DRAWN.into(language).format(n=MOST_ROWS)
    caption = f"<figcaption>{cut}</figcaption>" if is_cut(answer) else ""
    named = f'tabindex="0" aria-label="{title}"'  # it scrolls where there is no room
    return f'<figure class="scroll" {named}>{drawn}{caption}</figure>\n'


def _grid(answer: Answer, language: str) -> Grid:
    """The answer as a table; addresses stand only where a name does not say enough."""
    query = answer.query
    notes = [] if answer.rows else [_NOTHING.into(language)]
    if len(answer.rows) > MOST_TABLE_ROWS:
        notes.append(_CUT.into(language).format(n=MOST_TABLE_ROWS))
    if answer.left_out:
        notes.append(_LEFT_OUT.into(language))
    columns = [each for each in query.columns.values() if each.form != "address"]
    caption = _VALUES.into(language).format(title=query.title.into(language))
    headings = [column.into(language) for column in columns]
    rows = _named_rows(answer, language)[:MOST_TABLE_ROWS]
    return Grid(caption, headings, [_class_of(column) for column in columns], rows, " ".join(notes))


def _class_of(column: Column) -> str:
    if column.is_figure:
        return "n"
    return "" if column.form == "text" else "t"


def _named_rows(answer: Answer, language: str) -> list[list[str]]:
    """The cells without addresses, but for those that tell rows of one name apart."""
    forms = [column.form for column in answer.query.columns.values()]
    addressed: list[tuple[list[str], str]] = []
    for row in written_rows(answer, language):
        cells = [cell for cell, form in zip(row, forms, strict=True) if form != "address"]
        addresses = [cell for cell, form in zip(row, forms, strict=True) if form == "address"]
        addressed.append((cells, addresses[-1] if addresses else ""))
    names = Counter(cells[0] for cells, _ in addressed)
    for cells, address in addressed:
        if not cells[0]:
            cells[0] = address or UNKNOWN.into(language)
        elif address and names[cells[0]] > 1:
            cells[0] = f"{cells[0]} ({address})"
    return [cells for cells, _ in addressed]
