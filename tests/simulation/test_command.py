"""`lrs simulate` writes files and streams that others can read."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from lrs.commands.simulate import simulate
from lrs.simulation import Options
from tests.simulation.runs import run

if TYPE_CHECKING:
    from pathlib import Path

SMALL = ("--learners", "50", "--courses", "10", "--statements", "300")
EXPECTED = Options(learners=50, courses=10, statements=300)


def test_statements_go_to_standard_output_a_line_each() -> None:
    result = CliRunner().invoke(simulate, SMALL)
    assert result.exit_code == 0
    assert result.stdout_bytes == b"".join(raw + b"\n" for raw in run(EXPECTED).raw)


def test_a_gzip_file_is_the_same_each_time(tmp_path: Path) -> None:
    outputs = [tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl.gz"]
    for output in outputs:
        assert CliRunner().invoke(simulate, [*SMALL, "--output", str(output)]).exit_code == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert gzip.decompress(outputs[0].read_bytes()).splitlines() == list(run(EXPECTED).raw)


def test_truth_catalogue_and_directory_are_written_beside(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("output", "truth", "catalogue", "directory")}
    chosen = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    assert CliRunner().invoke(simulate, [*SMALL, *chosen]).exit_code == 0
    rows = [json.loads(line) for line in files["truth"].read_text("utf-8").splitlines()]
    assert rows[0]["kind"] == "about"
    assert rows[0]["statements"] == 300
    assert len(json.loads(files["catalogue"].read_text("utf-8"))["courses"]) == 10
    with files["directory"].open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    assert len([row for row in people if row["kind"] == "learner"]) == 150
    assert people[0]["identifier"].startswith("account:https://")


def test_an_option_may_come_from_the_environment() -> None:
    result = CliRunner().invoke(simulate, SMALL[:4], env={"LRS_SIMULATE_STATEMENTS": "7"})
    assert len(result.stdout_bytes.splitlines()) == 7


@pytest.mark.parametrize(
    "wrong", [("--start", "2026-05-01", "--end", "2026-04-01"), ("--learners", "0")]
)
def test_wrong_options_are_a_usage_error(wrong: tuple[str, ...]) -> None:
    result = CliRunner().invoke(simulate, wrong)
    assert result.exit_code == 2
    assert "Error:" in result.stderr


def test_a_reader_that_has_seen_enough_ends_it_without_a_word() -> None:
    program = "from lrs.commands.simulate import simulate; simulate()"
    with subprocess.Popen(  # noqa: S603 - this very interpreter, on the line above
        [sys.executable, "-c", program, "--learners", "50", "--statements", "100000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == b""
