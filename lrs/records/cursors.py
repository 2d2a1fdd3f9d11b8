"""Cursors: where a reader is in the order of changes, kept nowhere but in the reader's hands."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

from lrs import parameters
from projections.queries.lists import Cursor

if TYPE_CHECKING:
    from lrs.call import Call
    from projections.queries.models import Model

_PASSING = {"cursor", "changed_after", "limit", "format", "why"}
"""Parameters that may differ from page to page."""


def write_cursor(cursor: Cursor, question: str) -> str:
    """The text of a cursor of a question."""
    return urlsafe_b64encode(orjson.dumps([question, cursor.fresh_from, *cursor.after])).decode()


def read_cursor(call: Call, name: str, model: Model, question: str) -> Cursor | None:
    """The cursor in a parameter.

    Raises:
        BadRequest: it is none, or one of another question.

    """
    text = parameters.text(call, name)
    if text is None:
        return None
    try:
        asked, fresh_from, *after = orjson.loads(urlsafe_b64decode(text))
    except (ValueError, TypeError):
        raise _bad(name, "is a cursor that a page of records gave") from None
    kinds = [int, *(type(each) for each in model.start)]
    values = [fresh_from, *after]
    if asked != question or [type(each) for each in values] != kinds or not _fit(values):
        raise _bad(name, "goes on with the same question, of a credential that sees the same")
    return Cursor(tuple(after), fresh_from)


def question_of(call: Call, model: Model, mark: str) -> str:
    """A short text for what is asked, and for what the caller may see."""
    asked = sorted((k, v) for k, v in call.parameters.items() if k not in _PASSING)
    content = orjson.dumps([model.name, mark, asked])
    return blake2b(content, digest_size=6).hexdigest()


def _fit(values: list[int | str]) -> bool:
    """Whether the database can take them: numbers of 64 bits, texts without NUL."""
    return all(
        "\0" not in value if isinstance(value, str) else -(1 << 63) <= value < 1 << 63
        for value in values
    )


def _bad(name: str, rule: str) -> Exception:
    return parameters.bad(name, rule, "records: paging")
