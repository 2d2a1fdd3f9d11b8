"""Asking a server again when it is busy or away for a while."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import httpx

from lrs.importing.sources import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES: Final = 8  # with the waits between them two minutes: time to restart a server
FIRST_WAIT_SECONDS: Final = 1.0  # doubled each time
LONGEST_WAIT_SECONDS: Final = 600.0  # that a server may ask for

_TIMEOUT: Final = httpx.Timeout(120, connect=10)  # a page with attachments takes time to make
_TRY_AGAIN: Final = frozenset({408, 425, 429})
_SHOWN_CHARACTERS: Final = 200
_ABSENT: Final = 404
_REFUSED: Final = (401, 403)


class PatientClient:
    """GETs from one server, not more often than it may, and again after a failure that may pass.

    Args:
        key: name for HTTP Basic.
        secret: its password.
        requests_per_second: at most; None is as fast as it goes.
        sleep: waits for a number of seconds.

    """

    def __init__(
        self,
        key: str,
        secret: str,
        requests_per_second: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = httpx.Client(auth=httpx.BasicAuth(key, secret), timeout=_TIMEOUT)
        self._pause_seconds = 1 / requests_per_second if requests_per_second else 0.0
        self._sleep = sleep
        self._next = time.monotonic()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def set_header(self, name: str, value: str) -> None:
        """Send a header field with every request from now on."""
        self._client.headers[name] = value

    def get(self, url: str) -> httpx.Response:
        """The answer.

        Raises:
            SourceError: the server refuses, or does not answer at last.

        """
        return _successful(self._ask(url))

    def find(self, url: str) -> httpx.Response | None:
        """The answer, or None if there is nothing at this address. Raises SourceError."""
        response = self._ask(url)
        return None if response.status_code == _ABSENT else _successful(response)

    def _ask(self, url: str) -> httpx.Response:
        response, failure = self._try(url)
        for attempt in range(1, TRIES):
            if response is not None and not _may_pass(response):
                return response
            self._sleep(_wait_seconds(response, FIRST_WAIT_SECONDS * 2 ** (attempt - 1)))
            response, failure = self._try(url)
        if response is None or _may_pass(response):
            raise SourceError(f"{_host(url)} {failure}, {TRIES} times")
        return response

    def _try(self, url: str) -> tuple[httpx.Response | None, str]:
        """The answer, if one came, and what went wrong otherwise."""
        self._keep_pace()
        try:
            response = self._client.get(url)
        except httpx.TransportError as error:
            return None, f"does not answer ({error or type(error).__name__})"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(f"{_host(url)}: {error}") from None
        return response, f"answers {response.status_code}"

    def _keep_pace(self) -> None:
        now = time.monotonic()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._pause_seconds


def _may_pass(response: httpx.Response) -> bool:
    return response.is_server_error or response.status_code in _TRY_AGAIN


def _wait_seconds(response: httpx.Response | None, otherwise: float) -> float:
    """What Retry-After asks for, if the answer has it."""
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    seconds = _retry_after_seconds(asked)
    if seconds is None:
        return otherwise
    if seconds > LONGEST_WAIT_SECONDS:
        raise SourceError(f"the other store asks to wait for {seconds:.0f} s: try again then")
    return max(0.0, seconds)


def _retry_after_seconds(asked: str) -> float | None:
    """Seconds of a Retry-After header, which has a number or a date (RFC 9110, 10.2.3)."""
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        return parsedate_to_datetime(asked).timestamp() - time.time()
    except ValueError:
        return None


def _successful(response: httpx.Response) -> httpx.Response:
    if not response.is_success:
        raise SourceError(_refusal(response))
    return response


def _refusal(response: httpx.Response) -> str:
    host, status = _host(str(response.url)), response.status_code
    if status in _REFUSED:
        return f"{host} answers {status}: the key may not read statements there"
    if response.is_redirect:
        return f"{host} has moved to {response.headers.get('Location')}: import from there"
    said = " ".join(response.text.split())[:_SHOWN_CHARACTERS]
    return f"{host} answers {status} to {response.url.path}: {said}"


def _host(url: str) -> str:
    return httpx.URL(url).netloc.decode()
