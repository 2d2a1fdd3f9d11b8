"""The tests name the requirements, and no requirement about HTTP is forgotten."""

from __future__ import annotations

from tests.conformance.requirements import (
    LAST,
    NOT_TO_BE_TESTED,
    find_named,
    list_http_requirements,
    write_report,
)


def test_every_requirement_about_http_is_named_by_a_test() -> None:
    assert list_http_requirements() - set(find_named()) == set()


def test_every_named_requirement_exists_and_is_to_be_tested() -> None:
    named = set(find_named())
    assert named & set(NOT_TO_BE_TESTED) == set()
    assert named <= {f"XAPI-{number:05}" for number in range(1, LAST + 1)}


def test_the_report_has_a_line_for_each() -> None:
    lines = write_report().splitlines()
    assert len(lines) == len(find_named()) + 1
