"""Versions that stand in more than one file are the same in all of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = tomllib.loads((ROOT / "uv.lock").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def find_one(pattern: str, text: str) -> str:
    """Return the group of a pattern that every match agrees on."""
    (found,) = set(re.findall(pattern, text, re.MULTILINE))
    return str(found)


def read_wanted(requirements: list[str]) -> set[tuple[str, SpecifierSet, frozenset[str]]]:
    """Read name, versions and extras from requirements as pyproject.toml writes them."""
    parsed = map(Requirement, requirements)
    return {(canonicalize_name(r.name), r.specifier, frozenset(r.extras)) for r in parsed}


def read_locked(entries: list[dict[str, Any]]) -> set[tuple[str, SpecifierSet, frozenset[str]]]:
    """Read name, versions and extras from requirements as uv.lock writes them."""
    return {
        (e["name"], SpecifierSet(e.get("specifier", "")), frozenset(e.get("extras", ())))
        for e in entries
    }


def test_the_lock_was_made_from_these_dependencies() -> None:
    (locked,) = [p for p in LOCK["package"] if p["name"] == PROJECT["project"]["name"]]
    metadata = locked["metadata"]
    assert read_locked(metadata["requires-dist"]) == read_wanted(PROJECT["project"]["dependencies"])
    for group, requirements in PROJECT["dependency-groups"].items():
        assert read_locked(metadata["requires-dev"][group]) == read_wanted(requirements)
    assert locked["version"] == PROJECT["project"]["version"]
    assert LOCK["requires-python"] == PROJECT["project"]["requires-python"]


def test_make_and_the_image_use_the_same_uv_and_it_can_build_the_project() -> None:
    version = find_one(r"^UV_VERSION := (\S+)$", MAKEFILE)
    assert find_one(r"^ARG UV_VERSION=(\S+)$", DOCKERFILE) == version
    (backend,) = map(Requirement, PROJECT["build-system"]["requires"])
    assert version in backend.specifier


def test_the_image_and_the_linter_take_a_python_that_the_project_supports() -> None:
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    linted = PROJECT["tool"]["ruff"]["target-version"].replace("py3", "3.")
    assert find_one(r"^FROM python:([\d.]+)-slim", DOCKERFILE) in supported
    assert str(supported) == f">={linted}"
