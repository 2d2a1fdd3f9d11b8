"""What `make` offers and when it builds the environment, with a stand-in for uv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILT_FILES = ("Makefile", "pyproject.toml", "uv.lock")

# Writes down how it is called, then makes an environment of programs that say their own name.
# `export` is how make asks whether a uv can read the lock.
UV = """#!/bin/sh
test "$1" = export && exit
echo "$@" >>calls
mkdir -p .venv/bin
test ! -e break-off || exit 1
for program in lrs mypy; do
    printf '#!/bin/sh\\necho %s "$@" port=$LRS_PORT' $program >.venv/bin/$program
    chmod +x .venv/bin/$program
done
"""
SYNC_RUNTIME = "sync --frozen --no-dev --inexact"
SYNC_ALL = "sync --frozen"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what make needs to a new directory, with the stand-in for uv."""
    for name in BUILT_FILES:
        shutil.copy2(ROOT / name, tmp_path)
    uv = tmp_path / "path" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV)
    uv.chmod(0o755)
    return tmp_path


def make(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make with the stand-in first on PATH, as if from a shell."""
    path = f"{checkout / 'path'}{os.pathsep}{os.environ['PATH']}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(  # noqa: S603  a fixed command
        [shutil.which("make") or "make", *arguments],
        cwd=checkout,
        env={**inherited, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def take_calls(checkout: Path) -> list[str]:
    """Return how uv was called since the last time."""
    calls = checkout / "calls"
    lines = calls.read_text().splitlines() if calls.exists() else []
    calls.unlink(missing_ok=True)
    return lines


def test_the_bare_command_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    listed = re.findall(r"^  make ([\w-]+): \S", make(ROOT).stdout, re.MULTILINE)
    assert phony
    assert listed == phony[1].split()


def test_run_builds_the_environment_once_and_starts_with_the_settings_given(
    checkout: Path,
) -> None:
    first = make(checkout, "run", LRS_PORT="1")
    assert take_calls(checkout) == [SYNC_RUNTIME]
    second = make(checkout, "run", LRS_PORT="2")
    assert take_calls(checkout) == []
    assert (first.returncode, second.returncode) == (0, 0)
    assert "lrs run port=1" in first.stdout
    assert "lrs run port=2" in second.stdout


@pytest.mark.parametrize("changed", ["uv.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_is_built_again(checkout: Path, changed: str) -> None:
    make(checkout, "run")
    take_calls(checkout)
    stamp = (checkout / ".venv" / ".runtime").stat()
    os.utime(checkout / changed, (stamp.st_mtime + 1, stamp.st_mtime + 1))
    make(checkout, "run")
    assert take_calls(checkout) == [SYNC_RUNTIME]


def test_what_tests_need_is_added_to_what_run_built_and_serves_run_too(checkout: Path) -> None:
    make(checkout, "run")
    make(checkout, "types")
    assert take_calls(checkout) == [SYNC_RUNTIME, SYNC_ALL]
    make(checkout, "types")
    make(checkout, "run")
    assert take_calls(checkout) == []


def test_an_environment_whose_building_was_broken_off_is_built_from_nothing(
    checkout: Path,
) -> None:
    break_off = checkout / "break-off"
    break_off.touch()
    assert make(checkout, "run").returncode != 0
    break_off.unlink()
    half_built = checkout / ".venv" / "half-built"
    half_built.touch()
    assert make(checkout, "run").returncode == 0
    assert take_calls(checkout) == [SYNC_RUNTIME, SYNC_RUNTIME]
    assert not half_built.exists()


def test_a_machine_without_uv_pip_and_venv_is_told_what_to_install(checkout: Path) -> None:
    failed = make(checkout, "run", "PYTHON=false", "PATH=/usr/bin:/bin")
    assert failed.returncode != 0
    assert "apt install python3-venv" in failed.stderr


def test_conformance_asks_for_the_suite(checkout: Path) -> None:
    failed = make(checkout, "conformance")
    assert failed.returncode != 0
    assert "which SUITE=<checkout>?" in failed.stderr


def test_clean_keeps_the_store(checkout: Path) -> None:
    make(checkout, "run")
    store = checkout / "var" / "lrs.sqlite"
    store.parent.mkdir()
    store.touch()
    make(checkout, "clean")
    assert store.exists()
    assert not (checkout / ".venv").exists()
