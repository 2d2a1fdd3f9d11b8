"""A call of `lrs` in this process: what it is given, what it answers."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from click.testing import CliRunner

from lrs.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Called(NamedTuple):
    """What a command answered."""

    status: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # any JSON
        """The JSON that it wrote."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[bytes]:
        """The lines that it wrote."""
        return self.out.splitlines()


class Lrs:
    """`lrs` on the store in a folder, migrated."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
        self.folder = folder
        self._variables = {"LRS_DATA_DIR": str(folder)} | variables
        self._monkeypatch = monkeypatch
        for name in [name for name in os.environ if name.startswith("LRS_")]:
            monkeypatch.delenv(name)
        assert self("migrate").status == 0

    def __call__(self, *arguments: object, given: bytes = b"", **variables: str) -> Called:
        """Call it with arguments, standard input and environment variables."""
        self._monkeypatch.setattr(sys, "argv", ["lrs", *map(str, arguments)])
        with CliRunner().isolation(given, self._variables | variables) as (out, err, _):
            try:
                main()
            except SystemExit as end:
                sys.stdout.flush()
                status = end.code if isinstance(end.code, int) else 0
                return Called(status, out.getvalue(), err.getvalue().decode())
        raise AssertionError("a command ends with a status")

    def take(self, *statements: object, options: tuple[str, ...] = ()) -> Any:  # noqa: ANN401  # JSON
        """Import statements; the report."""
        lines = b"".join(json.dumps(each).encode() + b"\n" for each in statements)
        return self("import", "-", "--json", *options, given=lines).json

    def statements(self, *options: object) -> list[Any]:
        """Export statements."""
        return [json.loads(line) for line in self("export", *options).lines]
