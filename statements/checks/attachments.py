"""Attachments: every one that is declared is there, and every one that is there is what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from schemas.attachments import declared_attachments, has_sha2
from statements import tables
from statements.checks.examination import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.checks.examination import Examination
    from statements.checks.log import Known

_COLUMNS = tables.attachment.c
_FIRST_HASHES = select(_COLUMNS.sha2).order_by(_COLUMNS.sha2).limit(1000)
_NEXT_HASHES = _FIRST_HASHES.where(_COLUMNS.sha2 > bindparam("after"))


class Attachments:
    """Compares contents with what statements declare.

    Memory grows with the number of different contents, by about 80 bytes each.
    """

    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._declared: set[int] = set()

    def check_statement(self, known: Known) -> None:
        """The contents that a statement declares are there, or a URL says where they are."""
        for declared in declared_attachments(known.value):
            sha2 = bytes.fromhex(declared["sha2"])
            self._declared.add(_short(sha2))
            if "fileUrl" not in declared and not self._is_there(sha2):
                detail = f"attachment {sha2.hex()} is missing"
                self._examination.find(Kind.ATTACHMENT, known.row.position, detail)

    def check_contents(self) -> None:
        """Each content has its hash and belongs to a statement; call it when all were read."""
        for sha2 in self._hashes():
            if _short(sha2) not in self._declared:
                detail = f"attachment {sha2.hex()} belongs to no statement"
                self._examination.find(Kind.ATTACHMENT, None, detail)
            rows = self._examination.connection.find(_COLUMNS.sha2, [sha2], _COLUMNS.content)
            if not all(has_sha2(content, sha2) for (content,) in rows):
                detail = f"attachment {sha2.hex()} has other content"
                self._examination.find(Kind.ATTACHMENT, None, detail)

    def _is_there(self, sha2: bytes) -> bool:
        return bool(self._examination.connection.find(_COLUMNS.sha2, [sha2], _COLUMNS.sha2))

    def _hashes(self) -> Iterator[bytes]:
        """All hashes, a thousand at a time: contents are long, and a cursor would gather them."""
        rows = self._examination.connection.rows(_FIRST_HASHES)
        while rows:
            yield from (sha2 for (sha2,) in rows)
            rows = self._examination.connection.rows(_NEXT_HASHES, after=rows[-1][0])


def _short(sha2: bytes) -> int:
    return int.from_bytes(sha2[:8], "big")
