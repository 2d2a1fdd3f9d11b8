"""Are two Statements the same one, or a conflict?

Data 2.3.1 (Statement Immutability, Statement Comparison Requirements) and Data 4.6; xAPI
2.0.0 says the same in 4.2.3 and 4.2.7. Each Statement is brought into a normal form that
leaves out, or brings to one spelling, what the specification lets vary:

- `authority`, `stored` and `version`; `id` and `timestamp` where one of the two has none
  (the LRS sets them then);
- a verb's `display` and an activity's `definition`, which are not part of a Statement;
- the spelling of a point in time, below the millisecond too (Data 4.5);
- the order of a Group's members and of the activities of one contextActivities key, and
  whether a single one of the latter stands in an array (Data 2.4.6.2);
- the default `objectType`;
- the case of UUIDs, hashes, language tags and of the domain of an e-mail address;
- a duration's digits below 0.01 seconds (Data 4.6);
- the spelling of a number: 1, 1.0 and 10e-1 are one, whatever their size or precision.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from schemas.formats import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Json = dict[str, Any]

# Set by the LRS, in any case or if the client has not.
_ASSIGNED: Final = frozenset({"authority", "stored", "version"})
_ASSIGNED_IF_ABSENT: Final = ("id", "timestamp")

_NUMBER: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
# An exponent this long is compared as it is written, rather than computed with.
_EXPONENT_LIMIT_DIGITS: Final = 20
_SECONDS: Final = re.compile(r"([0-9]+)[.,]([0-9]+)S$")


def same_statement(a: bytes, b: bytes) -> bool:
    """Tell whether two valid Statements, as JSON text, are the same Statement.

    Numbers are compared exactly, at any size and precision.
    """
    return a == b or equivalent(_load(a), _load(b))


def equivalent(a: Json, b: Json) -> bool:
    """Tell whether two valid Statements, parsed, are the same Statement.

    What parsing has already rounded is lost: see `same_statement`.
    """
    ignored = _ASSIGNED.union(name for name in _ASSIGNED_IF_ABSENT if name not in a or name not in b)
    return _statement(_without(a, ignored)) == _statement(_without(b, ignored))


def _load(raw: bytes) -> Json:
    statement: Json = json.loads(raw, parse_float=_number, parse_int=_number)
    return statement
