"""JavaScript clients: installed once from npm, run by scripts beside this file."""

from __future__ import annotations

import os
import shutil
import subprocess
from fcntl import LOCK_EX, flock
from pathlib import Path

PACKAGES = ("tincanjs@0.50.0", "@xapi/xapi@3.0.3")
CACHE = Path(__file__).resolve().parents[2] / "var" / "clients"
INSTALL_TIMEOUT_SECONDS = 100
SCENARIO_TIMEOUT_SECONDS = 60


class PackagesMissingError(Exception):
    """There is no node, or npm cannot install the clients; says why."""


def install_packages() -> None:
    """Install the clients unless they are there; raises PackagesMissingError."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise PackagesMissingError("node and npm are not installed")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:  # let go when it is closed
        flock(lock, LOCK_EX)  # other tests run at the same time
        _install(npm)


def _install(npm: str) -> None:
    if all((CACHE / "node_modules" / each.rsplit("@", 1)[0]).exists() for each in PACKAGES):
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save"]
    result = subprocess.run(  # noqa: S603  a fixed command
        [npm, "install", *options, "--prefix", CACHE, *PACKAGES],
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_SECONDS,
        check=False,
    )
    if result.returncode:
        raise PackagesMissingError(f"npm cannot install the clients: {result.stderr[-300:]}")


def run_script(name: str, scenario: str, **settings: str) -> None:
    """Run one scenario of a script; fail with what it prints."""
    result = subprocess.run(  # noqa: S603  a script beside this file
        [str(shutil.which("node")), Path(__file__).with_name(name), scenario],
        env=os.environ | {"PACKAGES": str(CACHE)} | settings,
        capture_output=True,
        text=True,
        timeout=SCENARIO_TIMEOUT_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
