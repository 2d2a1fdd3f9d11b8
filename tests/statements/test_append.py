"""Positions, times and what becomes of requests."""

from __future__ import annotations

import itertools
import json
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from schemas.members import slices
from statements import tables
from statements.admission import Appended
from statements.append import head
from statements.clock import microseconds_of, text_of
from statements.errors import Conflict
from statements.migrate import migrate
from statements.prepared import salted_digest, sender
from statements.reader import attachments_of, read_ids
from statements.requests import AppendRequest
from statements.sqlite import SQLite
from tests.statements.store import (
    AUTHORITY,
    Store,
    counts,
    new_request,
    new_statement,
    new_void,
    poisoned,
    prepared,
    reference_to,
    text_id,
)

if TYPE_CHECKING:
    from pathlib import Path

    from statements.admission import Outcome

BEFORE = microseconds_of(datetime(2020, 1, 1, tzinfo=UTC))


def count(store: Store) -> dict[str, int]:
    """Count the rows of every table."""
    return store.database.read(
        lambda c: {table.name: len(c.rows(table.select())) for table in tables.APPEND_ONLY}
    )


def test_positions_start_at_1_and_have_no_gaps(store: Store) -> None:
    store.append(*[new_statement() for _ in range(3)])
    store.append(new_statement())
    store.append(*[new_statement() for _ in range(2)])
    assert [entry.position for entry in store.log()] == [1, 2, 3, 4, 5, 6]


def test_ids_are_read_by_position(store: Store) -> None:
    store.append(*[new_statement() for _ in range(5)])
    found = store.database.read(lambda c: read_ids(c, 1, 4))
    assert [(position, text_id(id_)) for position, id_ in found] == [
        *zip((2, 3, 4), store.ids()[1:4], strict=True)
    ]


def test_stored_increases_strictly_within_and_between_requests(store: Store) -> None:
    for size in (50, 1, 50):
        store.append(*[new_statement() for _ in range(size)])
    times = [entry.stored for entry in store.log()]
    assert all(one < next_one for one, next_one in itertools.pairwise(times))


@pytest.mark.parametrize("step", [0, -1_000_000], ids=["still", "backwards"])
def test_stored_increases_when_the_clock_does_not(tmp_path: Path, step: int) -> None:
    clock = itertools.count(BEFORE, step)
    with closing(SQLite(str(tmp_path / "store.sqlite"), lambda: next(clock))) as database:
        migrate(database)
        store = Store(database)
        store.append(new_statement(), new_statement())
        store.append(new_statement())
        times = [entry.stored for entry in store.log()]
    assert times == [times[0], times[0] + 1, times[0] + 2]
    assert times[0] <= BEFORE


def test_stored_follows_a_log_that_lies_in_the_future(store: Store) -> None:
    future = microseconds_of(datetime(2999, 12, 31, tzinfo=UTC))
    store.forge(position=1, stored=future)
    store.append(new_statement())
    assert store.database.read(head) == (2, future + 1)


def test_stored_in_the_text_is_that_of_the_row(store: Store) -> None:
    store.append(new_statement(), new_statement())
    for entry in store.log():
        assert json.loads(entry.payload)["stored"] == text_of(entry.stored)


def test_missing_members_are_given_and_a_missing_timestamp_is_the_time_of_storing(
    store: Store,
) -> None:
    statement = new_statement()
    del statement["id"]
    store.append(statement)
    payload = json.loads(store.log()[0].payload)
    assert payload["timestamp"] == payload["stored"]
    assert payload["authority"] == AUTHORITY
    assert payload["version"] == "1.0.0"
    assert store.find(payload["id"]) is not None


def test_the_senders_authority_replaces_the_clients_unless_it_is_trusted(store: Store) -> None:
    claimed = {"mbox": "mailto:boss@example.org"}
    store.append(new_statement(authority=claimed, stored="2001-01-01T00:00:00Z"))
    store.append(new_statement(authority=claimed), by=sender(None))
    authorities = [json.loads(entry.payload)["authority"] for entry in store.log()]
    assert authorities == [AUTHORITY, claimed]


