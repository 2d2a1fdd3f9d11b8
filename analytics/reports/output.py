"""A report as people ask for it: a table, CSV, a page or a picture."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from analytics.output import align, cell_text
from analytics.reports.wording import written_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.reports.asking import Answer


def as_table(answer: Answer, language: str) -> bytes:
    """Aligned columns with headings in words."""
    headings = [column.into(language) for column in answer.query.columns.values()]
    return align(headings, written_rows(answer, language)).encode()


def as_csv(answer: Answer, _language: str) -> bytes:
    """CSV for programs: names as in the query, values as they are."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(answer.query.columns)
    writer.writerows([cell_text(value) for value in row.values()] for row in answer.rows)
    return buffer.getvalue().encode()


def as_page(answer: Answer, language: str) -> bytes:
    """A page with the chart and the table."""
    from analytics.reports.page import page, section  # noqa: PLC0415  # Altair takes two seconds

    title = answer.query.title.into(language)
    return page(language, title, [section(answer, language, answer.query.name)]).encode()


def as_picture(answer: Answer, language: str) -> bytes:
    """The chart."""
    from analytics.reports.charts import chart, png  # noqa: PLC0415  # as above

    return png(chart(answer, language), language)


FORMS: dict[str, Callable[[Answer, str], bytes]] = {
    "table": as_table,
    "csv": as_csv,
    "html": as_page,
    "png": as_picture,
}
