"""Attachments: multipart/mixed in and out, by content or by fileUrl."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.client import encode_json
from tests.conformance.multipart import (
    BOUNDARY,
    HEADERS,
    Part,
    encode_parts,
    encode_statements,
    make_attachment_part,
    make_json_part,
    read_parts,
)
from tests.conformance.samples import (
    hash_content,
    make_attachment,
    make_id,
    make_iri,
    make_statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.conformance.client import Client

CONTENTS = {
    "text": b"here is a simple attachment",
    "empty": b"",
    "line ends": b"\r\n\n\r\r\n",
    "every byte": bytes(range(256)),
    "almost a boundary": f"\r\n--{BOUNDARY[:-1]}\r\n--".encode(),
    "a megabyte": random.Random(1).randbytes(1 << 20),  # noqa: S311  bytes of no pattern
}


def post(client: Client, body: bytes, headers: dict[str, str] = HEADERS) -> httpx.Response:
    return client.send("POST", "statements", body, headers)


def make_with(*contents: bytes, **more: object) -> dict[str, Any]:
    """Return a statement with an attachment for each content."""
    return make_statement(attachments=[make_attachment(each, **more) for each in contents])


def store(client: Client, statement: dict[str, Any], *contents: bytes) -> None:
    response = post(client, encode_statements(statement, *contents))
    assert (response.status_code, response.json()) == (200, [statement["id"]])


def is_stored(client: Client, statement: dict[str, Any]) -> bool:
    return client.get("statements", statementId=statement["id"]).status_code == 200


@pytest.mark.requirement("XAPI-00167")
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_an_attachment_comes_back_byte_by_byte(client: Client, content: bytes) -> None:
    statement = make_with(content)
    store(client, statement, content)
    response = client.get("statements", statementId=statement["id"], attachments=True)
    assert response.headers["Content-Type"].startswith("multipart/mixed; boundary=")
    found, contents = read_parts(response)
    assert found["attachments"] == statement["attachments"]
    assert contents == {hash_content(content): content}


def encode_text(statement: dict[str, Any], content: bytes, content_type: str) -> bytes:
    part = make_attachment_part(content, Content_Type=content_type)
    return encode_parts(make_json_part(statement), part)


@pytest.mark.requirement("XAPI-00167")
def test_the_parts_name_type_encoding_and_hash(client: Client) -> None:
    """The names are written as the specification writes them: TinCanJS looks for that."""
    content_type = "text/plain; charset=ascii"
    statement = make_with(b"words", contentType=content_type)
    assert post(client, encode_text(statement, b"words", content_type)).status_code == 200
    raw = client.get("statements", statementId=statement["id"], attachments=True).content
    part = raw.split(b"\r\n--")[1]
    assert b"Content-Type: text/plain; charset=ascii\r\n" in part
    assert b"Content-Transfer-Encoding: binary\r\n" in part
    assert f"X-Experience-API-Hash: {hash_content(b'words')}\r\n".encode() in part


def test_a_part_of_another_type_than_declared_is_refused(client: Client) -> None:
    """See xAPI Communication 1.5.2: a parameter and its property must match."""
    statement = make_with(b"words", contentType="text/plain")
    assert post(client, encode_text(statement, b"words", "text/html")).status_code == 400
    assert not is_stored(client, statement)


@pytest.mark.requirement("XAPI-00161")
@pytest.mark.parametrize("parameters", [{}, {"attachments": False}])
def test_without_attachments_the_answer_is_json(
    client: Client, parameters: dict[str, object]
) -> None:
    statement = make_with(b"content")
    store(client, statement, b"content")
    response = client.get("statements", statementId=statement["id"], **parameters)
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.json()["attachments"] == statement["attachments"]


@pytest.mark.requirement("XAPI-00167")
def test_a_page_brings_each_attachment_once(client: Client) -> None:
    verb = {"id": make_iri("verbs")}
    first, second = make_with(b"one", b"two") | {"verb": verb}, make_with(b"two") | {"verb": verb}
    store(client, first, b"one", b"two")
    store(client, second, b"two")
    response = client.get("statements", verb=verb["id"], attachments=True)
    result, contents = read_parts(response)
    assert [each["id"] for each in result["statements"]] == [second["id"], first["id"]]
    assert sorted(contents.values()) == [b"one", b"two"]


def test_more_pages_bring_their_attachments_too(client: Client) -> None:
    verb = {"id": make_iri("verbs")}
    for content in (b"one", b"two"):
        store(client, make_with(content) | {"verb": verb}, content)
    page = client.get("statements", verb=verb["id"], attachments=True, limit=1)
    result, contents = read_parts(page)
    assert list(contents.values()) == [b"two"]
    _, contents = read_parts(client.follow(result["more"]))
    assert list(contents.values()) == [b"one"]


def test_without_anything_attached_the_answer_is_multipart_all_the_same(client: Client) -> None:
    statement = make_statement()
    client.store(statement)
    response = client.get("statements", verb=statement["verb"]["id"], attachments=True)
    result, contents = read_parts(response)
    assert [each["id"] for each in result["statements"]] == [statement["id"]]
    assert contents == {}


def test_a_voided_statement_brings_its_attachments(client: Client) -> None:
    statement = make_with(b"content")
    store(client, statement, b"content")
    client.store(
        make_statement(
            verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
            object={"objectType": "StatementRef", "id": statement["id"]},
        )
    )
    response = client.get("statements", voidedStatementId=statement["id"], attachments=True)
    assert list(read_parts(response)[1].values()) == [b"content"]


def test_a_put_takes_attachments_too(client: Client) -> None:
    statement = make_with(b"content")
    body = encode_statements(statement, b"content")
    response = client.send("PUT", "statements", body, HEADERS, statementId=statement["id"])
    assert response.status_code == 204
    response = client.get("statements", statementId=statement["id"], attachments=True)
    assert list(read_parts(response)[1].values()) == [b"content"]


def test_a_batch_shares_the_part_of_equal_attachments(client: Client) -> None:
    batch = [make_with(b"shared"), make_with(b"shared", b"own")]
    response = post(client, encode_statements(batch, b"shared", b"own"))
    assert response.json() == [each["id"] for each in batch]


def test_a_statement_that_is_sent_again_with_its_attachments_is_accepted(client: Client) -> None:
    statement = make_with(b"content")
    body = encode_statements(statement, b"content")
    assert [post(client, body).status_code for _ in range(2)] == [200, 200]
    newcomer = make_with(b"more")
    batch = encode_statements([statement, newcomer], b"content", b"more")
    assert post(client, batch).json() == [statement["id"], newcomer["id"]]
    response = client.get("statements", statementId=newcomer["id"], attachments=True)
    assert list(read_parts(response)[1].values()) == [b"more"]


def test_an_attachment_can_hang_on_a_substatement(client: Client) -> None:
    inner = make_with(b"inner") | {"objectType": "SubStatement"}
    del inner["id"]
    statement = make_statement(object=inner)
    store(client, statement, b"inner")
    response = client.get("statements", statementId=statement["id"], attachments=True)
    assert list(read_parts(response)[1].values()) == [b"inner"]


@pytest.mark.requirement("XAPI-00104", "XAPI-00127")
def test_a_file_url_needs_no_content(client: Client) -> None:
    statement = make_with(b"elsewhere", fileUrl="https://example.test/file")
    client.store(statement)
    response = client.get("statements", statementId=statement["id"], attachments=True)
    found, contents = read_parts(response)
    assert found["attachments"] == statement["attachments"]
    assert contents == {}


def test_a_file_url_in_multipart_may_come_with_or_without_content(client: Client) -> None:
    for contents in ((), (b"content",)):
        statement = make_with(b"content", fileUrl="https://example.test/file")
        store(client, statement, *contents)


def test_multipart_may_hold_statements_alone(client: Client) -> None:
    store(client, make_statement())


def test_the_stated_length_is_not_held_against_the_content(client: Client) -> None:
    """The ADL suite sends lengths that are wrong; only the hash identifies the content."""
    statement = make_with(b"content", length=1)
    store(client, statement, b"content")


def test_multipart_may_be_written_loosely(client: Client) -> None:
    """RFC 2046: a preamble, an epilogue, quoted boundaries, header lines without spaces."""
    statement = make_with(b"content")
    body = (
        f"preamble\r\n--{BOUNDARY}\r\ncontent-type:application/json\r\n\r\n".encode()
        + encode_json(statement)
        + f"\r\n--{BOUNDARY}  \r\ncontent-transfer-encoding:binary\r\n".encode()
        + f"x-experience-api-hash:{hash_content(b'content')}\r\n\r\n".encode()
        + f"content\r\n--{BOUNDARY}--\r\nepilogue".encode()
    )
    quoted = {"Content-Type": f'Multipart/Mixed; charset=utf-8; boundary="{BOUNDARY}"'}
    assert post(client, body, quoted).status_code == 200


STATEMENT = make_with(b"content")
GOOD = [make_json_part(STATEMENT), make_attachment_part(b"content")]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(
            [*GOOD, make_attachment_part(b"other")],
            marks=pytest.mark.requirement("XAPI-00128"),
            id="a part too many",
        ),
        pytest.param(
            GOOD[:1], marks=pytest.mark.requirement("XAPI-00129"), id="a part that is missing"
        ),
        pytest.param(
            GOOD[1:], marks=pytest.mark.requirement("XAPI-00132"), id="no statements at all"
        ),
        pytest.param(
            GOOD[::-1], marks=pytest.mark.requirement("XAPI-00132"), id="statements that come last"
        ),
        pytest.param(
            [make_json_part(STATEMENT, "text/plain"), GOOD[1]],
            marks=pytest.mark.requirement("XAPI-00132"),
            id="statements as text",
        ),
        pytest.param(
            [GOOD[0], make_json_part(make_statement()), GOOD[1]],
            marks=pytest.mark.requirement("XAPI-00133"),
            id="statements in two parts",
        ),
        pytest.param(
            [GOOD[0], make_attachment_part(b"content", X_Experience_API_Hash=None)],
            marks=pytest.mark.requirement("XAPI-00134"),
            id="a part without a hash",
        ),
        pytest.param(
            [GOOD[0], make_attachment_part(b"content", X_Experience_API_Hash="0" * 64)],
            marks=pytest.mark.requirement("XAPI-00134"),
            id="a part with another hash",
        ),
        pytest.param(
            [
                GOOD[0],
                make_attachment_part(b"c0ntent", X_Experience_API_Hash=hash_content(b"content")),
            ],
            marks=pytest.mark.requirement("XAPI-00134"),
            id="a content that is not what its hash says",
        ),
        pytest.param(
            [GOOD[0], make_attachment_part(b"content", Content_Transfer_Encoding="base64")],
            marks=pytest.mark.requirement("XAPI-00135"),
            id="an encoding that is not binary",
        ),
        pytest.param([], id="nothing"),
    ],
)
def test_a_request_that_does_not_fit_its_attachments_is_refused(
    client: Client, parts: list[Part]
) -> None:
    assert post(client, encode_parts(*parts)).status_code == 400
    assert not is_stored(client, STATEMENT)


@pytest.mark.requirement("XAPI-00127", "XAPI-00130", "XAPI-00131")
@pytest.mark.parametrize(
    ("content_type", "spoil"),
    [
        (f"multipart/form-data; boundary={BOUNDARY}", lambda body: body),
        ("multipart/mixed", lambda body: body),
        ("multipart/mixed;", lambda body: body),
        ("multipart/mixed; boundary=", lambda body: body),
        ("multipart/mixed; boundary=another", lambda body: body),
        (HEADERS["Content-Type"], lambda body: body.replace(f"--{BOUNDARY}\r\n".encode(), b"", 1)),
        (HEADERS["Content-Type"], lambda body: body[: len(body) // 2]),
        (HEADERS["Content-Type"], lambda _: b""),
    ],
)
def test_multipart_without_its_boundaries_is_refused(
    client: Client, content_type: str, spoil: Callable[[bytes], bytes]
) -> None:
    statement = make_with(b"content")
    body = spoil(encode_statements(statement, b"content"))
    assert post(client, body, {"Content-Type": content_type}).status_code == 400
    assert not is_stored(client, statement)


@pytest.mark.requirement("XAPI-00129")
def test_a_statement_in_json_cannot_leave_out_its_attachment(client: Client) -> None:
    statement = make_with(b"content")
    assert client.send("POST", "statements", statement).status_code == 400
    assert not is_stored(client, statement)


def test_a_refused_request_leaves_no_attachment_behind(client: Client) -> None:
    """Its content cannot be had later by naming its hash."""
    content = make_id().encode()
    spoiled = [make_with(content), make_statement(verb={"id": "no scheme"})]
    assert post(client, encode_statements(spoiled, content)).status_code == 400
    statement = make_with(content, fileUrl="https://example.test/file")
    client.store(statement)
    response = client.get("statements", statementId=statement["id"], attachments=True)
    assert read_parts(response)[1] == {}
