"""A small xAPI client: one credential, one version of xAPI, plain HTTP underneath."""

from __future__ import annotations

import json
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.plugins.server import Credential

TIMEOUT_SECONDS = 60
PLAIN = SSLContext(PROTOCOL_TLS_CLIENT)  # never used; httpx would load certificates, for 0.1 s

JSON_TYPE = {"Content-Type": "application/json"}


def encode_json(value: object) -> bytes:
    """Serialise as JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode()


def encode_parameter(value: object) -> str:
    """Write a query parameter as xAPI does: booleans and objects as JSON, text as it is."""
    return value if isinstance(value, str) else json.dumps(value)


class Client:
    """Speaks to the xAPI endpoint of a server; a context manager that closes its connections."""

    def __init__(self, endpoint: str, credential: Credential | None, version: str | None) -> None:
        """Speak as `credential` (or nobody) in an xAPI `version` (or none)."""
        self.endpoint = endpoint
        self.version = version
        self._http = httpx.Client(
            auth=(credential.key, credential.secret) if credential else None,
            headers={"X-Experience-API-Version": version} if version else {},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            verify=PLAIN,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(
        self,
        method: str,
        resource: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        /,
        **parameters: object,
    ) -> httpx.Response:
        """Send a request to a resource such as `statements`.

        A `body` of bytes goes as it is, None means none, anything else goes as JSON.
        """
        is_json = not isinstance(body, bytes | None)
        return self._http.request(
            method,
            f"{self.endpoint}/{resource}",
            content=body if isinstance(body, bytes | None) else encode_json(body),
            headers={**(JSON_TYPE if is_json else {}), **(headers or {})},
            params={name: encode_parameter(value) for name, value in parameters.items()} or None,
        )

    def get(self, resource: str, /, **parameters: object) -> httpx.Response:
        """GET a resource."""
        return self.send("GET", resource, **parameters)

    def follow(self, more: str) -> httpx.Response:
        """GET the next page that a `more` link names (relative to the server)."""
        return self._http.get(httpx.URL(self.endpoint).join(more))

    def store(self, *statements: Mapping[str, Any]) -> list[str]:
        """POST statements as one batch; return their ids."""
        response = self.send("POST", "statements", list(statements))
        assert response.status_code == 200, response.text
        ids: list[str] = response.json()
        return ids

    def fetch(self, statement_id: str, /, **parameters: object) -> dict[str, Any]:
        """GET one statement by id."""
        response = self.get("statements", statementId=statement_id, **parameters)
        assert response.status_code == 200, response.text
        statement: dict[str, Any] = response.json()
        return statement

    def walk(self, **filters: object) -> Iterator[list[dict[str, Any]]]:
        """Yield the pages of a query, following `more` until there is none."""
        response = self.get("statements", **filters)
        while True:
            assert response.status_code == 200, response.text
            result = response.json()
            yield result["statements"]
            if not result.get("more"):
                return
            response = self.follow(result["more"])

    def find(self, **filters: object) -> list[dict[str, Any]]:
        """Return every statement that a query finds, all pages."""
        return [statement for page in self.walk(**filters) for statement in page]

    def find_ids(self, **filters: object) -> list[str]:
        """Return the ids of every statement that a query finds, in order."""
        return [statement["id"] for statement in self.find(**filters)]
