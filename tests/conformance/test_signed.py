"""Signed statements: accepted if the signature is about the statement, else refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.client import encode_json
from tests.conformance.multipart import HEADERS, encode_statements, read_parts
from tests.conformance.samples import make_agent, make_iri, make_statement
from tests.conformance.signatures import (
    attach,
    encode_segment,
    make_certificate,
    sign,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.conformance.client import Client


def post(client: Client, statement: dict[str, Any], jws: bytes) -> httpx.Response:
    return client.send("POST", "statements", encode_statements(statement, jws), HEADERS)


@pytest.mark.requirement("XAPI-00115", "XAPI-00117")
@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
@pytest.mark.parametrize("with_certificate", [False, True])
def test_a_signed_statement_is_stored_with_its_signature(
    client: Client, algorithm: str, *, with_certificate: bool
) -> None:
    statement = make_statement(timestamp="2024-01-01T00:00:00.000Z")
    header = {"x5c": [make_certificate("key")]} if with_certificate else {}
    jws = sign(encode_json(statement), algorithm, **header)
    assert post(client, attach(statement, jws), jws).status_code == 200
    response = client.get("statements", statementId=statement["id"], attachments=True)
    assert list(read_parts(response)[1].values()) == [jws]


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda statement: json.dumps(statement, indent=4).encode(),
        lambda statement: encode_json(dict(reversed(statement.items()))),
        lambda statement: encode_json(statement | {"timestamp": "2024-01-01T02:00:00+02:00"}),
    ],
    ids=["white space", "key order", "time zone"],
)
def test_the_payload_may_be_written_differently(
    client: Client, rewrite: Callable[[dict[str, Any]], bytes]
) -> None:
    statement = make_statement(timestamp="2024-01-01T00:00:00.000Z")
    jws = sign(rewrite(statement))
    assert post(client, attach(statement, jws), jws).status_code == 200


def change_verb(statement: dict[str, Any]) -> dict[str, Any]:
    return statement | {"verb": {"id": make_iri("verbs")}}


def change_actor(statement: dict[str, Any]) -> dict[str, Any]:
    return statement | {"actor": make_agent()}


def add_result(statement: dict[str, Any]) -> dict[str, Any]:
    return statement | {"result": {"success": True}}


@pytest.mark.requirement("XAPI-00116")
@pytest.mark.parametrize("change", [change_verb, change_actor, add_result])
def test_a_signature_of_another_statement_is_refused(
    client: Client, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    statement = make_statement()
    jws = sign(encode_json(change(statement)))
    assert post(client, attach(statement, jws), jws).status_code == 400
    assert client.get("statements", statementId=statement["id"]).status_code == 404


@pytest.mark.requirement("XAPI-00116")
@pytest.mark.parametrize("payload", [b"", b"{", b"null", b"[]", b"\xff"])
def test_a_payload_that_is_no_statement_is_refused(client: Client, payload: bytes) -> None:
    jws = sign(payload)
    assert post(client, attach(make_statement(), jws), jws).status_code == 400


@pytest.mark.requirement("XAPI-00117")
@pytest.mark.parametrize("algorithm", ["HS256", "ES256", "PS256", "none", "rs256", ""])
def test_another_algorithm_is_refused(client: Client, algorithm: str) -> None:
    statement = make_statement()
    jws = sign(encode_json(statement), algorithm)
    assert post(client, attach(statement, jws), jws).status_code == 400


@pytest.mark.requirement("XAPI-00115")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"not a signature",
        lambda jws: jws.rsplit(b".", 1)[0],
        lambda jws: jws + b".more",
        lambda jws: jws.replace(b".", b".!", 1),
        lambda jws: encode_segment(b"{}") + jws[jws.index(b".") :],
        lambda jws: encode_segment(b"[]") + jws[jws.index(b".") :],
        lambda jws: encode_segment(b"\xff") + jws[jws.index(b".") :],
    ],
)
def test_a_malformed_signature_is_refused(client: Client, spoil: Callable[[bytes], bytes]) -> None:
    statement = make_statement()
    jws = spoil(sign(encode_json(statement)))
    assert post(client, attach(statement, jws), jws).status_code == 400


@pytest.mark.requirement("XAPI-00115")
def test_a_signature_of_another_content_type_is_refused(client: Client) -> None:
    statement = make_statement()
    jws = sign(encode_json(statement))
    signed = attach(statement, jws, contentType="text/plain")
    assert post(client, signed, jws).status_code == 400


@pytest.mark.parametrize(
    "chain", [[make_certificate("another key")], ["no certificate"], "text", [1]]
)
def test_a_certificate_that_does_not_fit_the_signature_is_refused(
    client: Client, chain: object
) -> None:
    """See xAPI Data 2.6: a certificate in the header must verify the signature."""
    statement = make_statement()
    jws = sign(encode_json(statement), x5c=chain)
    assert post(client, attach(statement, jws), jws).status_code == 400


def test_a_signature_needs_its_content(client: Client) -> None:
    statement = make_statement()
    signed = attach(statement, sign(encode_json(statement)), fileUrl="https://example.test/jws")
    assert client.send("POST", "statements", signed).status_code == 400


def test_a_signed_statement_that_is_sent_again_is_accepted(client: Client) -> None:
    statement = make_statement()
    jws = sign(encode_json(statement))
    answers = [post(client, attach(statement, jws), jws) for _ in range(2)]
    assert [answer.json() for answer in answers] == [[statement["id"]]] * 2
