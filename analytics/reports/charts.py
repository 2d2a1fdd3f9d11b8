"""Charts of answers: Vega-Lite by Altair, drawn by vl-convert without a browser or a network."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import vl_convert

from analytics.reports.named import COUNT, COUNTED
from analytics.reports.wording import UNKNOWN, weekdays, written

if TYPE_CHECKING:
    from analytics.reports.asking import Answer, Row

Spec = dict[str, Any]

MOST_ROWS = 40
"""Of a chart of names: beyond, nobody can read them. The table has all."""

_WIDTH, _HEIGHT, _STEP = 640, 280, 20  # pixels
_LETTER = 6.5  # pixels of a label's usual letter
_TEXT, _TITLE = 12, 16  # sizes of letters
_INK, _FILL = "#1b1b35", "#2f4b9c"  # contrast with white of 16 and 8 to 1
_FORMATS = {"whole": ",.0f", "number": ",.2~f", "share": ".0%"}
_LOCALES: dict[str, Literal["fr-FR", "en-US"]] = {"fr": "fr-FR", "en": "en-US"}
_IDS = re.compile(r'(\bid="|url\(#|href="#)')
_LOOK: Spec = {
    "font": "sans-serif",
    "background": "white",
    "title": {"fontSize": _TITLE, "color": _INK, "anchor": "start", "offset": 12},
    "axis": {
        "labelColor": _INK,
        "labelFontSize": _TEXT,
        "labelLimit": 300,
        "labelOverlap": True,
        "titleColor": _INK,
        "titleFontSize": _TEXT,
        "titlePadding": 8,
        "tickCount": 8,
    },
    "legend": {
        "labelColor": _INK,
        "labelFontSize": _TEXT,
        "titleColor": _INK,
        "titleFontSize": _TEXT,
    },
}


def chart(answer: Answer, language: str, *, titled: bool = True) -> Spec:
    """The chart of an answer, as Vega-Lite; without a title if one stands beside it."""
    drawn = answer.query.chart
    rows = _drawn_rows(answer, language)
    base = alt.Chart({"values": rows})
    marked = getattr(base, f"mark_{drawn.mark}")(**_mark(drawn.mark))
    encoded = marked.encode(**_channels(answer, language, rows)).properties(
        **_size(answer, rows),
        **({"title": answer.query.title.into(language)} if titled else {}),
    )
    spec: Spec = encoded.configure(**_LOOK).to_dict()
    return spec


def is_cut(answer: Answer) -> bool:
    """Whether the chart has the first rows only."""
    is_of_rows = _is_flat(answer) and answer.query.chart.x != COUNT
    return is_of_rows and len(answer.rows) > MOST_ROWS


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
    figures = [name for name in (drawn.x, drawn.y, drawn.size) if _is_kept(answer, name)]
    kept = [row for row in answer.rows if all(row[name] is not None for name in figures)]
    if is_cut(answer):
        kept = kept[:MOST_ROWS]
    seen: Counter[str] = Counter()
    rows = []
    for row in kept:
        shown = {name: row[name] for name in figures}
        for name in {drawn.x, drawn.y} - {*figures, COUNT}:
            text = written(query, name, row[name], language) or _instead(answer, row, language)
            seen[text] += 1
            is_again = seen[text] > 1 and drawn.x != COUNT and not drawn.size
            shown[name] = f"{text} ({seen[text]})" if is_again else text
        rows.append(shown)
    return rows


def _instead(answer: Answer, row: Row, language: str) -> str:
    """What stands for a name that nobody gave: an address, if there is one."""
    columns = answer.query.columns
    addresses = [row[name] for name in columns if columns[name].form == "address"]
    return next((str(each) for each in addresses if each), UNKNOWN.into(language))


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
    if name == COUNT:
        return COUNT
    return f"{name}:{'Q' if _is_measured(answer, name) else 'O'}"


def _is_measured(answer: Answer, name: str) -> bool:
    """Amounts are places on a line; everything else stands side by side."""
    column = answer.query.columns.get(name)
    return column is not None and column.is_figure


def _is_kept(answer: Answer, name: str) -> bool:
    """Whether it is drawn as the number that it is: amounts, and hours, which need no words."""
    column = answer.query.columns.get(name)
    return column is not None and (column.is_figure or column.form == "hour")


def _axis(answer: Answer, name: str, language: str) -> Spec:
    if name == COUNT:
        return {"title": COUNTED.into(language)}
    column = answer.query.columns[name]
    channel: Spec = {"title": column.into(language)}
    if _is_measured(answer, name):
        axis = alt.Axis(format=_FORMATS[column.form])
        return channel | {"axis": axis, "scale": alt.Scale(zero=True)}
    if column.form == "hour":  # also those at which nobody comes
        every = {"scale": alt.Scale(domain=[*range(24)]), "axis": alt.Axis(labelAngle=0)}
        return channel | every
    if name == answer.query.chart.y:
        channel["title"] = None  # names say what they are; it would stand across long ones
    else:  # the places of what is left out, too: no gap between two weeks is hidden
        places = [written(answer.query, name, row[name], language) for row in answer.rows]
        channel["axis"] = alt.Axis(labelAngle=_angle(places))
        channel["scale"] = alt.Scale(domain=places)
    if column.form == "weekday":
        days = weekdays(language)
        return channel | {"sort": days, "scale": alt.Scale(domain=days)}
    return channel | {"sort": "-x" if answer.query.chart.x == COUNT else None}


def _angle(labels: list[str]) -> int:
    """Labels below bars are level where they have the room, else they lean."""
    longest = max(map(len, labels), default=0)
    return 0 if longest * _LETTER * len(labels) <= _WIDTH else -45


def _is_flat(answer: Answer) -> bool:
    """Whether bars lie, each beside its name."""
    drawn = answer.query.chart
    return drawn.mark == "bar" and (drawn.x == COUNT or _is_measured(answer, drawn.x))


def _size(answer: Answer, rows: list[Spec]) -> Spec:
    names = {row[answer.query.chart.y] for row in rows} if _is_flat(answer) else ()
    return {"width": _WIDTH, "height": len(names) * _STEP if names else _HEIGHT}
