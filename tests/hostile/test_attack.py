"""Hostile requests of every kind get an answer and do no harm to others."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.hostile.attack import KEEP_ALIVE_SECONDS, SETTINGS, Arsenal, Attack
from tests.hostile.neighbour import Neighbour, bugs_in_log
from tests.plugins.postgresql import lend_database
from tests.plugins.server import Credential, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plugins.server import LrsServer

SEED = 1
SECONDS = 10
KINDS = 10


@pytest.fixture(params=["sqlite", "postgresql"])
def lrs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LrsServer]:
    """Run a server that soon lets go of clients who say nothing more."""
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            url = stack.enter_context(lend_database(request.getfixturevalue("postgresql_url")))
        directory = tmp_path_factory.mktemp("attacked")
        workers = 2 if url else 1
        server = stack.enter_context(serve(directory, url, workers=workers, settings=SETTINGS))
        server.fold()
        yield server


def test_whatever_is_sent_is_answered_in_time_and_harms_no_neighbour(lrs: LrsServer) -> None:
    attack = Attack(lrs, SEED)
    with Neighbour(lrs, keep_alive_seconds=KEEP_ALIVE_SECONDS) as neighbour:
        attack.run(SECONDS)
    assert attack.faults == [], "\n".join(attack.faults)
    assert bugs_in_log(lrs) == []
    neighbour.check()
    assert len({kind for kind, _ in attack.figures}) >= KINDS
    assert {"200", "400", "401"} <= {status for _, status in attack.figures}


def test_a_shot_follows_from_its_seed_and_number() -> None:
    credential = Credential("key", "secret")
    first, again = (Arsenal(SEED, credential) for _ in range(2))
    assert [first.shot(i) for i in range(50)] == [again.shot(i) for i in reversed(range(50))][::-1]
