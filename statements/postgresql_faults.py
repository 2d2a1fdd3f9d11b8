"""What can be wrong with a PostgreSQL server or the way to it, and trying again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import psycopg

from statements.errors import Denied, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from statements.postgresql_connection import PostgreSQLConnection

T = TypeVar("T")
C = TypeVar("C", bound="PostgreSQLConnection")

_BROKEN = (
    psycopg.OperationalError,
    psycopg.errors.IdleInTransactionSessionTimeout,  # silent for longer than a writer may be
)
_NOT_OURS = (  # what the operator has to mend, not the programmer
    *_BROKEN,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,  # a standby, after a failover
    psycopg.errors.InternalError_,  # PostgreSQL's word for a quota, a file's limit, a wrecked file
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise Unavailable for what is wrong with the server or the way to it."""
    try:
        yield
    except _NOT_OURS as error:
        raise _translation(error) from error


def _translation(error: psycopg.Error) -> Denied | Unavailable:
    is_denied = isinstance(error, psycopg.errors.InsufficientPrivilege)
    text = " ".join(str(error).split())
    return Denied(text) if is_denied else Unavailable(text)


def retried(take: Callable[[], C], work: Callable[[C], T], *, repeatable: bool = True) -> T:
    """Result of `work`, tried again on a new connection if the old one turns out to be broken.

    `take` gives a connection that is not known to be broken. Work that is not repeatable is tried
    again only if its commit was not yet asked for.
    """
    try:
        connection = take()
        try:
            return work(connection)
        except _BROKEN:
            unknown = connection.committing and not repeatable
            if unknown or not connection.raw.broken:
                raise
        return work(take())
    except _NOT_OURS as error:  # as `translated` does, which costs a small read too much
        raise _translation(error) from error
