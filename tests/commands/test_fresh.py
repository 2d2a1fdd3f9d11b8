"""`lrs` on a data folder that has no store: it says what to run, and makes nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from lrs.cli import main

if TYPE_CHECKING:
    from pathlib import Path

LACKS_LAKE = {
    "analytics sql": ("SELECT 1",),
    "analytics shell": (),
    "analytics columns": (),
    "analytics report": ("weekly-connections",),
    "analytics month": ("2026-03",),
    "analytics open": ("views.duckdb",),
}
LACKS_STORE = {
    "analytics export": (),
    "analytics verify": (),
    "analytics erase": ("6d0f4d4e-8e0a-4f5c-9a43-0f9b8a3c1a01", "--yes"),
    "projections status": (),
    "projections rebuild": (),
    "projections verify": (),
    "credentials list": (),
    "import": ("-",),
    "export": (),
    "check": (),
    "work": (),
    "serve": ("--port", "0"),
}


@pytest.fixture(params=["empty", "missing"])
def folder(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lend a data folder that is empty, or not there."""
    for name in [name for name in os.environ if name.startswith("LRS_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    if request.param == "empty":
        folder.mkdir()
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize("command", [*LACKS_LAKE, *LACKS_STORE])
def test_without_a_store_a_command_says_what_to_run(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = (LACKS_LAKE | LACKS_STORE)[command]
    monkeypatch.setattr(sys, "argv", ["lrs", *command.split(), *arguments])
    with CliRunner().isolation(env={"LRS_DATA_DIR": str(folder)}) as (out, err, _):
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code not in {0, None}
        assert out.getvalue() == b""
        last = err.getvalue().decode().splitlines()[-1]
    wanted = "run lrs analytics export" if command in LACKS_LAKE else "run lrs migrate"
    assert wanted in last
    assert [path.name for path in folder.parent.rglob("*")] in ([], ["data"])
