"""What the Dockerfile says about the running container; building it needs an engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCKERFILE = (Path(__file__).resolve().parents[2] / "Dockerfile").read_text()


def find_instruction(name: str) -> str:
    """Return the last instruction of a name, without line breaks."""
    return str(re.findall(rf"^{name} (.*)$", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)[-1])


@contextmanager
def serve_readiness(status: HTTPStatus) -> Iterator[int]:
    """Lend the port of a server that answers /health/ready with a status, all else with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ready = self.path == "/health/ready"
            self.send_response(status if ready else HTTPStatus.NOT_FOUND)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "is_healthy"), [(HTTPStatus.OK, True), (HTTPStatus.SERVICE_UNAVAILABLE, False)]
)
def test_the_container_is_healthy_when_the_server_is_ready(
    status: HTTPStatus, *, is_healthy: bool
) -> None:
    _, *arguments = json.loads(find_instruction("HEALTHCHECK").split("CMD")[1])
    with serve_readiness(status) as port:
        check = subprocess.run(  # noqa: S603  a fixed command
            [sys.executable, *arguments],
            env={**os.environ, "LRS_PORT": str(port)},
            check=False,
            capture_output=True,
        )
    assert (check.returncode == 0) == is_healthy


def test_the_container_serves_and_not_as_root() -> None:
    assert json.loads(find_instruction("CMD")) == ["lrs", "serve"]
    assert find_instruction("USER") == "lrs"
