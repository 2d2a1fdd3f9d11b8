"""A second opinion on the JSON Schema files, by an implementation with no line in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from schemas.definitions import SCHEMAS, reference
from schemas.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterator


def _pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    """Match as ECMA-262 does: Python's own `$` would let a final line break pass."""
    if isinstance(text, str) and re.fullmatch(pattern, text) is None:
        yield ValidationError("pattern")


_REGISTRY = Registry[Any]().with_resources(
    (uri, DRAFT202012.create_resource(schema)) for uri, schema in SCHEMAS.items()
)
_VALIDATOR: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # so are the stubs
_STATEMENTS = {
    version: _VALIDATOR(reference("statement", version), registry=_REGISTRY) for version in Version
}


def accepts(statement: object, version: Version) -> bool:
    """Tell whether the schema files describe `statement`."""
    accepted: bool = _STATEMENTS[version].is_valid(statement)
    return accepted
