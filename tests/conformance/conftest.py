"""Clients of the server under test: a test that asks for `client` runs in both versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plugins.server import Credential, LrsServer

VERSIONS = ("1.0.3", "2.0.0")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that names requirements."""
    config.addinivalue_line(
        "markers", "requirement(*ids): the xAPI conformance requirements that a test checks"
    )


@pytest.fixture(scope="session")
def credential(lrs: LrsServer) -> Credential:
    """Create a credential that may do everything."""
    return lrs.create_credential("conformance")


@pytest.fixture(params=VERSIONS)
def client(
    lrs: LrsServer, credential: Credential, request: pytest.FixtureRequest
) -> Iterator[Client]:
    """Speak to the server with every right, once in each version of xAPI."""
    with Client(lrs.endpoint, credential, request.param) as client:
        yield client


@pytest.fixture
def client_1_0_3(lrs: LrsServer, credential: Credential) -> Iterator[Client]:
    """Speak xAPI 1.0.3 with every right."""
    with Client(lrs.endpoint, credential, "1.0.3") as client:
        yield client


@pytest.fixture
def client_2_0_0(lrs: LrsServer, credential: Credential) -> Iterator[Client]:
    """Speak xAPI 2.0.0 with every right."""
    with Client(lrs.endpoint, credential, "2.0.0") as client:
        yield client
