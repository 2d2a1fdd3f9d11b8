"""Errors as answers: the one table from what went wrong to an HTTP status."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from analytics import errors as lake
from lrs.logs import request_id_var
from lrs.multipart import MultipartError
from projections.as_of import NotYet, TooMuch
from projections.reference import problems as reference
from schemas.errors import InvalidJson, InvalidStatement, InvalidValue, SchemaError
from statements import errors as store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schemas.errors import Problem


class RequestError(Exception):
    """A request that can't be fulfilled as it is.

    RequestError
    ├── BadRequest         a rule of the protocol is broken; carries the problems
    ├── Unauthorized       no valid credential
    ├── Forbidden          a valid credential without the right
    ├── NotFound           nothing is there, or nothing that the credential may see
    ├── MethodNotAllowed   the resource has no such method
    ├── TooLarge           more than the server takes in one request
    └── NoRecords          no learning records were folded yet
    """


class BadRequest(RequestError):
    """A rule of the protocol is broken."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class Unauthorized(RequestError):
    """No valid credential; one text for every reason, so that nothing can be probed."""

    def __init__(self) -> None:
        super().__init__("a valid key and secret are needed (HTTP Basic)")


class Forbidden(RequestError):
    """A valid credential without the right."""


class NotFound(RequestError):
    """Nothing is there, or nothing that the credential may see."""


class MethodNotAllowed(RequestError):
    """The resource has no such method; `allowed` lists those that it has."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = ", ".join(sorted(allowed))
        super().__init__(f"this resource has {self.allowed}")


class TooLarge(RequestError):
    """More than the server takes in one request."""


class NoRecords(RequestError):
    """No learning records were folded yet."""

    def __init__(self) -> None:
        super().__init__("there are no learning records yet: nothing has folded the log")


STATUSES: dict[type[Exception], tuple[HTTPStatus, str]] = {
    InvalidJson: (HTTPStatus.BAD_REQUEST, "invalid_json"),
    InvalidStatement: (HTTPStatus.BAD_REQUEST, "invalid_statement"),
    InvalidValue: (HTTPStatus.BAD_REQUEST, "invalid_value"),
    SchemaError: (HTTPStatus.BAD_REQUEST, "invalid"),
    MultipartError: (HTTPStatus.BAD_REQUEST, "invalid_multipart"),
    BadRequest: (HTTPStatus.BAD_REQUEST, "bad_request"),
    reference.Refused: (HTTPStatus.BAD_REQUEST, "invalid_reference_data"),
    Unauthorized: (HTTPStatus.UNAUTHORIZED, "unauthorized"),
    Forbidden: (HTTPStatus.FORBIDDEN, "forbidden"),
    NotFound: (HTTPStatus.NOT_FOUND, "not_found"),
    MethodNotAllowed: (HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"),
    TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    NoRecords: (HTTPStatus.SERVICE_UNAVAILABLE, "no_records"),
    TooMuch: (HTTPStatus.BAD_REQUEST, "too_much"),
    NotYet: (HTTPStatus.SERVICE_UNAVAILABLE, "not_yet"),
    lake.BadQuery: (HTTPStatus.BAD_REQUEST, "bad_query"),
    lake.QueryTooLarge: (HTTPStatus.BAD_REQUEST, "query_too_large"),
    lake.QueryStopped: (HTTPStatus.SERVICE_UNAVAILABLE, "query_stopped"),
    lake.LakeMissing: (HTTPStatus.SERVICE_UNAVAILABLE, "no_lake"),
    lake.LakeError: (HTTPStatus.SERVICE_UNAVAILABLE, "lake_unavailable"),
    store.Conflict: (HTTPStatus.CONFLICT, "conflict"),
    store.DocumentConflict: (HTTPStatus.CONFLICT, "conflict"),
    store.ConditionMissing: (HTTPStatus.BAD_REQUEST, "condition_missing"),
    store.NotYours: (HTTPStatus.FORBIDDEN, "forbidden"),
    store.PreconditionFailed: (HTTPStatus.PRECONDITION_FAILED, "precondition_failed"),
    store.Overloaded: (HTTPStatus.SERVICE_UNAVAILABLE, "overloaded"),
    store.Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    store.Denied: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    store.SchemaOutdated: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
}
"""Status and code of every error that a request can meet; anything else is a bug, answered 500."""

_MOST_PROBLEMS = 200  # a file that is no such file at all has as many as lines
_RETRY_AFTER_SECONDS = "2"  # a flush takes a tenth of that, a database restart about that
_FIXED_TEXT: dict[
    type[Exception], str
] = {  # the exception's own text is for the operator, not for clients
    lake.LakeMissing: "there is no lake yet: nothing was exported for analysts",
    lake.LakeError: "the lake cannot be reached; try again later",
    store.Unavailable: "the database cannot be reached; try again later",
    store.Denied: "the database cannot be reached; try again later",
    store.SchemaOutdated: "the server is being updated; try again later",
}


def code_of(error: Exception) -> str:
    """What programs know an error of the table by."""
    return STATUSES[type(error)][1]


def error_response(error: Exception) -> Response:
    """The answer to an error of the table.

    Raises:
        KeyError: the error is not in the table.

    """
    status, code = STATUSES[type(error)]
    body: dict[str, Any] = {"error": code, "message": _FIXED_TEXT.get(type(error), str(error))}
    if problems := getattr(error, "problems", None):
        body["problems"] = [_problem(each) for each in problems[:_MOST_PROBLEMS]]
    body["request_id"] = request_id_var.get()
    return Response(
        orjson.dumps(body), status, headers=_headers(error, status), media_type="application/json"
    )


def _problem(problem: Problem | reference.Problem) -> dict[str, str | int]:
    if isinstance(problem, reference.Problem):
        lines = {"line": problem.line} if problem.line else {}
        requirement = "records: reference data"
        return {**lines, "path": problem.place, "rule": problem.rule, "requirement": requirement}
    return {"path": problem.path, "rule": problem.rule, "requirement": problem.requirement}


def _headers(error: Exception, status: HTTPStatus) -> Mapping[str, str]:
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": 'Basic realm="xAPI", charset="UTF-8"'}
    if isinstance(error, MethodNotAllowed):
        return {"Allow": error.allowed}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": _RETRY_AFTER_SECONDS}
    return {}
