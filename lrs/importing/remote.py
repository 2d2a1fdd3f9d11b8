"""Another record store, read over xAPI page by page (Communication 2.1.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urljoin

import httpx
import orjson

from lrs.importing.pages import Answer, read_list, read_one
from lrs.importing.sources import Candidate, SourceError
from schemas.errors import InvalidValue
from schemas.formats import parse_timestamp
from schemas.rules import VOIDED
from schemas.versions import Version
from statements.clock import microseconds_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lrs.importing.patience import PatientClient

VERSION_HEADER: Final = "X-Experience-API-Version"
HORIZON_HEADER: Final = "X-Experience-API-Consistent-Through"

OVERLAP: Final = timedelta(minutes=1)
"""Read again when an import goes on: elsewhere a statement may appear late, stored earlier."""


class Page(NamedTuple):
    """Some statements of another store, in order, and where to go on after them."""

    candidates: list[Candidate]
    ids: list[str]  # of those that were listed
    since: str | None  # all up to there has been read, if the store keeps to the order asked for


class Remote:
    """The statements of another store.

    Args:
        client: with the key; it asks nobody but this store.
        endpoint: such as `https://lrs.example.org/xapi`.
        version: of xAPI to speak; None is the newest that both know.
        page_size: statements to ask for at a time.

    """

    def __init__(
        self,
        client: PatientClient,
        endpoint: str,
        version: Version | None = None,
        page_size: int = 500,
    ) -> None:
        self._client = client
        self._endpoint = endpoint.rstrip("/")
        self._version = version
        self._page_size = page_size
        self._number = 0

    def pages(self, since: str | None) -> Iterator[Page]:
        """Yield the statements stored after `since`, oldest first, or all of them.

        Voided ones, which no list has, come before the statements that void them.

        Raises:
            SourceError: the other store does not answer, or not as it has to.

        """
        self._client.set_header(VERSION_HEADER, self._version or self._newest_version())
        query = {"ascending": "true", "attachments": "true", "limit": str(self._page_size)}
        url = self._statements_url(query | ({"since": since} if since else {}))
        while url:
            response = self._client.get(url)
            answer = read_list(response)
            yield self._page(answer, response.headers.get(HORIZON_HEADER))
            url = self._next_url(str(response.url), answer.more)

    def _page(self, answer: Answer, horizon: str | None) -> Page:
        candidates = list(self._candidates(answer))
        listed = [facts for facts in map(_facts, answer.statements) if facts is not None]
        ids = [each["id"] for each in listed if isinstance(each.get("id"), str)]
        return Page(candidates, ids, _read_through(listed, horizon))

    def _candidates(self, answer: Answer) -> Iterator[Candidate]:
        for text in answer.statements:
            target = _voided_by(text)
            if target is not None:
                yield from self._voided(target)
            yield self._candidate(text, answer)

    def _candidate(self, text: bytes, answer: Answer) -> Candidate:
        self._number += 1
        return Candidate(self._number, None, text, answer.attachments.get)

    def _voided(self, statement_id: str) -> Iterator[Candidate]:
        """The statement that another one voids, if the store has it."""
        query = {"voidedStatementId": statement_id, "attachments": "true"}
        response = self._client.find(self._statements_url(query))
        if response is not None:
            answer = read_one(response)
            yield self._candidate(answer.statements[0], answer)

    def _statements_url(self, query: dict[str, str]) -> str:
        return str(httpx.URL(f"{self._endpoint}/statements", params=query))

    def _newest_version(self) -> Version:
        """2.0.0 if the other store knows it: asked in 1.0.3, it leaves members out."""
        response = self._client.find(f"{self._endpoint}/about")
        about = _facts(response.content) if response is not None else None
        known = (about or {}).get("version")
        speaks = isinstance(known, list) and any(str(each).startswith("2.0") for each in known)
        return Version.V2 if speaks else Version.V1

    def _next_url(self, url: str, more: str) -> str:
        """Address of the next page, in the same place: the secret goes nowhere else."""
        if not more:
            return ""
        following = httpx.URL(urljoin(url, more))
        if _origin(following) != _origin(httpx.URL(self._endpoint)):
            raise SourceError(
                f"the next page is at {following.scheme}://{following.netloc.decode()}, "
                "where the secret is not sent"
            )
        return str(following)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _facts(text: bytes) -> dict[str, Any] | None:
    """A JSON object, roughly read; None if it is none."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _voided_by(text: bytes) -> str | None:
    """Id of the statement that this one voids, if it voids any."""
    if b"voided" not in text:
        return None
    statement = _facts(text) or {}
    verb, target = statement.get("verb"), statement.get("object")
    if not (isinstance(verb, dict) and verb.get("id") == VOIDED and isinstance(target, dict)):
        return None
    named = target.get("id")
    return named if isinstance(named, str) else None


def _read_through(listed: list[dict[str, Any]], horizon: str | None) -> str | None:
    """The moment from which to go on after these statements."""
    try:
        times = [parse_timestamp(each["stored"], Version.V1) for each in listed]
        sure = [parse_timestamp(horizon, Version.V1)] if horizon else []
    except (InvalidValue, KeyError, TypeError):
        return None
    if not times or times != sorted(times):
        return None
    return text_of(microseconds_of(min([times[-1], *sure]) - OVERLAP))
