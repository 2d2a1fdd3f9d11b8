"""How values are written, in French and in English."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from analytics.reports.named import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analytics.reports.asking import Answer
    from analytics.reports.named import NamedQuery

UNKNOWN = Words("non renseigné", "not known")
LEFT_OUT = Words("n. c.", "n/a")  # "non communiqué": too few people
_THIN_SPACE = "\u202f"  # before a percent sign and between thousands, as French has it
_MARKS = {"fr": (_THIN_SPACE, ",", _THIN_SPACE + "%"), "en": (",", ".", "%")}
_WEEKDAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
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
    if form in _TIMES:
        return _TIMES[form](value, language)
    return str(value)


def weekdays(language: str) -> list[str]:
    """The days of the week, from Monday."""
    return _WEEKDAYS[language].split()


def write_day(day: date, language: str) -> str:
    """A day as a French or English reader writes it."""
    day = day.date() if isinstance(day, datetime) else day
    return f"{day:%d/%m/%Y}" if language == "fr" else day.isoformat()


def write_month(month: str, language: str) -> str:
    """`2026-03` in words."""
    year, number = month.split("-")
    return f"{_MONTHS[language].split()[int(number) - 1]} {year}"


def _write_week(week: str, language: str) -> str:
    """`2026-W12` as of ISO 8601, whose letter is the language's."""
    return week.replace("W", "S") if language == "fr" else week


def _write_weekday(number: int, language: str) -> str:
    return weekdays(language)[number - 1]


def _write_hour(hour: int, language: str) -> str:
    return f"{hour}\u00a0h" if language == "fr" else f"{hour}:00"


_TIMES: Mapping[str, Callable[[Any, str], str]] = {
    "day": write_day,
    "month": write_month,
    "week": _write_week,
    "weekday": _write_weekday,
    "hour": _write_hour,
}


def _number(text: str, language: str) -> str:
    thousands, point, _ = _MARKS[language]
    return text.translate({ord(","): thousands, ord("."): point})
