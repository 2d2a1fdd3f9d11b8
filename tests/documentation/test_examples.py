"""Every example that is marked `run` runs, against a real server, and prints what stands below it.

The examples of a page run in their order and in one folder, as a reader would try them. `…` in an
output stands for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.documentation.pages import ANALYSTS, INTEGRATE, OPERATE, PAGES, README, Block, Page
from tests.plugins.postgresql import lend_database
from tests.plugins.server import COMMAND, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.plugins.server import LrsServer

RUNNERS = {
    "sh": ("bash", "-euo", "pipefail", "-s"),
    "python": (sys.executable, "-"),
    "javascript": ("node", "--input-type=module", "-"),
}
PROGRAMS = ("bash", "curl", "node", "sqlite3")
"""What an example may need and a machine may lack."""

TRIED = {README, INTEGRATE, OPERATE, ANALYSTS}
NOTHING_FOLLOWS = Block(0, "", (), "")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LrsServer]:
    """Run a server of its own for the pages, so that they find what they have stored."""
    directory = tmp_path_factory.mktemp("documentation")
    if request.param == "sqlite":
        with serve(directory) as server:
            yield server
        return
    administrator: str = request.getfixturevalue("postgresql_url")
    with lend_database(administrator) as url, serve(directory, url, workers=2) as server:
        yield server


def environment_of(server: LrsServer) -> dict[str, str]:
    """Return what the pages tell a reader to set, and the command on the PATH."""
    credential = server.create_credential("a reader of the documentation")
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("LRS_")}
    return inherited | {
        "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "ENDPOINT": server.endpoint,
        "KEY": credential.key,
        "SECRET": credential.secret,
        "LRS_DATA_DIR": str(server.directory / "data"),
    }


def examples_of(page: Page) -> Iterator[tuple[Block, str | None]]:
    """Yield the examples to run, each with the output that stands below it, if any."""
    for block, following in pairwise([*page.blocks, NOTHING_FOLLOWS]):
        if "run" in block.words:
            yield block, following.text if "output" in following.words else None


def missing_programs(block: Block) -> list[str]:
    """Programs that an example names and this machine lacks."""
    named = {*re.findall(r"\w+", block.text), RUNNERS[block.language][0]}
    return [each for each in PROGRAMS if each in named and shutil.which(each) is None]


def run(block: Block, folder: Path, environment: dict[str, str]) -> str:
    """Run an example; return what it printed, or fail with it."""
    result = subprocess.run(  # noqa: S603  an example of ours
        RUNNERS[block.language],
        input=block.text,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"line {block.line}: {result.stdout}{result.stderr}"
    return result.stdout


def check_page(page: Page, server: LrsServer, folder: Path) -> None:
    """Run all examples of a page."""
    environment = environment_of(server)
    skipped = []
    for block, output in examples_of(page):
        if missing := missing_programs(block):
            skipped += missing
            continue
        printed = run(block, folder, environment)
        if output is not None:
            pattern = re.escape(output.strip()).replace("…", ".*")
            assert re.fullmatch(pattern, printed.strip(), re.DOTALL), f"{block.line}: {printed}"
    if skipped:
        pytest.skip(f"not all examples ran: {', '.join(sorted(set(skipped)))} not installed")


@pytest.mark.parametrize("page", [README, INTEGRATE], ids=str)
def test_the_examples_for_clients_run(page: Page, server: LrsServer, tmp_path: Path) -> None:
    check_page(page, server, tmp_path)


def test_the_examples_for_operators_run(tmp_path: Path) -> None:
    with serve(tmp_path / "server") as server:
        check_page(OPERATE, server, tmp_path)


def test_the_examples_for_analysts_run(tmp_path: Path) -> None:
    with serve(tmp_path / "server", settings={"LRS_WORK": "yes"}) as server:
        check_page(ANALYSTS, server, tmp_path)


def test_programs_are_run_and_what_runs_is_on_a_page_that_is_tried() -> None:
    for page in PAGES:
        for block in page.blocks:
            is_program = block.language in {"python", "javascript"}
            assert "run" in block.words or not is_program, f"{page}:{block.line}"
            assert "run" not in block.words or page in TRIED, page
