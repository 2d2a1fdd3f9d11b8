"""The dictionary: a number for every term, given once and for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Never

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from statements import tables
from statements.opening import open_database
from statements.terms import ROLE_BITS, Dictionary, Role, posting_key, verb_term
from tests.statements.store import Store, new_request, new_statement, poisoned

if TYPE_CHECKING:
    from statements.connection import Connection
    from statements.database import Database

TERMS = [verb_term(f"http://example.org/{number}") for number in range(30)]


def intern(database: Database, dictionary: Dictionary, terms: list[str]) -> dict[str, int]:
    """Give numbers, as an append does."""
    numbers = database.append(lambda connection, _: dictionary.intern(connection, terms).numbers())
    dictionary.remember(numbers)
    return numbers


def look_up(database: Database, dictionary: Dictionary, terms: list[str]) -> dict[str, int]:
    """Look numbers up, as a reader does."""
    return database.read(lambda connection: dictionary.look_up(connection, terms))


class Unused:
    """A connection of which nothing must be asked."""

    def find(self, *_: object) -> Never:
        """Be asked all the same."""
        raise AssertionError("the dictionary asked the database")


def recall(dictionary: Dictionary, terms: list[str]) -> dict[str, int]:
    """Look numbers up that have to be remembered."""
    unused: Connection = Unused()  # type: ignore[assignment]  # that is its purpose
    return dictionary.look_up(unused, terms)


def test_numbers_are_unique_and_the_same_for_everybody(database: Database) -> None:
    one, other = Dictionary(), Dictionary()
    first = intern(database, one, TERMS[:20])
    second = intern(database, other, TERMS[10:])
    assert {term: first[term] for term in TERMS[10:20]}.items() <= second.items()
    numbers = first | second
    assert sorted(numbers.values()) == list(range(1, len(TERMS) + 1))
    assert intern(database, one, TERMS) == numbers
    assert look_up(database, Dictionary(), TERMS) == numbers


def test_looking_up_gives_no_numbers(database: Database) -> None:
    dictionary = Dictionary()
    assert look_up(database, dictionary, TERMS) == {}
    assert database.read(lambda c: c.rows(select(tables.term))) == []
    assert intern(database, dictionary, TERMS[:1]) == {TERMS[0]: 1}


def test_what_was_found_is_remembered(database: Database) -> None:
    numbers = intern(database, Dictionary(), TERMS)
    dictionary = Dictionary()
    look_up(database, dictionary, TERMS)
    assert recall(dictionary, TERMS) == numbers


def test_what_was_appended_is_remembered(store: Store) -> None:
    store.append(new_statement(verb={"id": "http://example.org/did"}))
    assert recall(store.dictionary, [verb_term("http://example.org/did")])


def test_what_a_rolled_back_append_gave_out_is_not_remembered(store: Store, url: str) -> None:
    lost = new_statement(verb={"id": "http://example.org/lost"})
    kept = new_statement(verb={"id": "http://example.org/kept"})
    bad = new_request(lost)
    bad = poisoned(bad)
    with pytest.raises(IndexError):
        store.appender.append([bad])
    with closing(open_database(url)) as other:
        Store(other).append(kept)  # gets the numbers that the other did not keep
    store.append(lost)
    assert store.found(verb="http://example.org/kept") == [kept["id"]]
    assert store.found(verb="http://example.org/lost") == [lost["id"]]


def test_threads_and_writers_share_one_dictionary(database: Database) -> None:
    shared = Dictionary()
    with ThreadPoolExecutor(4) as threads:
        given_out = list(
            threads.map(
                lambda n: (
                    intern(database, shared, TERMS[n : n + 15]) | look_up(database, shared, TERMS)
                ),
                range(16),
            )
        )
    final = look_up(database, Dictionary(), TERMS)
    assert sorted(final.values()) == list(range(1, len(TERMS) + 1))
    for numbers in given_out:
        assert numbers.items() <= final.items()


def test_memory_is_bounded_and_terms_in_use_survive(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.terms.CACHED_TERMS", 5)
    dictionary = Dictionary()
    hot = TERMS[:2]
    for cold in TERMS[2:]:
        intern(database, dictionary, [*hot, cold])
        assert recall(dictionary, hot) == {hot[0]: 1, hot[1]: 2}
    assert look_up(database, dictionary, TERMS).keys() == set(TERMS)
    with pytest.raises(AssertionError, match="asked the database"):
        recall(dictionary, TERMS)


def test_a_text_is_another_term_for_each_kind(store: Store) -> None:
    text = "http://example.org/same"
    statement = new_statement(verb={"id": text}, object={"id": "http://example.org/other"})
    store.append(statement)
    assert store.found(verb=text) == [statement["id"]]
    assert store.found(activity=text) == []


@given(number=st.integers(1, 2**60), role=st.sampled_from(Role))
def test_a_key_tells_number_and_role(number: int, role: Role) -> None:
    key = posting_key(number, role)
    assert (key >> ROLE_BITS, Role(key - (key >> ROLE_BITS << ROLE_BITS))) == (number, role)


def test_a_registration_is_the_same_in_capitals(store: Store) -> None:
    registration = "0000000a-aaaa-4000-8000-00000000000a"
    statement = new_statement(context={"registration": registration.upper()})
    store.append(statement)
    assert store.found(registration=registration) == [statement["id"]]


def test_keys_are_told_as_far_as_numbers_are_remembered(database: Database) -> None:
    dictionary = Dictionary()
    numbers = intern(database, dictionary, TERMS[:2])
    known = [(TERMS[1], Role.RELATED), (TERMS[0], Role.DIRECT)]
    keys = [
        posting_key(numbers[TERMS[1]], Role.RELATED),
        posting_key(numbers[TERMS[0]], Role.DIRECT),
    ]
    assert dictionary.keys(known) == (keys, ())
    strange = [(TERMS[2], Role.DIRECT), (TERMS[3], Role.RELATED)]
    assert dictionary.keys([known[0], strange[0], known[1], strange[1]]) == (keys, strange)
