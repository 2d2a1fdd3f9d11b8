"""A request over a limit of the server is refused as too large, and nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.client import Client
from tests.conformance.multipart import HEADERS, encode_statements
from tests.conformance.samples import make_agent, make_attachment, make_statement
from tests.plugins.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = {
    "LRS_MAX_BATCH_STATEMENTS": "3",
    "LRS_MAX_BATCH_BYTES": "5000",
    "LRS_MAX_ATTACHMENT_BYTES": "2000",
    "LRS_MAX_DOCUMENT_BYTES": "2000",
    "LRS_MAX_BODY_BYTES": "20000",
}


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Speak to a server with narrow limits."""
    with serve(tmp_path_factory.mktemp("narrow"), settings=SETTINGS) as server:
        credential = server.create_credential("a sender")
        with Client(server.endpoint, credential, "2.0.0") as client:
            yield client


@pytest.mark.requirement("XAPI-00328")
@pytest.mark.parametrize(
    "batch",
    [
        [make_statement() for _ in range(4)],
        [make_statement(result={"response": "x" * 6_000})],
        [make_statement(result={"response": "x" * 30_000})],
    ],
    ids=["statements", "bytes", "body"],
)
def test_a_batch_over_a_limit_is_too_large(narrow: Client, batch: list[dict[str, object]]) -> None:
    assert narrow.send("POST", "statements", batch).status_code == 413
    for statement in batch:
        assert narrow.get("statements", statementId=statement["id"]).status_code == 404


@pytest.mark.requirement("XAPI-00328")
def test_an_attachment_over_the_limit_is_too_large(narrow: Client) -> None:
    content = bytes(3_000)
    statement = make_statement(attachments=[make_attachment(content)])
    body = encode_statements(statement, content)
    assert narrow.send("POST", "statements", body, HEADERS).status_code == 413
    assert narrow.get("statements", statementId=statement["id"]).status_code == 404


@pytest.mark.requirement("XAPI-00328")
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_over_the_limit_is_too_large(narrow: Client, method: str) -> None:
    where = {"agent": make_agent(), "profileId": "one"}
    headers = {"If-None-Match": "*"}
    body = {"text": "x" * 3_000}
    assert narrow.send(method, "agents/profile", body, headers, **where).status_code == 413
    assert narrow.get("agents/profile", **where).status_code == 404


def test_what_is_within_the_limits_is_accepted(narrow: Client) -> None:
    narrow.store(make_statement(), make_statement(), make_statement())
