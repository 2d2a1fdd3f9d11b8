"""A month's report for the management: one page, fit for publication."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from analytics.errors import BadParameter
from analytics.reports.asking import ask
from analytics.reports.named import Words, named_query
from analytics.reports.page import Grid, page, section, table
from analytics.reports.parameters import bind
from analytics.reports.wording import LEFT_OUT, write, write_month

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.reports.asking import Answer, Hidden, Row
    from analytics.session import Session

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_TITLE = Words("Ville@pp : rapport du mois, {month}", "Ville@pp: report of the month, {month}")
_SUMMARY = Words("L'essentiel", "In short")
_HEADINGS = (
    Words("Indicateur", "Indicator"),
    Words("{month}", "{month}"),
    Words("{before}", "{before}"),
    Words("Évolution", "Change"),
)
_COMPARED = Words("{month}, comparé à {before}", "{month}, beside {before}")
_RULES = Words(
    "Semaines ISO et mois à l'heure de Paris. Une connexion est une suite de traces sans "
    "interruption de plus de 30 minutes ; elle est comptée où elle commence, son temps est "
    "réparti. Taux d'achèvement : achevées / inscriptions. Inscriptions, notes et badges sont ceux "
    "que l'on connaît au moment de l'export (trace n° {position}). Les groupes trop petits ne sont "
    "pas communiqués, ni ceux qui permettraient de les déduire.",
    "ISO weeks and months in Paris. A connection is a run of statements without a gap of more than "
    "30 minutes; it counts where it starts, its time is split. Completion rate: completed / "
    "enrolled. Enrolments, scores and badges are those known when the data were exported "
    "(statement {position}). Groups that are too small are left out, and so are those that would "
    "tell them.",
)
_METHOD = Words("Méthode", "Method")
_FIGURES = "monthly-figures"
_WEEKS, _MONTHS = 13, 12  # that are looked back: a quarter, a year


class Section(NamedTuple):
    """A named query in the report.

    Attributes:
        name: of the query.
        since: the first day that it looks at, by the month's first day; None: everything until the
            month's end.

    """

    name: str
    since: Callable[[date], date] | None = None


def _itself(first: date) -> date:
    return first


def _weeks_before(first: date) -> date:
    """The first day of a quarter of weeks that ends with the month."""
    return first - timedelta(weeks=_WEEKS - 5)  # a month lies in five or six


def month_before(first: date, months: int) -> date:
    """The first day of the month so many months before."""
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)


_SECTIONS = (
    Section("weekly-connections", since=_weeks_before),
    Section(_FIGURES, since=lambda first: month_before(first, _MONTHS - 1)),
    Section("completion-by-directorate"),
    Section("completion-by-course"),
    Section("time-to-completion"),
    Section("score-distribution", since=_itself),
    Section("activity-by-hour", since=_itself),
    Section("badge-eligibility"),
)


def month_report(session: Session, month: str, language: str, hidden: Hidden) -> str:
    """The page of a month.

    Args:
        session: over the lake.
        month: such as 2026-03.
        language: fr or en.
        hidden: which numbers of people are too small to be published.

    Raises:
        BadParameter: that is no month.

    """
    if not _MONTH.fullmatch(month):
        raise BadParameter(f"a month is written like 2026-03, not {month!r}")
    first = date.fromisoformat(f"{month}-01")
    rules = _RULES.into(language).format(position=write("whole", session.position, language))
    body = [
        _summary(session, first, language, hidden),
        *(section(_ask(session, each, first, hidden), language, each.name) for each in _SECTIONS),
        f'<section>\n<h2 id="method">{_METHOD.into(language)}</h2>\n<p>{rules}</p>\n</section>\n',
    ]
    title = _TITLE.into(language).format(month=write_month(month, language))
    return page(language, title, body, _contents(language))


def _contents(language: str) -> dict[str, str]:
    titles = {each.name: named_query(each.name).title.into(language) for each in _SECTIONS}
    return {
        "summary": _SUMMARY.into(language),
        **titles,
        "method": _METHOD.into(language),
    }


def _ask(session: Session, asked: Section, first: date, hidden: Hidden) -> Answer:
    query = named_query(asked.name)
    given = {"until": _last_day(first).isoformat()}
    if asked.since is not None:
        given["since"] = asked.since(first).isoformat()
    return ask(session, query, bind(query, given), hidden)


def _last_day(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _summary(session: Session, first: date, language: str, hidden: Hidden) -> str:
    """The month's figures beside those of the month before."""
    before = month_before(first, 1)
    answer = _ask(session, Section(_FIGURES, since=lambda _: before), first, hidden)
    months = {row["month"]: row for row in answer.rows}
    now, then = (months.get(f"{day:%Y-%m}", {}) for day in (first, before))
    words = {
        "month": write_month(f"{first:%Y-%m}", language),
        "before": write_month(f"{before:%Y-%m}", language),
    }
    headings = [each.into(language).format(**words) for each in _HEADINGS]
    rows = [
        [column.into(language), *_compared(now, then, name, column.form, language)]
        for name, column in answer.query.columns.items()
        if name != "month"
    ]
    caption = _COMPARED.into(language).format(**words)
    grid = Grid(caption, headings, ["", "n", "n", "n"], rows)
    heading = f'<h2 id="summary">{_SUMMARY.into(language)}</h2>'
    return f'<section class="key">\n{heading}\n{table(grid, "summary")}</section>\n'


def _compared(now: Row, then: Row, name: str, form: str, language: str) -> list[str]:
    """A figure, the one of the month before, and the change in percent."""
    none = LEFT_OUT.into(language)
    values = [row.get(name, 0) if row else 0 for row in (now, then)]
    texts = [none if value is None else write(form, value, language) for value in values]
    if None in values or not values[1]:
        return [*texts, ""]
    change = write("share", values[0] / values[1] - 1, language)
    return [*texts, change if change.startswith("-") else f"+{change}"]
