"""Charts of answers: Vega-Lite by Altair, drawn by vl-convert without a browser or a network."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import vl_convert

from analytics.reports.named import Words
from analytics.reports.wording import written

if TYPE_CHECKING:
    from analytics.reports.asking import Answer, Row

Spec = dict[str, Any]

MOST_ROWS = 40
"""Of a chart of names: beyond, nobody can read them. The table has all."""

_WIDTH, _HEIGHT, _STEP = 640, 260, 18  # pixels
_INK, _FILL = "#1b1b35", "#2f4b9c"  # contrast with white of 16 and 8 to 1
_NUMBERS = {"whole", "number", "share"}
_FORMATS = {"whole": ",.0f", "number": ",.2~f", "share": ".0%"}
_LOCALES: dict[str, Literal["fr-FR", "en-US"]] = {"fr": "fr-FR", "en": "en-US"}
_COUNT = "count()"
_COUNTED = Words("Personnes", "Learners")
_IDS = re.compile(r'(\bid="|url\(#|href="#)')


def chart(answer: Answer, language: str, *, titled: bool = True) -> Spec:
    """The chart of an answer, as Vega-Lite; without a title if one stands beside it."""
    drawn = answer.query.chart
    rows = _drawn_rows(answer, language)
    base = alt.Chart({"values": rows})
    marked = getattr(base, f"mark_{drawn.mark}")(**_mark(drawn.mark))
    encoded = marked.encode(**_channels(answer, language, rows)).properties(
        **_size(answer, len(rows)),
        **({"title": answer.query.title.into(language)} if titled else {}),
    )
    spec: Spec = encoded.configure(font="sans-serif", background="white").to_dict()
    return spec


def svg(spec: Spec, language: str, described: str, mark: str) -> str:
    """The chart as an SVG element for a page.

    Args:
        spec: of the chart.
        language: in which numbers are written.
        described: what is to be told to who can't see it, escaped for HTML.
        mark: tells its ids from those of the other charts of the page.

    """
    drawn = vl_convert.vegalite_to_svg(spec, format_locale=_LOCALES[language])
    apart = _IDS.sub(rf"\g<1>{mark}-", drawn)
    return f'<svg role="img" aria-label="{described}"' + apart.removeprefix("<svg")


def png(spec: Spec, language: str) -> bytes:
    """The chart as a picture, sharp enough for print."""
    picture: bytes = vl_convert.vegalite_to_png(spec, scale=2, format_locale=_LOCALES[language])
    return picture


def _mark(kind: str) -> Spec:
    more: dict[str, Spec] = {"line": {"point": {"color": _INK}}, "circle": {"opacity": 1}}
    return {"color": _FILL, **more.get(kind, {})}


def _drawn_rows(answer: Answer, language: str) -> list[Spec]:
    """The rows that can be drawn; names are made different, or their bars would be piled up."""
    query, drawn = answer.query, answer.query.chart
    figures = [name for name in (drawn.x, drawn.y, drawn.size) if _is_number(answer, name)]
    kept = [row for row in answer.rows if all(row[name] is not None for name in figures)]
    if drawn.mark == "bar" and _is_number(answer, drawn.x):
        kept = kept[:MOST_ROWS]
    seen: Counter[str] = Counter()
    rows = []
    for row in kept:
        shown = {name: row[name] for name in figures}
        for name in {drawn.x, drawn.y} - {*figures, _COUNT}:
            text = written(query, name, row[name], language) or _instead(answer, row)
            seen[text] += 1
            is_again = seen[text] > 1 and drawn.y != _COUNT
            shown[name] = f"{text} ({seen[text]})" if is_again else text
        rows.append(shown)
    return rows


def _instead(answer: Answer, row: Row) -> str:
    """What stands for a name that nobody gave."""
    return next((str(row[key]) for key in answer.query.keys if row[key]), "?")


def _channels(answer: Answer, language: str, rows: list[Spec]) -> Spec:
    drawn = answer.query.chart
    channels: Spec = {
        "x": alt.X(_named(answer, drawn.x), **_axis(answer, drawn.x, language)),
        "y": alt.Y(_named(answer, drawn.y), **_axis(answer, drawn.y, language)),
    }
    if drawn.size:
        title = answer.query.columns[drawn.size].into(language)
        most = max((row[drawn.size] for row in rows), default=1)
        scale = alt.Scale(domain=[0, most], range=[0, 400])
        channels["size"] = alt.Size(f"{drawn.size}:Q", title=title, scale=scale)
    return channels


def _named(answer: Answer, name: str) -> str:
    if name == _COUNT:
        return _COUNT
    return f"{name}:{'Q' if _is_measured(answer, name) else 'O'}"


def _is_measured(answer: Answer, name: str) -> bool:
    """Numbers are places on a line, but for those of a grid of circles."""
    return _is_number(answer, name) and not answer.query.chart.size


def _is_number(answer: Answer, name: str) -> bool:
    column = answer.query.columns.get(name)
    return column is not None and column.form in _NUMBERS


def _axis(answer: Answer, name: str, language: str) -> Spec:
    if name == _COUNT:
        return {"title": _COUNTED.into(language)}
    column = answer.query.columns[name]
    axis: Spec = {"labelLimit": 300, "labelColor": _INK, "titleColor": _INK}
    if _is_measured(answer, name):
        axis["format"] = _FORMATS[column.form]
    channel: Spec = {"title": column.into(language), "axis": alt.Axis(**axis)}
    if _is_measured(answer, name):
        return channel | {"scale": alt.Scale(zero=True)}
    if _is_number(answer, name):
        return channel  # hours and weekdays, in their order
    if name == answer.query.chart.y:
        channel["title"] = None  # names say what they are; it would stand across long ones
    return channel | {"sort": None}


def _size(answer: Answer, rows: int) -> Spec:
    is_flat = answer.query.chart.mark == "bar" and _is_number(answer, answer.query.chart.x)
    return {"width": _WIDTH, "height": max(rows, 1) * _STEP if is_flat else _HEIGHT}
