"""What the repository holds, what no file in it may say, and how large its code may grow."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("lrs", "projections", "statements", "schemas", "analytics")
BESIDE_THE_ROOMS = {
    *("tests", "docs", "pyproject.toml", "uv.lock", "compose.yaml", "Dockerfile", "Makefile"),
    *("README.md", "CHANGELOG.md", "LICENSE"),
}
MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 50

REGISTRY_HOST = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com|anaconda\.org|docker\.io|ghcr\.io)"
)
MACHINE_PATH = re.compile(r"(?<![\w.*/-])/(root|work|home/[a-z]+|Users/\w+)/\w")
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}  # of the module os


@cache
def list_files() -> tuple[Path, ...]:
    """Return the files that are, or would be, committed, relative to the root."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(  # noqa: S603  a fixed command
        [*command, "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    names = listed.stdout.rstrip("\0").split("\0")
    return tuple(Path(name) for name in sorted(set(names)) if (ROOT / name).is_file())


def list_modules() -> list[Path]:
    return [path for path in list_files() if path.parts[0] in ROOMS and path.suffix == ".py"]


def search(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Return where the pattern is found, as `file:line: text`."""
    return [
        f"{path}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate((ROOT / path).read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def measure_functions(module: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a module, as `file:line name`, and its number of lines."""
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{module}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def find_reads_of_environment(module: Path) -> Iterator[str]:
    """Yield where a module reads environment variables; a library may need one to be written."""
    nodes = list(ast.walk(ast.parse((ROOT / module).read_text())))
    subscripts = [node for node in nodes if isinstance(node, ast.Subscript)]
    written = [node.value for node in subscripts if not isinstance(node.ctx, ast.Load)]
    for node in nodes:
        name = getattr(node, "attr", None) or getattr(node, "name", None)  # os.name, from os import
        if name in ENVIRONMENT and node not in written:
            yield f"{module}:{getattr(node, 'lineno', 0)} {name}"


def test_only_the_agreed_names_stand_at_the_top() -> None:
    names = {path.parts[0] for path in list_files()}
    strangers = names - {*ROOMS, *BESIDE_THE_ROOMS}
    assert [name for name in sorted(strangers) if not name.startswith(".")] == []
    assert names >= {*ROOMS, "tests", "pyproject.toml", "uv.lock"}


def test_no_file_but_the_lock_names_a_registry() -> None:
    assert search(REGISTRY_HOST, [path for path in list_files() if path.name != "uv.lock"]) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert search(MACHINE_PATH, list(list_files())) == []


def test_only_the_settings_read_the_environment() -> None:
    others = [path for path in list_modules() if path != Path("lrs/settings.py")]
    assert [place for module in others for place in find_reads_of_environment(module)] == []


def test_no_module_is_longer_than_a_reader_takes_in() -> None:
    lines = {str(path): (ROOT / path).read_text().count("\n") for path in list_modules()}
    assert {path: n for path, n in lines.items() if n > MOST_LINES_OF_A_MODULE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lines = {name: n for module in list_modules() for name, n in measure_functions(module)}
    assert {name: n for name, n in lines.items() if n > MOST_LINES_OF_A_FUNCTION} == {}
