"""How values are written, in French and in English."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from analytics.reports.named import Words

if TYPE_CHECKING:
    from analytics.reports.asking import Answer
    from analytics.reports.named import NamedQuery

LEFT_OUT = Words("n. c.", "n/a")  # "non communiqué": too few people
_THIN_SPACE = "\u202f"  # before a percent sign and between thousands, as French has it
_MARKS = {"fr": (_THIN_SPACE, ",", _THIN_SPACE + "%"), "en": (",", ".", "%")}
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


def written_rows(answer: Answer, language: str) -> list[list[str]]:
    """The cells of an answer, for people."""
    none = LEFT_OUT.into(language)
    return [
        [
            none if (i, name) in answer.left_out else written(answer.query, name, value, language)
            for name, value in row.items()
        ]
        for i, row in enumerate(answer.rows)
    ]


def written(query: NamedQuery, name: str, value: Any, language: str) -> str:  # noqa: ANN401  # any
    """A value of a column, for people. What is none stays empty."""
    if value is None:
        return ""
    words = query.words.get(value) if isinstance(value, str) else None
    if words is not None:
        return words.into(language)
    return write(query.columns[name].form, value, language)


def write(form: str, value: Any, language: str) -> str:  # noqa: ANN401  # whatever a column holds
    """A value in one of the forms of columns."""
    if form == "whole":
        return _number(f"{value:,}", language)
    if form == "number":
        return _number(f"{value:,.2f}" if abs(value) < 1 else f"{value:,.1f}", language)
    if form == "share":
        return _number(f"{100 * value:,.1f}", language) + _MARKS[language][2]
    if form == "day":
        return write_day(value, language)
    return str(value)


def write_day(day: date, language: str) -> str:
    """A day as a French or English reader writes it."""
    day = day.date() if isinstance(day, datetime) else day
    return f"{day:%d/%m/%Y}" if language == "fr" else day.isoformat()


def write_month(month: str, language: str) -> str:
    """`2026-03` in words."""
    year, number = month.split("-")
    return f"{_MONTHS[language].split()[int(number) - 1]} {year}"


def _number(text: str, language: str) -> str:
    thousands, point, _ = _MARKS[language]
    return text.translate({ord(","): thousands, ord("."): point})
