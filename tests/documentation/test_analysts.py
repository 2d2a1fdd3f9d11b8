"""The page for analysts: its table is the code's, its queries and its notebook run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient

from analytics.dictionary import DICTIONARY, as_markdown, describe_views
from analytics.reports.named import named_queries
from analytics.session import connect
from tests.documentation.pages import ANALYSTS, ROOT

if TYPE_CHECKING:
    from tests.analytics.town import Town
    from tests.documentation.pages import Block

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
QUESTIONS = [block for block in ANALYSTS.blocks if block.language == "sql"]


def test_the_dictionary_is_that_of_the_code(town: Town) -> None:
    with connect(town.lake) as session:
        columns = describe_views(session)
    assert as_markdown(columns) in ANALYSTS.text
    described = [(view, name) for view, names in DICTIONARY.items() for name in names]
    assert [(each.view, each.column) for each in columns] == described


def test_every_report_is_in_the_table() -> None:
    table = {name.strip("`"): text for name, text in ANALYSTS.table("report", "it answers")}
    assert table == {name: query.answers.en for name, query in named_queries().items()}


def test_there_are_twenty_questions() -> None:
    assert len(QUESTIONS) == 20


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda block: f"line {block.line}")
def test_a_question_is_answered(town: Town, question: Block) -> None:
    assert town.ask(question.text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(town: Town, path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKE", str(town.lake))
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)  # nobody's data is committed
    client = NotebookClient(notebook, timeout=60, kernel_name="python3")
    asyncio.run(client.async_execute())
    drawn = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/svg+xml" in output.get("data", {})
    ]
    assert len(drawn) == 3
