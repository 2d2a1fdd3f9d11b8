"""Another record store, read over xAPI page by page (Communication 2.1.3)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import httpx

from lrs.importing.pages import Page, PageReader, read_statement
from lrs.importing.sources import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRIES: Final = 8  # with the waits between them, about two minutes of a store being restarted
FIRST_WAIT_SECONDS: Final = 1.0  # doubled each time
LONGEST_WAIT_SECONDS: Final = 600.0  # that another store may ask for
TIMEOUT: Final = httpx.Timeout(120, connect=10)  # a page with attachments may be long in the making
VERSION_HEADER: Final = "X-Experience-API-Version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where another record store is and how it is to be asked."""

    endpoint: str  # such as https://lrs.example.org/xapi
    key: str
    secret: str = field(repr=False)
    version: str | None = None  # of the requests; None: the newest that both sides know
    page_size: int = 500
    requests_per_second: float | None = None


class Remote:
    """Asks the other store, patiently, and never anybody else.

    Args:
        access: to the store.
        sleep: waits for a number of seconds.

    """

    def __init__(self, access: Access, sleep: Callable[[float], None] = time.sleep) -> None:
        self._access = access
        self._sleep = sleep
        self._next_request = 0.0
        self._client = httpx.Client(
            auth=httpx.BasicAuth(access.key, access.secret), timeout=TIMEOUT
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def pages(self, since: str | None) -> Iterator[Page]:
        """Yield all statements stored after `since`, oldest first, each page with the statements
        that it voids, which no list has.

        Raises:
            SourceError: the other store does not answer, or not as it has to.

        """
        self._client.headers[VERSION_HEADER] = self._access.version or self._newest_version()
        url = self._list_url(since)
        reader = PageReader()
        while url:
            response = self._get(url)
            page, more = reader.read(response, self._voided)
            yield page
            url = self._followed(response, more)

    def _list_url(self, since: str | None) -> str:
        query = {"ascending": "true", "attachments": "true", "limit": str(self._access.page_size)}
        if since is not None:
            query["since"] = since
        return str(httpx.URL(self._access.endpoint + "/statements", params=query))

    def _voided(self, statement_id: str) -> httpx.Response | None:
        """A voided statement; None if the other store does not have it."""
        query = {"voidedStatementId": statement_id, "attachments": "true"}
        url = httpx.URL(self._access.endpoint + "/statements", params=query)
        return self._get(str(url), may_be_absent=True)

    def _newest_version(self) -> str:
        """2.0.0 if the other store says that it knows it: in 1.0.3 it would leave members out."""
        response = self._get(self._access.endpoint + "/about", may_be_absent=True)
        versions = response.json().get("version", []) if response is not None else []
        return "2.0.0" if any(str(each).startswith("2.0") for each in versions) else "1.0.3"

    def _followed(self, response: httpx.Response, more: str) -> str:
        """Address of the next page, on the same host: the secret goes nowhere else."""
        if not more:
            return ""
        url = urljoin(str(response.url), more)
        if _origin(url) != _origin(self._access.endpoint):
            raise SourceError(f"the next page is on {_origin(url)}, which does not get the secret")
        return url
