"""How the fold is doing, as health and metrics tell it."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lrs.records import fold as watching
from projections import tables
from projections.runner.lease import Lease
from statements.clock import now
from statements.errors import Unavailable
from tests.statements.store import Store, new_request, new_statement

if TYPE_CHECKING:
    from lrs.records.fold import Seen
    from statements.connection import Connection, Row
    from tests.records.house import House

Json = dict[str, Any]
MINUTE = 60_000_000


def checkpoint(name: str, position: int, **facts: object) -> Row:
    """A row of the table."""
    row = {"cursor": None, "stopped_at": None, "error": "", "updated": now()} | facts
    return (name, "1", position, row["cursor"], row["stopped_at"], row["error"], row["updated"])


def hold(house: House, *rows: Row, unrecognised: int = 0, stale: int = 0) -> None:
    """Let these be all checkpoints."""

    def work(connection: Connection) -> None:
        connection.remove(tables.projection, [("all",)])
        connection.replace(tables.projection, rows)
        connection.replace(tables.stale, [(n,) for n in range(stale)])
        found = [(f"urn:{n}", "", 1, 1, 1) for n in range(unrecognised)]
        connection.replace(tables.unrecognised, found)

    house.database.write(work)


def append(house: House, count: int) -> None:
    """Append statements to the log."""
    requests = [new_request(new_statement()) for _ in range(count)]
    Store(house.log).appender.append(requests)


def health(house: House) -> Json:
    """What the server says of its health, which is always 200 here."""
    found: Json = house.get("/health")
    assert found["checks"] == {"database": "ok"}
    return found


def figures(house: House) -> dict[str, float]:
    """Figures of the fold, by name and projection."""
    text = house.ask("/metrics", house.credential("metrics/read")).body.decode()
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith(("lrs_projection", "lrs_records"))
    }


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FRESH_SECONDS", 0.0)


def test_where_nothing_was_folded_nothing_is_told(empty_house: House) -> None:
    assert health(empty_house) == {"status": "ready", "checks": health(empty_house)["checks"]}
    assert figures(empty_house) == {}


def test_a_fold_that_is_up_to_date(house: House) -> None:
    append(house, 3)
    hold(house, checkpoint("events", 3, updated=1), checkpoint("badges", 3))
    house.database.write(Lease().claim)
    found = health(house)
    assert (found["status"], found["records"]) == (
        "ready",
        {
            "position": 3,
            "log_position": 3,
            "behind_statements": 0,
            "behind_seconds": 0,
            "unmoved_seconds": 0,
            "worker": True,
            "stopped": [],
        },
    )


def test_a_fold_that_is_behind_says_how_far_and_for_how_long(house: House) -> None:
    append(house, 3)
    moved = checkpoint("badges", 1, updated=now() - 5 * MINUTE)
    hold(house, checkpoint("events", 3), moved, unrecognised=4, stale=2)
    found = health(house)["records"]
    assert (found["position"], found["behind_statements"], found["worker"]) == (1, 2, False)
    assert 300 <= found["unmoved_seconds"] < 360
    assert 0 < found["behind_seconds"] < 60
    told = figures(house)
    assert told.pop("lrs_projection_behind_seconds badges") > 0
    assert told == {
        "lrs_projection_position badges": 1,
        "lrs_projection_position events": 3,
        "lrs_projection_behind_statements badges": 2,
        "lrs_projection_behind_statements events": 0,
        "lrs_projection_behind_seconds events": 0,
        "lrs_projection_stopped badges": 0,
        "lrs_projection_stopped events": 0,
        "lrs_projection_rebuilding badges": 0,
        "lrs_projection_rebuilding events": 0,
        "lrs_records_stale_learners": 2,
        "lrs_records_unrecognised_statements": 4,
        "lrs_records_worker": 0,
    }


def test_what_has_stopped_is_told_and_the_server_is_still_to_be_used(house: House) -> None:
    append(house, 2)
    stopped = checkpoint("badges", 1, stopped_at=2, error="KeyError('anna@example.org')")
    hold(house, checkpoint("events", 2), stopped, checkpoint("progress__next", 0, cursor=7))
    found = health(house)
    assert found["status"] == "degraded"
    assert found["records"]["stopped"] == [{"projection": "badges", "position": 2}]
    assert "anna" not in json.dumps(found)  # anybody may ask
    told = figures(house)
    assert told["lrs_projection_stopped badges"] == 1
    hold(house, checkpoint("progress", 2))
    assert figures(house)["lrs_projection_rebuilding progress"] == 1


def test_a_records_store_that_does_not_answer_is_told_and_nothing_else_suffers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Connection) -> None:
        raise Unavailable("the disk is gone")

    monkeypatch.setattr(watching, "read_standing", fail)
    found = health(house)
    assert (found["status"], found["records"]) == ("degraded", {"problem": "Unavailable"})
    assert figures(house) == {}


def test_a_slow_records_store_keeps_nobody_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(house, checkpoint("events", 0))
    done = threading.Event()
    watch = house.services.fold

    async def ask_twice() -> tuple[Seen, Seen]:
        before = await watch.seen()
        monkeypatch.setattr(watching, "PATIENCE_SECONDS", 0.01)
        monkeypatch.setattr(watching, "read_standing", lambda _: done.wait(20))
        late = await watch.seen()
        done.set()
        return before, late

    before, late = asyncio.run(ask_twice())
    assert before.problem == ""
    assert late == before._replace(problem="slow")
