"""The log of the ADL suite is read rightly, however its run ended."""

from __future__ import annotations

from typing import Any

from tests.conformance.suite_report import Report, read_report


def make_log(passed: int | None, failed: int | None, *tests: dict[str, Any]) -> dict[str, Any]:
    """Return a log as the suite writes it: counts, and a tree below an untitled root."""
    return {
        "summary": {"total": 3, "passed": passed, "failed": failed, "version": "1.0.3"},
        "log": {"title": "", "status": "failed", "tests": list(tests)},
    }


def make_suite(title: str, *tests: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"title": title, "status": "failed", "tests": list(tests), **more}


PASSED = {"title": "passes", "status": "passed", "tests": []}
FAILED = {"title": "fails", "status": "failed", "error": "Error: expected 400\n", "tests": []}


def test_a_run_without_failures_is_conformant() -> None:
    report = read_report(make_log(3, 0, make_suite("Suite", PASSED, PASSED, PASSED)), expected=3)
    assert report.is_conformant
    assert str(report) == "xAPI 1.0.3: 3 passed, 0 failed"


def test_a_failure_is_told_with_its_titles_and_its_message() -> None:
    suite = make_suite("Suite", PASSED, make_suite("Inner", FAILED, PASSED))
    report = read_report(make_log(2, 1, suite), expected=3)
    assert not report.is_conformant
    assert report.is_complete
    assert [failure.titles for failure in report.failures] == [("Suite", "Inner", "fails")]
    assert str(report).splitlines() == [
        "xAPI 1.0.3: 2 passed, 1 failed",
        "Suite",
        "  Inner",
        "    fails",
        "      => Error: expected 400",
    ]


def test_a_hook_that_fails_is_told_as_its_suite() -> None:
    suite = make_suite("Suite", error="Error: in a hook")
    report = read_report(make_log(0, 1, suite), expected=3)
    assert [(each.titles, each.message) for each in report.failures] == [
        (("Suite",), "Error: in a hook")
    ]


def test_a_run_that_left_tests_out_is_not_conformant() -> None:
    report = read_report(make_log(2, 0, make_suite("Suite", PASSED, PASSED)), expected=3)
    assert not report.is_conformant
    assert str(report) == "xAPI 1.0.3: 2 passed, 0 failed, 1 of 3 did not run"


def test_a_run_that_never_began_is_not_conformant() -> None:
    log = {"summary": {"total": None, "passed": None, "failed": None, "version": "2.0.0"}}
    report = read_report(log, expected=3)
    assert report == Report("2.0.0", expected=3, passed=0, failed=0, failures=())
    assert not report.is_conformant
