"""Pages of HTML that need nothing else: no script, no font, no style sheet from elsewhere.

What RGAA 4.1 asks of such pages: a language, a title, headings in order, a skip link, a caption and
header cells for each table, a text for each chart, and nothing that is told by colour alone.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from analytics.reports.charts import chart, svg
from analytics.reports.describing import described
from analytics.reports.named import Words
from analytics.reports.wording import written_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analytics.reports.asking import Answer

MOST_TABLE_ROWS = 5_000  # a browser shows no more with ease; CSV has all

_SKIP = Words("Aller au contenu", "Skip to content")
_CUT = Words("Les {n} premières lignes.", "The first {n} rows.")
_NOTHING = Words("Aucune ligne.", "No rows.")
_LEFT_OUT = Words(
    "n. c. : non communiqué, trop peu de personnes.", "n/a: not available, too few people."
)
_STYLE = """
body{font:1rem/1.5 sans-serif;color:#1b1b35;background:#fff;max-width:60rem;
margin:0 auto;padding:1rem}
svg{max-width:100%;height:auto}.scroll{overflow-x:auto}figure{margin:1rem 0}
table{border-collapse:collapse;margin:1rem 0}
caption{text-align:left;font-weight:bold;padding:.3rem 0}
th,td{border:1px solid #767687;padding:.25rem .6rem;text-align:left}td.n{text-align:right}
thead th{border-bottom-width:3px}.skip{position:absolute;left:-99rem}.skip:focus{position:static}
a:focus,.scroll:focus{outline:3px solid #2f4b9c;outline-offset:2px}
@media print{body{max-width:none}section{break-inside:avoid}}
"""


class Grid(NamedTuple):
    """A table of a page; the first cell of each row is its header."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def page(language: str, title: str, body: Iterable[str]) -> str:
    """A whole page with a title as its first heading."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#content">{_SKIP.into(language)}</a>\n'
        f'<main id="content">\n<h1>{escape(title)}</h1>\n{"".join(body)}</main>\n</body>\n</html>\n'
    )


def section(answer: Answer, language: str, mark: str, *, lead: str = "") -> str:
    """An answer under a heading: its question, its chart, and the table of its values.

    Args:
        answer: to show.
        language: of the page.
        mark: tells the ids of this section from those of others.
        lead: a sentence after the question.

    """
    query = answer.query
    words = escape(f"{query.answers.into(language)} {lead}".strip())
    return (
        f'<section aria-labelledby="{mark}">\n'
        f'<h2 id="{mark}">{escape(query.title.into(language))}</h2>\n<p>{words}</p>\n'
        f"{_figure(answer, language, mark)}{table(_grid(answer, language), mark)}</section>\n"
    )


def table(grid: Grid, mark: str) -> str:
    """A table that can be scrolled by the keyboard where it is too wide."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in grid.headings)
    rows = "".join(f"<tr>{_cells(row)}</tr>\n" for row in grid.rows)
    note = f"<p>{escape(grid.note)}</p>\n" if grid.note else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{mark}-caption">\n'
        f'<table>\n<caption id="{mark}-caption">{escape(grid.caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n{note}"
    )


def _cells(row: Sequence[str]) -> str:
    first = f'<th scope="row">{escape(row[0])}</th>'
    return first + "".join(
        f'<td class="n">{escape(cell)}</td>' if cell[:1].isdecimal() else f"<td>{escape(cell)}</td>"
        for cell in row[1:]
    )


def _figure(answer: Answer, language: str, mark: str) -> str:
    if not answer.rows:
        return ""
    told = escape(described(answer, language))
    drawn = svg(chart(answer, language, titled=False), language, told, mark)
    return f"<figure>{drawn}</figure>\n"


def _grid(answer: Answer, language: str) -> Grid:
    query = answer.query
    notes = [] if answer.rows else [_NOTHING.into(language)]
    if len(answer.rows) > MOST_TABLE_ROWS:
        notes.append(_CUT.into(language).format(n=MOST_TABLE_ROWS))
    if answer.left_out:
        notes.append(_LEFT_OUT.into(language))
    rows = written_rows(answer, language)[:MOST_TABLE_ROWS]
    headings = [column.into(language) for column in query.columns.values()]
    return Grid(query.title.into(language), headings, rows, " ".join(notes))
