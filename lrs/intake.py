"""From the body of a request to statements ready to append: all errors found before any I/O."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lrs.attachments import Attachment, match_attachments, statement_and_attachments
from lrs.errors import BadRequest, TooLarge
from lrs.multipart import is_multipart
from schemas.errors import InvalidStatement, Problem, SchemaError
from schemas.members import splice
from schemas.parsing import parse, split_batch
from schemas.rules import SIGNATURE
from schemas.signatures import check_signature
from schemas.validation import validate_statement
from statements.prepared import Prepared, prepare
from statements.requests import AppendRequest

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.services import Services
    from lrs.settings import Settings
    from statements.terms import Dictionary

Json = dict[str, Any]

LARGE_BODY_BYTES = 256 * 1024
"""From here on a body is worked on in a thread: others would have to wait for milliseconds."""


async def take_in(services: Services, call: Call, put_id: UUID | None = None) -> AppendRequest:
    """The statements of a request, checked and prepared.

    Args:
        services: settings and threads.
        call: a POST of one statement or a batch, or a PUT of one.
        put_id: the id that a PUT names.

    Raises:
        BadRequest, SchemaError, MultipartError, TooLarge: the first thing that is wrong.

    """
    intake = Intake(services.settings, services.store.dictionary, call, put_id)
    if len(call.body) < LARGE_BODY_BYTES:
        return intake.request()
    return await asyncio.to_thread(intake.request)


class Intake:
    """One request's statements on their way in."""

    def __init__(
        self, settings: Settings, dictionary: Dictionary, call: Call, put_id: UUID | None
    ) -> None:
        self._settings = settings
        self._dictionary = dictionary
        self._call = call
        self._put_id = put_id

    def request(self) -> AppendRequest:
        """Read, check and prepare everything."""
        text, attachments = self._parts()
        texts = self._split(text)
        statements = [self._statement(text, place) for text, place in texts]
        values = [value for _, value in statements]
        _check_distinct(values)
        match_attachments(values, attachments)
        contents = {each.sha2: each.content for each in attachments}
        for value, (_, place) in zip(values, texts, strict=True):
            _check_signatures(value, place, contents)
        return AppendRequest(
            [self._prepare(text, value) for text, value in statements],
            {bytes.fromhex(each.sha2): each.content for each in attachments},
            self._call.principal.confined_to,
        )

    def _parts(self) -> tuple[bytes, list[Attachment]]:
        """JSON text and attachments of the body."""
        content_type = self._call.header("content-type")
        if not is_multipart(content_type):
            _check_json(content_type)
            return self._call.body, []
        text, attachments = statement_and_attachments(content_type, self._call.body)
        if any(len(each.content) > self._settings.max_attachment_bytes for each in attachments):
            raise TooLarge(f"an attachment has {self._settings.max_attachment_bytes} bytes at most")
        return text, attachments

    def _split(self, text: bytes) -> list[tuple[bytes, str]]:
        """Text of each statement, and its place in the body."""
        if len(text) > self._settings.max_batch_bytes:
            raise TooLarge(f"statements have {self._settings.max_batch_bytes} bytes at most")
        texts = split_batch(text)
        if len(texts) > self._settings.max_batch_statements:
            raise TooLarge(f"a batch has {self._settings.max_batch_statements} statements at most")
        is_batch = text.lstrip().startswith(b"[")
        if is_batch and self._put_id is not None:
            raise BadRequest(Problem("$", "PUT stores one statement", "Communication 2.1.1"))
        return [(each, f"$[{i}]" if is_batch else "$") for i, each in enumerate(texts)]

    def _statement(self, text: bytes, place: str) -> tuple[bytes, Json]:
        """Text and value of a valid statement."""
        try:
            value = parse(text, self._settings.max_json_depth)
            validate_statement(value, self._call.version)
        except SchemaError as error:
            raise error.within(place) from None
        return self._with_put_id(text, value)

    def _with_put_id(self, text: bytes, value: Json) -> tuple[bytes, Json]:
        """Put the id of a PUT where none is; another one is refused (Communication 2.1.1)."""
        if self._put_id is None:
            return text, value
        if "id" not in value:
            name = str(self._put_id)
            return splice(text, (), {"id": b'"%b"' % name.encode()}), value | {"id": name}
        if UUID(value["id"]) != self._put_id:
            rule = "is not the id of the parameter statementId"
            raise BadRequest(Problem("$.id", rule, "Communication 2.1.1"))
        return text, value

    def _prepare(self, text: bytes, value: Json) -> Prepared:
        sender = self._call.principal.sender
        return prepare(text, value, self._call.version, sender, self._dictionary)


def _check_json(content_type: str) -> None:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        rule = "statements come as application/json or multipart/mixed"
        raise BadRequest(Problem("Content-Type", rule, "Communication 1.5"))


def _check_distinct(statements: list[Json]) -> None:
    """A batch has each id once (Communication 2.1.2)."""
    seen = set()
    for i, statement in enumerate(statements):
        if (given := statement.get("id")) is not None:
            if (same := given.lower()) in seen:  # a valid UUID has one spelling but for case
                rule = "another statement of the batch has the same id"
                raise InvalidStatement(Problem(f"$[{i}].id", rule, "Communication 2.1.2"))
            seen.add(same)


def _check_signatures(statement: Json, place: str, contents: dict[str, bytes]) -> None:
    """Check the signatures among the attachments of a statement (Data 2.6)."""
    for declared in statement.get("attachments", ()):
        content = contents.get(declared["sha2"].lower())
        if declared["usageType"] == SIGNATURE and content is not None:
            try:
                check_signature(statement, content)
            except InvalidStatement as error:
                raise error.within(place) from None
