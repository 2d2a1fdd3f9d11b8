"""Which statements of a flush are new, which are known, and which requests are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemas.equality import same_statement
from statements import tables
from statements.clock import text_of
from statements.errors import Conflict, NotYours, StoreError
from statements.references import has_own
from statements.terms import Dictionary, organisation_term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from statements.connection import Connection
    from statements.prepared import Prepared
    from statements.requests import AppendRequest


class Appended(NamedTuple):
    """What became of a request that was accepted."""

    new: int  # statements written
    known: int  # statements that were there already, with the same meaning
    horizon: int = 0  # all that is stored up to then can be read; microseconds since 1970


Outcome = Appended | StoreError


class Known(NamedTuple):
    """A statement that is stored, or accepted in the same flush."""

    stored: int  # microseconds since 1970
    payload: bytes


class Admission:
    """Decides request by request, in the order in which they are to be appended.

    Args:
        connection: under the append lock, so that nothing decided here can change.
        dictionary: term numbers.
        requests: all requests of the flush.
        look: fetch what they may collide with, at once; else every id is taken for new.

    """

    def __init__(
        self,
        connection: Connection,
        dictionary: Dictionary,
        requests: Sequence[AppendRequest],
        *,
        look: bool,
    ) -> None:
        self._connection = connection
        self._dictionary = dictionary
        self._known: dict[bytes, Known | Prepared] = {}
        if look:
            column = tables.statement.c
            ids = {s.id for request in requests for s in request.statements}
            rows = connection.find(column.id, ids, column.id, column.stored, column.payload)
            self._known |= {found: Known(stored, payload) for found, stored, payload in rows}
        self.accepted: list[
            tuple[Prepared, str]
        ] = []  # new statements, and who alone they may void for
        self._attachments: dict[bytes, bytes] = {}

    def admit(self, request: AppendRequest) -> Outcome:
        """Accept the request's new statements, or none of them."""
        new: dict[bytes, Prepared] = {}
        try:
            for statement in request.statements:
                if self._is_new(statement, new.get(statement.id)):
                    self._check_void(statement, request.confined_to)
                    new[statement.id] = statement
        except StoreError as refusal:
            return refusal
        self.accepted += [(statement, request.confined_to) for statement in new.values()]
        self._known |= new
        self._attachments |= request.attachments
        return Appended(len(new), len(request.statements) - len(new))

    def attachments(self) -> list[tuple[bytes, bytes]]:
        """Attachments of all accepted requests, known statements' included, in order of hash."""
        return sorted(self._attachments.items())

    def _is_new(self, statement: Prepared, earlier: Prepared | None) -> bool:
        """Raise Conflict if another statement, stored or `earlier`, has its id (XAPI-00142)."""
        found = earlier or self._known.get(statement.id)
        if found is None:
            return True
        known = found if isinstance(found, Known) else _as_known(found)
        if statement.payload(text_of(known.stored)) == known.payload:
            return False  # sent again as it was: no need to compare what it means
        if same_statement(known.payload, statement.raw):
            return False
        raise Conflict(statement.id_text)

    def _check_void(self, statement: Prepared, confined_to: str) -> None:
        """Raise NotYours if a confined credential would void a statement of somebody else's.

        A target that is not there yet is judged when it comes.
        """
        if not (confined_to and statement.voids and statement.target):
            return
        column = tables.statement.c
        for (position,) in self._connection.find(column.id, [statement.target], column.position):
            term = organisation_term(confined_to)
            number = self._dictionary.look_up(self._connection, [term]).get(term)
            if number is None or not has_own(self._connection, position, number):
                raise NotYours(statement.target_text)


def _as_known(statement: Prepared) -> Known:
    """A statement of the flush, for the comparison with others of its id."""
    return Known(0, statement.payload(text_of(0)))
