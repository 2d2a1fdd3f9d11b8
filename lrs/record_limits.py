"""What a credential is limited to among the learning records."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import orjson

_NOBODY_LIMITED: frozenset[str] = frozenset()


class Limits(NamedTuple):
    """Records of these courses or tags, and of people of these employers; empty: of all."""

    courses: frozenset[str] = _NOBODY_LIMITED  # IRIs
    tags: frozenset[str] = _NOBODY_LIMITED  # of the catalogue; beside the courses
    employers: frozenset[str] = _NOBODY_LIMITED

    @property
    def facts(self) -> dict[str, list[str]]:
        """Those of the three that limit anything, sorted."""
        return {name: sorted(names) for name, names in self._asdict().items() if names}

    @property
    def text(self) -> str:
        """The JSON that is kept with a credential; empty if nothing is limited."""
        return orjson.dumps(self.facts).decode() if any(self) else ""

    @property
    def is_of_courses(self) -> bool:
        """Whether only some courses are inside."""
        return bool(self.courses or self.tags)


NO_LIMITS = Limits()


@lru_cache(maxsize=1024)
def parse_limits(text: str) -> Limits:
    """The limits that a credential's JSON names.

    Raises:
        ValueError: it names something else; to overlook a limit would show what is not to be seen.

    """
    facts = orjson.loads(text) if text else {}
    if unknown := facts.keys() - set(Limits._fields):
        raise ValueError(f"a credential has limits that are not known here: {sorted(unknown)}")
    return Limits(**{name: frozenset(names) for name, names in facts.items()})
