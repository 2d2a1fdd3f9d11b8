"""Run the ADL conformance suite against a server started for it; exit 1 unless all of it passes.

The suite (github.com/adlnet/lrs-conformance-test-suite) is not part of this repository: pass the
path of a checkout. Node and npm must be on the PATH. Logs are kept in `var/conformance`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from tests.conformance.suite_report import Report, read_report
from tests.plugins.postgresql import PostgreSQLServer
from tests.plugins.server import Credential, LrsServer, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS = ("1.0.3", "2.0.0")
LOG_ANNOUNCEMENT = "Full run log written to "
KEPT_LOGS = Path(__file__).resolve().parents[2] / "var" / "conformance"


class SuiteFailedError(click.ClickException):
    """The suite itself could not be run."""


def find_program(name: str) -> str:
    """Return the full path of a program on the PATH."""
    path = shutil.which(name)
    if path is None:
        raise SuiteFailedError(f"{name} is not on the PATH; the suite needs node and npm")
    return path


def install_packages(suite: Path) -> None:
    """Install the suite's npm packages unless they are there."""
    if not (suite / "node_modules").exists():
        command = [find_program("npm"), "install", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=suite, check=True)  # noqa: S603  a fixed command


def count_tests(suite: Path, version: str) -> int:
    """Return how many tests the suite says it has for a version (its batteries.js)."""
    question = f"require('./batteries')[{json.dumps(version)}].conformanceTestCount"
    command = [find_program("node"), "-p", question]
    answer = subprocess.run(  # noqa: S603  a fixed command; the version is one of VERSIONS
        command, cwd=suite, capture_output=True, text=True, check=True
    )
    return int(answer.stdout)


def run_version(suite: Path, version: str, server: LrsServer, credential: Credential) -> Report:
    """Run the tests of one version against the server and read what they found."""
    command = [
        *(find_program("node"), "bin/console_runner.js", "--xapiVersion", version),
        *("--endpoint", server.endpoint, "--basicAuth"),
        *("--authUser", credential.key, "--authPassword", credential.secret),
    ]
    with subprocess.Popen(  # noqa: S603  a fixed command
        command, cwd=suite, stdout=subprocess.PIPE, text=True
    ) as process:
        log = keep_log(find_log(process), version)
    return read_report(json.loads(log.read_text()), count_tests(suite, version))


def find_log(process: subprocess.Popen[str]) -> Path:
    """Pass on what the suite prints until it names its log file."""
    for line in process.stdout or ():
        click.echo(line, err=True, nl=False)
        if line.startswith(LOG_ANNOUNCEMENT):
            return Path(line.removeprefix(LOG_ANNOUNCEMENT).strip())
    raise SuiteFailedError("the suite ended without a log")


def keep_log(log: Path, version: str) -> Path:
    """Move a log out of the checkout, to where the last log of each version is kept."""
    KEPT_LOGS.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(log, KEPT_LOGS / f"adl-{version}.json"))


def create_credential(server: LrsServer) -> Credential:
    """Create a credential that the suite can be given: what begins with a dash is an option."""
    while True:
        credential = server.create_credential("conformance")
        if "-" not in (credential.key[0], credential.secret[0]):
            return credential


@contextmanager
def serve_on(database: str, workers: int) -> Iterator[LrsServer]:
    """Serve a new store on SQLite, on a PostgreSQL started for it, or on the database of a URL."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="lrs-conformance-")))
        if database == "postgresql":
            database = stack.enter_context(PostgreSQLServer()).create_database("lrs")
        url = None if database == "sqlite" else database
        yield stack.enter_context(serve(directory, url, workers=workers))


@click.command(help=__doc__)
@click.option("--suite", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--version", type=click.Choice([*VERSIONS, "all"]), default="all")
@click.option("--database", default="sqlite", help="sqlite, postgresql or the URL of an empty one")
@click.option("--workers", default=1, show_default=True, help="processes of the server")
def main(suite: Path, version: str, database: str, workers: int) -> None:
    """Run the suite and report; both versions share one server and one store."""
    install_packages(suite)
    with serve_on(database, workers) as server:
        credential = create_credential(server)
        versions = VERSIONS if version == "all" else (version,)
        reports = [run_version(suite, each, server, credential) for each in versions]
    for report in reports:
        click.echo(report)
    sys.exit(0 if all(report.is_conformant for report in reports) else 1)


if __name__ == "__main__":
    main()
