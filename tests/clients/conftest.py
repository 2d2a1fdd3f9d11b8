"""What every client is given: a credential and, if it is written in JavaScript, its packages."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.clients.node import PackagesMissingError, install_packages

if TYPE_CHECKING:
    from tests.plugins.server import Credential, LrsServer


@pytest.fixture(scope="session")
def credential(lrs: LrsServer) -> Credential:
    """Create a credential that may do everything."""
    return lrs.create_credential("a client")


@pytest.fixture(scope="session")
def node_packages() -> None:
    """Install the JavaScript clients; skip their tests where that is impossible."""
    try:
        install_packages()
    except (PackagesMissingError, subprocess.TimeoutExpired) as error:
        pytest.skip(str(error))
