"""What every xAPI resource has in common: caller, version, method, errors.

request -> read -> authenticate -> version -> handler of the method -> response
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from lrs.auth import NOBODY, basic_credentials, recognise
from lrs.call import VERSION_HEADER, Call, Incoming, header_fields, read_incoming, version_of
from lrs.errors import STATUSES, MethodNotAllowed, error_response
from lrs.exchange import has_body, limit_body, read_body
from schemas.errors import InvalidValue
from schemas.versions import Version, negotiate
from statements.errors import StoreError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from lrs.auth import Principal
    from lrs.services import Services
    from lrs.settings import Settings

    Handler = Callable[[Services, Call], Awaitable[Response]]

logger = logging.getLogger(__name__)

HORIZON_HEADER = "X-Experience-API-Consistent-Through"
_VERSION_FIELD = VERSION_HEADER.encode()

# What a request without a version header is told: it speaks a version from before the header,
# which this store does not (Communication 3.3; docs/decisions/0004-versions.md).
_VERSION_WITHOUT_HEADER = "0.9"


@dataclass(frozen=True, slots=True)
class Resource:
    """An xAPI resource: its path below the xAPI base, and a handler for each method."""

    path: str
    handlers: Mapping[str, Handler]
    tells_horizon: bool = False  # its errors say Consistent-Through (Communication 2.1.3)
    public: bool = False  # answers anybody
    versioned: bool = True  # part of xAPI: the request has to name a version
    most_body_bytes: Callable[[Settings], int] = lambda settings: settings.max_body_bytes


class Endpoint:
    """ASGI application that answers for one resource."""

    def __init__(self, services: Services, resource: Resource) -> None:
        self._services = services
        self._resource = resource
        self._methods = set(resource.handlers) | {"OPTIONS"}
        if "GET" in resource.handlers:
            self._methods.add("HEAD")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._respond(scope, receive)
        await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        headers = header_fields(scope)
        version = self._spoken_version(headers.get(VERSION_HEADER))
        limit_body(scope, self._resource.most_body_bytes(self._services.settings))
        try:
            incoming = await read_incoming(scope, headers, receive)
            version = self._spoken_version(incoming.headers.get(VERSION_HEADER))
            response = await self._handle(scope, receive, incoming)
            if incoming.method == "HEAD" and scope["method"] == "POST":
                response = _without_body(response)
        except tuple(STATUSES) as error:
            if isinstance(error, Unavailable):
                logger.warning("the database failed: %s", error)
            response = error_response(error)
            await self._tell_horizon(response)
        response.raw_headers.append((_VERSION_FIELD, version.encode()))  # no handler sets it
        return response

    def _spoken_version(self, header: str | None) -> str:
        return (
            Version.V2
            if header is None and not self._resource.versioned
            else spoken_version(header)
        )

    async def _tell_horizon(self, response: Response) -> None:
        """Errors tell the horizon too; while the database is away, nobody knows it."""
        if self._resource.tells_horizon:
            with contextlib.suppress(StoreError):
                response.headers[HORIZON_HEADER] = await self._services.store.horizon()

    async def _handle(self, scope: Scope, receive: Receive, incoming: Incoming) -> Response:
        handler = self._handler(incoming.method)
        if handler is None:
            return Response(status_code=204, headers={"Allow": ", ".join(sorted(self._methods))})
        principal = NOBODY if self._resource.public else await self._authenticate(incoming)
        scope["state"]["credential"] = principal.credential.key
        version = version_of(incoming) if self._resource.versioned else Version.V2
        body = incoming.body or b""
        if incoming.body is None and has_body(scope):
            body = await read_body(receive)
        return await handler(self._services, Call(incoming, principal, version, body))

    def _handler(self, method: str) -> Handler | None:
        """Handler of a method; None for OPTIONS, which tells no secret."""
        if method not in self._methods:
            raise MethodNotAllowed(self._methods)
        return self._resource.handlers.get("GET" if method == "HEAD" else method)

    async def _authenticate(self, incoming: Incoming) -> Principal:
        key, secret = basic_credentials(incoming.headers.get("authorization"))
        store = self._services.store
        credential = store.credentials.recall(key) or await store.credential(key)
        principal = recognise(credential, secret)
        self._services.uses.note(key)
        return principal


def _without_body(response: Response) -> Response:
    """What a form that stands for HEAD gets; for a real one, the server leaves the body out."""
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(status_code=response.status_code, headers=headers)


def spoken_version(header: str | None) -> str:
    """The version that a response names (XAPI-00332, Communication 3.3)."""
    if header is None:
        return _VERSION_WITHOUT_HEADER
    try:
        return negotiate(header)
    except InvalidValue:
        return Version.V2
