"""What a page names is there: files, headings, tests; and what the code names of the pages."""

from __future__ import annotations

import re
from functools import cache

import pytest

from lrs.auth import SCOPES
from tests.documentation.pages import DECISIONS, PAGES, README, ROOT, Page
from tests.repository.test_files import list_files

ROOMS = ("lrs", "schemas", "statements", "projections", "analytics", "tests", "docs")
PATH = re.compile(rf"(?:{'|'.join(ROOMS)})/[\w./-]*")
PAGE = re.compile(r"\bdocs/[\w/-]+\.md\b")
MOST_LINES_OF_THE_README = 150


@cache
def test_names() -> set[str]:
    """Return the name of every test of the project."""
    files = [path for path in list_files() if re.fullmatch(r"test_\w+\.py", path.name)]
    return {name for path in files for name in re.findall(r"def (test_\w+)", read(str(path)))}


test_names.__test__ = False  # type: ignore[attr-defined]  # it is no test, whatever its name


@cache
def read(path: str) -> str:
    return (ROOT / path).read_text(errors="replace")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Page) -> None:
    for text, target in page.links:
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        assert not anchor or anchor in Page(path).anchors, target
        assert not text.endswith(".py") or str(path).endswith(text), f"{text}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_file_and_test_that_is_named_is_there(page: Page) -> None:
    rights = frozenset().union(*SCOPES.values())
    for code in page.code:
        if PATH.fullmatch(code) and code not in rights:
            assert (ROOT / code).exists(), code
        if re.fullmatch(r"test_\w+", code):
            assert code in test_names(), code


def test_every_page_that_the_code_names_is_there() -> None:
    named = {
        (str(path), page)
        for path in list_files()
        if path.suffix in {".py", ".sql", ".toml", ".yaml", ".json"} or path.name == "Makefile"
        for page in PAGE.findall(read(str(path)))
    }
    assert [(path, page) for path, page in named if not (ROOT / page).exists()] == []


def test_decisions_are_numbered_one_after_the_other_and_named_by_their_number() -> None:
    numbers = [page.path.name.partition("-")[0] for page in DECISIONS]
    assert numbers == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    for page in DECISIONS:
        assert page.text.startswith(f"# {page.path.name[:4]} "), page


def test_the_readme_is_short() -> None:
    assert README.text.count("\n") < MOST_LINES_OF_THE_README
