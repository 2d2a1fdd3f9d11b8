"""Documents are stored, merged and deleted one at a time, under the conditions of the request."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha1
from typing import TYPE_CHECKING

import pytest

from schemas.errors import InvalidJson
from schemas.members import slices
from statements.documents import (
    Collection,
    Condition,
    Document,
    Place,
    Sent,
    delete_document,
    delete_documents,
    document_names,
    get_document,
    is_json,
    merge_document,
    put_document,
)
from statements.errors import ConditionMissing, DocumentConflict, PreconditionFailed
from statements.opening import open_database

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from statements.database import Database

ANNA = "mbox:mailto:anna@example.org"
REGISTRATION = "0000000a-aaaa-4000-8000-00000000000a"
STATE = Collection("state", "http://example.org/course", ANNA)
REGISTERED = Collection("state", "http://example.org/course", ANNA, REGISTRATION)
PLACE = Place(STATE, "progress")
CREATE_ONLY = Condition(if_none_match=("*",))


def get(database: Database, place: Place = PLACE) -> Document | None:
    """Read a document."""
    return database.read(lambda connection: get_document(connection, place))


def content(database: Database, place: Place = PLACE) -> bytes | None:
    """Read the content of a document."""
    found = get(database, place)
    return found.content if found else None


def put(database: Database, text: bytes, place: Place = PLACE, **condition: object) -> None:
    """Store a plain text."""
    put_document(database, place, Sent("text/plain", text), Condition(**condition))  # type: ignore[arg-type]  # as given


def post(database: Database, text: bytes, content_type: str = "application/json") -> None:
    """Store or merge JSON."""
    merge_document(database, PLACE, Sent(content_type, text))


def etag(text: bytes) -> str:
    """Write an entity tag."""
    return f'"{sha1(text, usedforsecurity=False).hexdigest()}"'


def names(database: Database, collection: Collection = STATE, since: int = 0) -> list[str]:
    """List the documents of a collection."""
    return database.read(lambda connection: document_names(connection, collection, since))


def test_a_document_comes_back_as_it_was_sent(database: Database) -> None:
    text = bytes(range(256))
    put_document(database, PLACE, Sent("application/x; a=é", text))
    found = get(database)
    assert found is not None
    assert found[:2] == ("application/x; a=é", etag(text))
    assert found.content == text


def test_a_document_that_is_put_again_is_replaced_and_newer(database: Database) -> None:
    put(database, b"one")
    first = get(database)
    put_document(database, PLACE, Sent("text/html", b""))
    second = get(database)
    assert first is not None
    assert second is not None
    assert (second.content_type, second.content, second.etag) == ("text/html", b"", etag(b""))
    assert second.updated >= first.updated


def test_an_empty_or_odd_name_is_a_name(database: Database) -> None:
    places = [Place(STATE, name) for name in ("", " ", "a\x00b", "é", "e\u0301", "n" * 5000)]
    for number, place in enumerate(places):
        put(database, str(number).encode(), place)
    assert [content(database, place) for place in places] == [b"0", b"1", b"2", b"3", b"4", b"5"]
    assert sorted(names(database)) == sorted(place.name for place in places)


def test_the_parts_of_a_place_are_not_mixed_up(database: Database) -> None:
    collections = [
        Collection("state", "ab", "c"),
        Collection("state", "a", "bc"),
        Collection("state", "ab", "c", REGISTRATION),
        Collection("state", "ab", "c", organisation="city"),
        Collection("activity_profile", "ab"),
        Collection("agent_profile", agent="ab"),
        Collection("agent_profile", agent="ab", organisation="city"),
    ]
    for number, collection in enumerate(collections):
        put(database, str(number).encode(), Place(collection, "same"))
    found = [content(database, Place(collection, "same")) for collection in collections]
    assert found == [str(number).encode() for number in range(len(collections))]


def test_a_registration_narrows_a_list_and_a_document_without_one_has_none(
    database: Database,
) -> None:
    put(database, b"", Place(STATE, "both"))
    put(database, b"", Place(REGISTERED, "both"))
    put(database, b"", Place(REGISTERED, "registered"))
    assert names(database, STATE) == ["both", "registered"]
    assert names(database, REGISTERED) == ["both", "registered"]
    assert get(database, Place(STATE, "registered")) is None


def test_a_registration_is_the_same_in_capitals(database: Database) -> None:
    put(database, b"x", Place(REGISTERED, "a"))
    capitals = Collection(STATE.resource, STATE.activity, STATE.agent, REGISTRATION.upper())
    assert content(database, Place(capitals, "a")) == b"x"


def test_a_list_has_what_was_stored_after_a_moment(database: Database) -> None:
    for name in ("a", "b", "c"):
        put(database, b"", Place(STATE, name))
    moments = [found.updated for name in "abc" if (found := get(database, Place(STATE, name)))]
    assert moments == sorted(moments)
    assert names(database, since=moments[0] - 1) == ["a", "b", "c"]
    assert set(names(database, since=moments[0])) <= {"b", "c"}
    assert names(database, since=moments[-1]) == []


def test_json_objects_are_merged_and_their_numbers_keep_their_digits(database: Database) -> None:
    post(database, b'{"a": 1.10, "b": {"x": 1}, "c":12345678901234567890123}')
    post(database, b' { "b" : {"y":2.00} , "d": 1E400} ', "application/json; charset=utf-8")
    found = get(database)
    assert found is not None
    assert slices(found.content) == {
        "a": b"1.10",
        "b": b'{"y":2.00}',
        "c": b"12345678901234567890123",
        "d": b"1E400",
    }
    assert found.etag == etag(found.content)


def test_what_is_posted_first_is_stored_as_it_is(database: Database) -> None:
    post(database, b"any text", "text/plain")
    assert content(database) == b"any text"


@pytest.mark.parametrize(
    ("stored", "posted"),
    [
        (Sent("text/plain", b"{}"), Sent("application/json", b"{}")),
        (Sent("application/json", b"{}"), Sent("text/plain", b"{}")),
        (Sent("application/json", b"[1]"), Sent("application/json", b"{}")),
        (Sent("application/json", b"{}"), Sent("application/json", b"1")),
        (Sent("application/json", b"{}"), Sent("application/json", b"{")),
        (Sent("application/json", b"{}"), Sent("application/jsonx", b"{}")),
    ],
)
def test_only_a_json_object_is_merged_with_a_json_object(
    database: Database, stored: Sent, posted: Sent
) -> None:
    put_document(database, PLACE, stored)
    with pytest.raises(InvalidJson):
        merge_document(database, PLACE, posted)
    assert content(database) == stored.content


def test_if_match_names_the_document_that_is_replaced(database: Database) -> None:
    with pytest.raises(PreconditionFailed):
        put(database, b"new", if_match=("*",))
    put(database, b"one")
    for wrong in ((etag(b"two"),), (etag(b"one").strip('"'),), (etag(b"one").upper(),)):
        with pytest.raises(PreconditionFailed):
            put(database, b"new", if_match=wrong)
    assert content(database) == b"one"
    put(database, b"two", if_match=(etag(b"zero"), etag(b"one")))
    put(database, b"three", if_match=("*",))
    assert content(database) == b"three"


def test_if_none_match_keeps_what_is_there(database: Database) -> None:
    put(database, b"one", if_none_match=("*",))
    for there in (("*",), (etag(b"one"),), (etag(b"zero"), "W/" + etag(b"one"))):
        with pytest.raises(PreconditionFailed):
            put(database, b"new", if_none_match=there)
    assert content(database) == b"one"
    put(database, b"two", if_none_match=(etag(b"zero"),))
    assert content(database) == b"two"


def test_a_condition_may_be_needed_to_replace_or_to_create(database: Database) -> None:
    with pytest.raises(ConditionMissing):
        put(database, b"one", needed_to_create=True)
    put(database, b"one", needed_to_replace=True)
    with pytest.raises(DocumentConflict):
        put(database, b"two", needed_to_replace=True)
    put(database, b"two", needed_to_create=True)
    put(database, b"three", needed_to_replace=True, if_match=(etag(b"two"),))
    assert content(database) == b"three"


def test_conditions_hold_for_merging_and_deleting_too(database: Database) -> None:
    post(database, b'{"a":1}')
    wrong, right = Condition(if_match=('"x"',)), Condition(if_match=(etag(b'{"a":1}'),))
    with pytest.raises(PreconditionFailed):
        merge_document(database, PLACE, Sent("application/json", b'{"b":2}'), wrong)
    with pytest.raises(PreconditionFailed):
        delete_document(database, PLACE, wrong)
    assert content(database) == b'{"a":1}'
    delete_document(database, PLACE, right)
    assert get(database) is None


def test_deleting_deletes_one_document_and_what_is_not_there_is_deleted_already(
    database: Database,
) -> None:
    places = [PLACE, Place(REGISTERED, PLACE.name), Place(STATE, "other")]
    for place in places:
        put(database, b"x", place)
    delete_document(database, PLACE)
    delete_document(database, PLACE)
    assert [content(database, place) for place in places] == [None, b"x", b"x"]


def test_a_collection_is_deleted_as_a_whole_or_for_a_registration(database: Database) -> None:
    other = Collection("state", STATE.activity, ANNA, organisation="city")
    for collection in (STATE, REGISTERED, other):
        put(database, b"x", Place(collection, "a"))
    delete_documents(database, REGISTERED)
    assert [len(names(database, each)) for each in (STATE, REGISTERED, other)] == [1, 0, 1]
    put(database, b"x", Place(REGISTERED, "a"))
    delete_documents(database, STATE)
    assert [names(database, each) for each in (STATE, REGISTERED, other)] == [[], [], ["a"]]


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON ; charset=utf-8"])
def test_json_is_told_by_its_type_whatever_the_parameters(content_type: str) -> None:
    assert is_json(content_type)


def create_as(url: str, name: str) -> bool:
    """Create the document if it is not there, as another process; whether it was created."""
    with closing(open_database(url)) as database:
        try:
            put_document(database, PLACE, Sent("text/plain", name.encode()), CREATE_ONLY)
        except PreconditionFailed:
            return False
        return True


def test_of_several_who_create_a_document_at_once_one_wins(
    database: Database, url: str, processes: ProcessPoolExecutor
) -> None:
    with ThreadPoolExecutor(4) as threads:
        creating = {name: threads.submit(create_as, url, name) for name in "abcd"}
        creating |= {name: processes.submit(create_as, url, name) for name in "ef"}
        winners = [name for name, created in creating.items() if created.result()]
    assert len(winners) == 1
    assert content(database) == winners[0].encode()


def test_of_two_who_replace_the_same_version_one_wins(database: Database) -> None:
    put(database, b"0")
    together = threading.Barrier(2)

    def replace(name: bytes, version: bytes) -> bool:
        together.wait()
        try:
            put(database, name, if_match=(etag(version),))
        except PreconditionFailed:
            return False
        return True

    version = b"0"
    with ThreadPoolExecutor(2) as threads:
        for turn in range(10):
            texts = [b"%d-%d" % (turn, writer) for writer in range(2)]
            won = list(threads.map(replace, texts, [version, version]))
            assert sorted(won) == [False, True]
            version = next(itertools.compress(texts, won))
            assert content(database) == version


def test_no_merge_is_lost(database: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: post(database, b'{"%d":1}' % n), range(20)))
    found = content(database)
    assert found is not None
    assert slices(found).keys() == {str(number) for number in range(20)}
