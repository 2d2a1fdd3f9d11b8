"""`lrs analytics report`, `reports` and `month`."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING

import pytest

from analytics.reports.named import named_queries

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.analytics.town import Town
    from tests.commands.called import Called, Lrs

Analytics = "Callable[..., Called]"


@pytest.fixture
def analytics(lrs: Lrs, town: Town) -> Callable[..., Called]:
    """Lend `lrs analytics` over the lake of the town."""
    return partial(lrs, "analytics", LRS_DATA_DIR=str(town.folder))


def test_reports_are_listed_in_both_languages(analytics: Callable[..., Called]) -> None:
    french = analytics("reports").out.decode()
    english = analytics("reports", "--language", "en").out.decode()
    for name, query in named_queries().items():
        assert f"{name}: {query.answers.fr}" in french
        assert f"{name}: {query.answers.en}" in english
    assert "course=required" in english


def test_a_report_in_every_format(analytics: Callable[..., Called], town: Town) -> None:
    report = partial(analytics, "report", "weekly-connections", "--since", "2026-03-16")
    table = report().out.decode().splitlines()
    assert table[0].split()[:2] == ["Semaine", "Connexions"]
    assert table[2].split()[0] == "2026-S12"
    rows = list(csv.DictReader(io.StringIO(report("--format", "csv").out.decode())))
    expected = town.report("weekly-connections", since="2026-03-16")
    assert [int(row["connections"]) for row in rows] == [row["connections"] for row in expected]
    assert report("--format", "png").out.startswith(b"\x89PNG")
    file = town.folder.parent / "report.html"
    called = report("--format", "html", "--language", "en", "--output", file)
    assert (called.status, called.out) == (0, b"")
    assert '<html lang="en">' in file.read_text()


def test_a_lake_in_a_bucket_answers_as_one_in_a_folder(
    analytics: Callable[..., Called], bucket: str
) -> None:
    in_bucket = partial(analytics, LRS_ANALYTICS_URL=bucket)
    assert in_bucket("report", "weekly-connections").err.count("run lrs analytics export") == 1
    assert in_bucket("export").status == 0
    verified = in_bucket("verify")
    assert (verified.status, verified.out.endswith(b": all is well\n")) == (0, True)
    for asked in (
        ("report", "weekly-connections"),
        ("report", "completion-by-directorate", "--public", "--format", "csv"),
        ("report", "activity-by-hour", "--format", "html"),
        ("month", "2026-03"),
        ("sql", "SELECT event, count(*) FROM statements GROUP BY ALL ORDER BY ALL"),
    ):
        found = in_bucket(*asked)
        assert (found.status, found.out) == (0, analytics(*asked).out)


def test_the_language_may_come_from_the_environment(analytics: Callable[..., Called]) -> None:
    called = analytics("report", "weekly-connections", LRS_ANALYTICS_LANGUAGE="en")
    assert called.out.startswith(b"Week ")


def test_parameters_are_given_by_options_or_by_name(analytics: Callable[..., Called]) -> None:
    dormant = analytics("report", "dormant-learners", "--until", "2026-04-12", "--set", "days=14")
    assert len(dormant.out.splitlines()) > 10
    for wrong, reason in {
        ("no-such-report",): "weekly-connections",
        ("course-funnel",): "needs course",
        ("weekly-connections", "--set", "days=14"): "knows no days",
        ("weekly-connections", "--set", "days"): "NAME=VALUE",
        ("dormant-learners", "--public"): "lists persons",
    }.items():
        called = analytics("report", *wrong)
        assert called.status != 0
        assert reason in called.err


def test_what_is_public_leaves_small_groups_out(analytics: Callable[..., Called]) -> None:
    report = partial(analytics, "report", "completion-by-directorate")
    assert "n. c." not in report().out.decode()
    assert "n. c." in report("--public").out.decode()
    everybody = report("--public", LRS_SMALL_GROUP="1").out
    assert everybody == report().out


def test_a_month_is_written_to_a_file(analytics: Callable[..., Called], town: Town) -> None:
    file = town.folder.parent / "month.html"
    assert analytics("month", "2026-03", "--output", file).status == 0
    assert "mars 2026" in file.read_text()
    assert "Ville@pp" in analytics("month").out.decode()  # the last whole one
    assert "2026-03" in analytics("month", "March").err
