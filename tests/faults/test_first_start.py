"""The first start, when not everything that it makes can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.twins import read_credential
from tests.plugins.server import COMMAND, CommandFailedError

if TYPE_CHECKING:
    from tests.faults.servers import Servers
    from tests.faults.store import Store

ON_A_FULL_DISK = ("/bin/sh", "-c", 'ulimit -f 0 && exec "$0" "$@"')


def test_a_first_start_on_a_full_disk_does_not_spoil_the_next_one(
    on_postgresql: Store, servers: Servers
) -> None:
    """The credential is in the database by then, but its secret cannot be kept."""
    server = servers.plan(on_postgresql)
    with pytest.raises(CommandFailedError):
        server.launch(*ON_A_FULL_DISK, COMMAND, "run")
    server.launch(COMMAND, "run")
    assert read_credential(server).secret
