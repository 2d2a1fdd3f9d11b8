"""What every client is given: an endpoint and a credential."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugins.server import Credential, LrsServer

PACKAGES = ("tincanjs@0.50.0", "@xapi/xapi@3.0.3")
CACHE = Path(__file__).resolve().parents[2] / "var" / "clients"
INSTALL_TIMEOUT_SECONDS = 100


@pytest.fixture(scope="session")
def credential(lrs: LrsServer) -> Credential:
    """Create a credential that may do everything."""
    return lrs.create_credential("a client")


@pytest.fixture(scope="session")
def node_packages() -> Path:
    """Install the JavaScript clients, once and for all; skip the tests where that is impossible."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    if not all((CACHE / "node_modules" / each.rsplit("@", 1)[0]).exists() for each in PACKAGES):
        CACHE.mkdir(parents=True, exist_ok=True)
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save"]
        result = subprocess.run(  # noqa: S603  a fixed command
            [npm, "install", *options, "--prefix", CACHE, *PACKAGES],
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
            check=False,
        )
        if result.returncode:
            pytest.skip(f"npm cannot install the clients: {result.stderr[-300:]}")
    return CACHE


def run_script(packages: Path, script: str, scenario: str, **settings: str) -> None:
    """Run one scenario of a script beside this file; fail with what it prints."""
    environment = os.environ | {"PACKAGES": str(packages)} | settings
    result = subprocess.run(  # noqa: S603  a script beside this file
        [str(shutil.which("node")), Path(__file__).with_name(script), scenario],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
