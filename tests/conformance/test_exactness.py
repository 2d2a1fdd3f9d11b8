"""What was sent comes back to the letter: numbers, escapes, empty maps, long identifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.conformance.client import encode_json
from tests.conformance.samples import make_iri, make_statement

if TYPE_CHECKING:
    from tests.conformance.client import Client

EXTENSION = "https://example.test/extension"

FRAGMENTS = {
    "17 digits": "0.12345678901234567",
    "40 digits": "3.141592653589793238462643383279502884197",
    "beyond a double": "12345678901234567890123456789012345678901234567890",
    "beyond 64 bits": "-9223372036854775809",
    "a trailing zero": "1.50",
    "an exponent": "1.0E+2",
    "a tiny number": "1e-400",
    "minus zero": "-0.0",
    "an empty map": "{}",
    "an empty list": "[]",
    "null": "null",
    "an empty text": '""',
    "nesting": '{"a": [{"b": {}}, [], null, ""]}',
    "an escaped NUL": r'"before\u0000after"',
    "escaped letters": r'"\u0041\/\b\f\n\r\t\"\\"',
    "an emoji": '"\U0001f469\U0001f3fd\u200d\U0001f680"',
    "an escaped emoji": r'"\ud83d\ude80"',
    "combining marks": '"e\u0301 is not \u00e9, a\u0328\u0301"',
    "text from right to left": '"\u202eabc\u202c \u0645\u0631\u062d\u0628\u0627"',
    "line separators": '"\u2028\u2029\ufeff"',
    "odd keys": '{"a.b": 1, "$c": 2, "": 3, "__proto__": 4, "&46;": 5, "\U0001f511": 6}',
    "white space": '{ "a" :\t1 ,\n "b" : [ 1 , 2 ] }',
    "key order": '{"z": 1, "a": 2, "10": 3, "9": 4}',
}


def send_with(client: Client, fragment: str, **parts: object) -> tuple[str, str]:
    """POST a statement with a JSON fragment as an extension; return its id and its verb."""
    hole = f"hole-{uuid4()}"
    statement = make_statement(result={"extensions": {EXTENSION: hole}}, **parts)
    body = encode_json(statement).replace(f'"{hole}"'.encode(), fragment.encode())
    response = client.send("POST", "statements", body, {"Content-Type": "application/json"})
    assert response.status_code == 200, response.text
    return statement["id"], statement["verb"]["id"]


@pytest.mark.requirement("XAPI-00002", "XAPI-00119", "XAPI-00170")
@pytest.mark.parametrize("fragment", FRAGMENTS.values(), ids=FRAGMENTS.keys())
def test_an_extension_comes_back_to_the_letter(client: Client, fragment: str) -> None:
    statement_id, verb = send_with(client, fragment)
    as_sent = f'"{EXTENSION}": {fragment}'
    for parameters in ({"statementId": statement_id}, {"verb": verb}, {"verb": verb, "limit": 1}):
        assert as_sent in client.get("statements", **parameters).content.decode()


@pytest.mark.parametrize(
    "score",
    [
        '{"scaled": 0.99999999999999999999, "raw": 17.000000000000000001, "max": 18}',
        '{"scaled": -1.0, "min": -0, "raw": 0E0, "max": 1e3}',
    ],
)
def test_a_score_comes_back_to_the_letter(client: Client, score: str) -> None:
    statement = make_statement(result={"score": {"raw": 424242}})
    body = encode_json(statement).replace(b'{"raw": 424242}', score.encode())
    response = client.send("POST", "statements", body, {"Content-Type": "application/json"})
    assert response.status_code == 200, response.text
    assert score in client.get("statements", statementId=statement["id"]).text


@pytest.mark.requirement("XAPI-00015")
def test_every_text_comes_back_as_it_was(client: Client) -> None:
    text = "Hyvää huomenta \U0001f600 \u0915\u094d\u0937 \x7f \ufffd \U0010ffff"
    statement = make_statement(
        verb={"id": make_iri("verbs"), "display": {"fi": text}},
        object={
            "objectType": "Activity",
            "id": make_iri("a"),
            "definition": {"name": {"fi": text}},
        },
        result={"response": text},
    )
    client.store(statement)
    fetched = client.fetch(statement["id"])
    assert {key: fetched[key] for key in statement} == statement


EMPTY_MAPS: dict[str, dict[str, Any]] = {
    "verb display": {"verb": {"id": "https://example.test/v", "display": {}}},
    "activity definition": {
        "object": {"objectType": "Activity", "id": "https://example.test/a", "definition": {}}
    },
    "activity name": {
        "object": {
            "objectType": "Activity",
            "id": "https://example.test/a",
            "definition": {"name": {}, "description": {}, "extensions": {}},
        }
    },
    "result": {"result": {}},
    "score": {"result": {"score": {}}},
    "result extensions": {"result": {"extensions": {}}},
    "context": {"context": {}},
    "context activities": {"context": {"contextActivities": {}}},
}


@pytest.mark.parametrize("parts", EMPTY_MAPS.values(), ids=EMPTY_MAPS.keys())
def test_empty_maps_are_not_dropped(client: Client, parts: dict[str, Any]) -> None:
    statement = make_statement(**parts)
    client.store(statement)
    fetched = client.fetch(statement["id"])
    assert {key: fetched[key] for key in statement} == statement


@pytest.mark.parametrize("size", [255, 256, 2_700, 8_192])
def test_long_identifiers_are_kept_and_found(client: Client, size: int) -> None:
    def lengthen(iri: str) -> str:
        return iri + "x" * (size - len(iri))

    verb, activity, home = (lengthen(make_iri(kind)) for kind in ("verbs", "activities", "homes"))
    actor = {"objectType": "Agent", "account": {"homePage": home, "name": "n" * size}}
    statement = make_statement(actor=actor, verb={"id": verb}, object={"id": activity})
    client.store(statement)
    assert client.find_ids(verb=verb) == [statement["id"]]
    assert client.find_ids(activity=activity) == [statement["id"]]
    assert client.find_ids(agent=actor) == [statement["id"]]
    assert client.fetch(statement["id"])["actor"] == actor
    assert client.get("activities", activityId=activity).json()["id"] == activity


def test_long_identifiers_that_differ_at_the_end_are_not_confused(client: Client) -> None:
    base = make_iri("verbs") + "x" * 8_000
    batch = [make_statement(verb={"id": base + end}) for end in ("a", "b")]
    client.store(*batch)
    assert client.find_ids(verb=base + "a") == [batch[0]["id"]]


def test_identifiers_are_compared_letter_by_letter(client: Client) -> None:
    """See xAPI Data 3.1: no normalisation by scheme; RFC 3987, section 5.3.1."""
    base = make_iri("activities")
    forms = [base, base + "/", base.upper(), base.replace("https", "http"), base + "#x"]
    batch = [make_statement(object={"id": form}) for form in forms]
    client.store(*batch)
    assert [client.find_ids(activity=form) for form in forms] == [[each["id"]] for each in batch]


@pytest.mark.requirement("XAPI-00022", "XAPI-00122", "XAPI-00123")
@pytest.mark.parametrize(
    "timestamp",
    [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "2024-02-29T12:00:00+02:00",
        "2013-05-18T05:32:34.804Z",
        "2013-05-18T05:32:34.123456Z",
        "2013-05-18T05:32:34.123456789Z",
        "9999-12-31T23:59:59.999999Z",
    ],
)
def test_a_timestamp_comes_back_as_it_was_however_extreme(client: Client, timestamp: str) -> None:
    statement = make_statement(timestamp=timestamp)
    client.store(statement)
    assert client.fetch(statement["id"])["timestamp"] == timestamp


@pytest.mark.requirement("XAPI-00096")
def test_a_single_context_activity_comes_back_in_a_list(client: Client) -> None:
    """The one change that xAPI asks of a store (Data 2.4.6.2)."""
    activity = {"id": make_iri("activities")}
    context = {"contextActivities": {"parent": activity, "other": [activity]}}
    inner = make_statement(context=context) | {"objectType": "SubStatement"}
    del inner["id"]
    statement = make_statement(context=context, object=inner)
    client.store(statement)
    fetched = client.fetch(statement["id"])
    in_lists = {"parent": [activity], "other": [activity]}
    assert fetched["context"]["contextActivities"] == in_lists
    assert fetched["object"]["context"]["contextActivities"] == in_lists
