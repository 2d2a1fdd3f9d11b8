"""What named queries can be asked about: kinds of values, and how they are given."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from analytics.errors import BadParameter
from analytics.reports.named import REQUIRED, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.reports.named import NamedQuery

Value = date | int | str | None


class Parameter(NamedTuple):
    """A parameter that queries share.

    Attributes:
        kind: day, text or whole.
        words: what it is.
        least: of a whole number.
        most: of a whole number.

    """

    kind: str
    words: Words
    least: int = 0
    most: int = 0


PARAMETERS = {
    "since": Parameter("day", Words("Premier jour", "First day")),
    "until": Parameter("day", Words("Dernier jour", "Last day")),
    "course": Parameter("text", Words("Adresse de la formation", "Address of the course")),
    "directorate": Parameter("text", Words("Direction", "Directorate")),
    "employer": Parameter("text", Words("Employeur", "Employer")),
    "cohort": Parameter("text", Words("Cohorte d'arrivée", "Cohort")),
    "quiz": Parameter("text", Words("Adresse du questionnaire", "Address of the quiz")),
    "video": Parameter("text", Words("Adresse de la vidéo", "Address of the video")),
    "days": Parameter("whole", Words("Jours d'absence", "Days away"), 0, 100_000),
    "least": Parameter("whole", Words("Réponses au moins", "Answers at least"), 1, 1_000_000),
    "steps": Parameter("whole", Words("Nombre de passages", "Number of parts"), 1, 1_000),
}
"""By name. A day is in Paris; weeks and months are those in which the days lie."""

OF_PEOPLE = frozenset({"directorate", "employer", "cohort"})
"""Parameters that pick people: the rest of a published total would tell of those left out."""


def bind(query: NamedQuery, given: Mapping[str, str]) -> dict[str, Value]:
    """The values of all parameters of a query, as DuckDB binds them.

    Args:
        query: says which parameters there are.
        given: values as text, by name.

    Raises:
        BadParameter: one is not known to the query, is missing, or breaks its rule.

    """
    for name in given:
        if name not in query.parameters:
            known = ", ".join(query.parameters)
            raise BadParameter(f"{query.name} knows no {name}; it knows {known}")
    return {
        name: _value(name, given[name]) if name in given else _default(query, name)
        for name in query.parameters
    }


def _default(query: NamedQuery, name: str) -> Value:
    value = query.parameters[name]
    if value == REQUIRED:
        raise BadParameter(f"{query.name} needs {name}")
    return value


def _value(name: str, text: str) -> Value:
    parameter = PARAMETERS[name]
    if parameter.kind == "text":
        return text
    if parameter.kind == "day":
        return _day(name, text)
    if text.isdecimal() and parameter.least <= int(text[:10]) <= parameter.most:
        return int(text)
    raise BadParameter(
        f"{name} is a whole number from {parameter.least} to {parameter.most}, not {text!r}"
    )


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadParameter(f"{name} is a day such as 2026-03-31, not {text!r}") from None
