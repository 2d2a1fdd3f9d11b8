"""A bucket on a real S3 server."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from analytics.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Lend the address of an S3 server, without `http://`."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str) -> str:
    """Lend the address of a lake in a new bucket."""
    address = (
        f"s3://key:secret@lake-{uuid4().hex}/of/analysts?scheme=http&region=eu-west-3"
        f"&endpoint_override={s3_server}&allow_bucket_creation=true"
    )
    store = open_store(address)
    store.filesystem.create_dir(store.root.partition("/")[0])
    return address