def test_the_same_bytes_again_are_known_and_nothing_is_written(store: Store) -> None:
    statement = new_statement()
    assert counts(store.append(statement)) == (1, 0)
    before = count(store)
    assert counts(store.append(statement)) == (0, 1)
    assert count(store) == before


def test_the_same_meaning_in_other_bytes_is_known(store: Store) -> None:
    statement = new_statement(result={"score": {"raw": 1.0}})
    store.append(statement)
    text = json.dumps(statement, indent=1).replace("1.0", "10e-1").encode()
    assert counts(store.append(text)) == (0, 1)
    assert len(store.log()) == 1


def test_an_id_in_capitals_is_the_same_id(store: Store) -> None:
    statement = new_statement()
    store.append(statement)
    assert counts(store.append(statement | {"id": statement["id"].upper()})) == (0, 1)


def test_a_different_statement_with_a_stored_id_is_a_conflict(store: Store) -> None:
    statement = new_statement()
    store.append(statement)
    outcome = store.append(statement | {"object": {"id": "http://example.org/other"}})
    assert isinstance(outcome, Conflict)
    assert outcome.statement_id == statement["id"]


def test_a_conflict_leaves_nothing_of_its_request_and_its_neighbours_succeed(
    store: Store,
) -> None:
    taken = new_statement()
    store.append(taken)
    first, last = new_statement(), new_statement()
    clash = AppendRequest(
        [
            prepared(new_statement(object={"id": "http://example.org/only-here"})),
            prepared(taken | {"verb": {"id": "http://example.org/other"}}),
        ],
        {sha256(b"orphan").digest(): b"orphan"},
    )
    outcomes = store.appender.append([new_request(first), clash, new_request(last)])
    assert [type(outcome) for outcome in outcomes] == [Appended, Conflict, Appended]
    assert store.ids() == [taken["id"], first["id"], last["id"]]
    assert store.found(activity="http://example.org/only-here") == []
    assert count(store)["attachment"] == 0


def test_equal_statements_of_two_requests_in_one_flush_are_stored_once(store: Store) -> None:
    statement = new_statement()
    outcomes = store.appender.append([new_request(statement), new_request(statement)])
    assert [counts(outcome) for outcome in outcomes] == [(1, 0), (0, 1)]
    assert store.ids() == [statement["id"]]


def test_of_different_statements_with_one_id_in_one_flush_the_first_is_stored(
    store: Store,
) -> None:
    first, neighbour = new_statement(), new_statement()
    second = first | {"verb": {"id": "http://example.org/other"}}
    requests = [new_request(first), new_request(neighbour, second), new_request(neighbour)]
    outcomes = store.appender.append(requests)
    assert [type(outcome) for outcome in outcomes] == [Appended, Conflict, Appended]
    assert counts(outcomes[2]) == (1, 0)
    assert store.ids() == [first["id"], neighbour["id"]]


def test_a_statement_that_occurs_twice_in_a_request_is_stored_once(store: Store) -> None:
    statement = new_statement()
    assert counts(store.append(statement, new_statement(), statement)) == (2, 1)
    assert store.ids().count(statement["id"]) == 1


def test_different_statements_with_one_id_in_a_request_are_a_conflict(store: Store) -> None:
    statement = new_statement()
    other = statement | {"verb": {"id": "http://example.org/other"}}
    assert isinstance(store.append(new_statement(), statement, other), Conflict)
    assert store.log() == []


def test_a_request_that_failed_as_a_whole_leaves_nothing(store: Store) -> None:
    batch = new_request(*[new_statement() for _ in range(5)])
    before = count(store)
    with pytest.raises(IndexError):
        store.appender.append([batch, poisoned(new_request(new_statement()))])
    assert count(store) == before
    assert counts(store.appender.append([batch])[0]) == (5, 0)


