"""Two servers that were started at once on a store that was not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.faults.servers import launch_at_once
from tests.plugins.server import COMMAND, Credential

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.servers import Servers
    from tests.faults.store import Store
    from tests.plugins.server import LrsServer

MAX_BODY_BYTES = 100_000  # so that a body that is too large needs little time


class Twins(NamedTuple):
    """The servers, and what each of them told its operator."""

    store: Store
    servers: list[LrsServer]
    credentials: list[Credential]

    @property
    def ports(self) -> list[int]:
        """Where they listen."""
        return [server.port for server in self.servers]

    @property
    def credential(self) -> Credential:
        """One that both take."""
        return self.credentials[0]


def start_twins(store: Store, servers: Servers, data_dir: Path) -> Twins:
    """Start both by `lrs run`: they migrate, and make a first credential, at the same time."""
    settings = {"LRS_DATA_DIR": str(data_dir), "LRS_MAX_BODY_BYTES": str(MAX_BODY_BYTES)}
    both = [servers.plan(store, settings=settings) for _ in range(2)]
    launch_at_once(both, COMMAND, "run")
    return Twins(store, both, [read_credential(server) for server in both])


def read_credential(server: LrsServer) -> Credential:
    """Read the key and the secret that `lrs run` has shown."""
    shown = re.search(r"^key +(\w+)\nsecret +(\w+)$", server.read_log(), re.MULTILINE)
    assert shown, server.read_log()
    return Credential(*shown.groups())
