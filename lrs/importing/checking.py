"""From a candidate to a statement ready to append, by the same rules as over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from lrs.attachments import Attachment, match_attachments
from lrs.importing.identity import derived_id, is_moodle_event
from lrs.multipart import MultipartError
from schemas.attachments import declared_attachments, has_sha2
from schemas.errors import InvalidStatement, Problem, SchemaError
from schemas.members import splice
from schemas.parsing import parse
from schemas.rules import SIGNATURE
from schemas.signatures import check_signature
from schemas.validation import validate_statement
from schemas.versions import Version
from statements.prepared import Sender, prepare, sender
from statements.requests import AppendRequest

if TYPE_CHECKING:
    from lrs.importing.sources import Candidate

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is demanded of statements and what is given to them."""

    authority: Json  # of statements without one, or of all
    keep_authority: bool = True
    organisation: str = ""
    may_define: bool = True
    version: Version | None = None  # None: as each statement says or shows
    max_depth: int = 100


class Checked(NamedTuple):
    """A statement that may go in."""

    request: AppendRequest
    of_event: bool  # its id stands for a Moodle event: another one with this id is the same


class RefusedError(Exception):
    """A candidate may not go in: `problems` say why, `statement_id` is its id if it has one."""

    def __init__(self, problems: list[Problem], statement_id: str | None) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
        self.statement_id = statement_id


class Checker:
    """Checks candidates one by one."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._given = sender(rules.authority, rules.organisation, may_define=rules.may_define)
        self._kept = sender(None, rules.organisation, may_define=rules.may_define)

    def check(self, candidate: Candidate) -> Checked:
        """A candidate made ready to append, alone in its request.

        Raises:
            RefusedError: something is wrong with it.

        """
        value = None
        try:
            value = parse(candidate.text, self._rules.max_depth)
            version = self._rules.version or version_of(value)
            validate_statement(value, version)
            attachments = _attachments(candidate, value)
        except (SchemaError, MultipartError) as error:
            raise RefusedError(error.problems, _id_of(value)) from None
        return self._ready(candidate.text, value, version, attachments)

    def _ready(
        self, text: bytes, statement: Json, version: Version, attachments: dict[bytes, bytes]
    ) -> Checked:
        is_without_id = "id" not in statement
        if is_without_id:
            name = str(derived_id(statement))
            text = splice(text, (), {"id": b'"%b"' % name.encode()})
            statement = statement | {"id": name}
        prepared = prepare(text, statement, version, self._sender(statement))
        of_event = is_without_id and is_moodle_event(statement)
        return Checked(AppendRequest([prepared], attachments), of_event)

    def _sender(self, statement: Json) -> Sender:
        keeps = self._rules.keep_authority and "authority" in statement
        return self._kept if keeps else self._given


def version_of(value: Any) -> Version:  # noqa: ANN401 - any JSON value
    """The version of xAPI that a statement says it is in, or that its members show."""
    if not isinstance(value, dict):
        return Version.V1
    stated = value.get("version")
    if isinstance(stated, str):
        return Version.V2 if stated.startswith("2.") else Version.V1
    clauses = (value, value.get("object"))
    contexts = [clause.get("context") for clause in clauses if isinstance(clause, dict)]
    newer = any(
        isinstance(context, dict) and ("contextAgents" in context or "contextGroups" in context)
        for context in contexts
    )
    return Version.V2 if newer else Version.V1


def _attachments(candidate: Candidate, statement: Json) -> dict[bytes, bytes]:
    """Contents of a statement's attachments that came along, by their SHA-2, checked."""
    declared = {entry["sha2"].lower() for entry in declared_attachments(statement)}
    if not declared:
        return {}
    contents = {sha2: candidate.attachment(sha2) for sha2 in declared}
    received = {sha2: content for sha2, content in contents.items() if content is not None}
    for sha2, content in received.items():
        if not has_sha2(content, bytes.fromhex(sha2)):
            rule = f"what came as attachment {sha2} has another hash"
            raise InvalidStatement(Problem("$.attachments", rule, "Communication 1.5.2"))
    # Of their types nothing is known: a part stands for all that declare its hash.
    match_attachments([statement], [Attachment(s, None, c) for s, c in received.items()])
    _check_signatures(statement, received)
    return {bytes.fromhex(sha2): content for sha2, content in received.items()}


def _check_signatures(statement: Json, received: dict[str, bytes]) -> None:
    for entry in statement.get("attachments", ()):
        content = received.get(entry["sha2"].lower())
        if entry["usageType"] == SIGNATURE and content is not None:
            check_signature(statement, content)


def _id_of(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    given = value.get("id") if isinstance(value, dict) else None
    return given if isinstance(given, str) else None