def test_a_request_sent_again_after_a_lost_answer_is_known(store: Store) -> None:
    request = new_request(new_statement(), new_statement())
    store.appender.append([request])
    assert counts(store.appender.append([request])[0]) == (0, 2)
    assert len(store.log()) == 2


def test_a_request_with_a_new_and_a_known_statement_counts_each(store: Store) -> None:
    known = new_statement()
    store.append(known)
    assert counts(store.append(known, new_statement())) == (1, 1)


def test_each_accepted_request_is_told_up_to_when_all_can_be_read(store: Store) -> None:
    known = new_statement()
    store.append(known)
    requests = [new_request(known), new_request(new_statement()), new_request(new_statement())]
    for outcomes in (store.appender.append(requests), store.appender.append(requests[:1])):
        for outcome in outcomes:
            assert isinstance(outcome, Appended)
            assert outcome.horizon == store.log()[-1].stored


def test_an_empty_request_is_accepted(store: Store) -> None:
    assert counts(store.appender.append([AppendRequest([])])[0]) == (0, 0)
    assert store.log() == []


def test_the_salted_digest_of_each_row_is_that_of_its_payload(store: Store) -> None:
    store.append(new_statement(), new_statement())
    column = tables.statement.c
    rows = store.database.read(
        lambda c: c.rows(
            tables.statement.select().with_only_columns(
                column.salt, column.digest, column.payload, column.id, column.shard
            )
        )
    )
    assert len({bytes(row[0]) for row in rows}) == 2
    for salt, digest, payload, statement_id, shard in rows:
        assert salted_digest(bytes(salt), bytes(payload)) == bytes(digest)
        assert json.loads(payload)["id"] == text_id(statement_id)
        assert shard == bytes(statement_id)[-1]


def attach(store: Store, content: bytes) -> Outcome:
    """Append a new statement with an attachment."""
    request = AppendRequest([prepared(new_statement())], {sha256(content).digest(): content})
    return store.appender.append([request])[0]


def test_attachments_are_stored_once_whoever_sends_them(store: Store) -> None:
    content = bytes(range(256)) * 40
    assert [counts(attach(store, content)) for _ in range(2)] == [(1, 0)] * 2
    digest = sha256(content).digest()
    assert count(store)["attachment"] == 1
    missing = sha256(b"never sent").digest()
    found = store.database.read(lambda c: attachments_of(c, [digest, missing, digest]))
    assert found == {digest: content}


def test_attachments_of_a_known_statement_are_accepted_again_and_completed(store: Store) -> None:
    statement = prepared(new_statement())
    one, two = ({sha256(content).digest(): content} for content in (b"one", b""))
    store.appender.append([AppendRequest([statement], one)])
    again = AppendRequest([statement], one | two)
    assert counts(store.appender.append([again])[0]) == (0, 1)
    found = store.database.read(lambda c: attachments_of(c, [*one, *two]))
    assert found == one | two


def test_everything_a_batch_refers_to_may_come_in_the_batch_itself(store: Store) -> None:
    target = new_statement()
    comment = new_statement(object=reference_to(target["id"]))
    void = new_void(target["id"])
    store.append(void, comment, target)
    assert store.find(target["id"], voided=True) is not None
    assert store.found(activity=target["object"]["id"]) == [comment["id"], void["id"]]


def test_members_that_the_lrs_sets_replace_the_clients_and_others_keep_their_text(
    store: Store,
) -> None:
    text = (
        b'{"stored":"x", "object":{"id":"http://example.org/a" }, "authority":{}, "id": "%b",'
        b' "verb":{"id":"http://example.org/v"},"actor":{"mbox":"mailto:a@example.org"},'
        b'"result":{"score":{"raw":1.00}}, "timestamp":"2020-01-01T00:00:00Z"}'
    ) % str(uuid4()).encode()
    store.append(text)
    sent, kept = slices(text), slices(store.log()[0].payload)
    assert json.loads(kept["authority"]) == AUTHORITY
    assert kept.keys() == sent.keys() | {"version"}
    for name in sent.keys() - {"stored", "authority"}:
        assert kept[name] == sent[name]
