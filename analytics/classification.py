"""What a statement means to the platform: told by the vocabulary, which is in another room."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol


class Classified(NamedTuple):
    """A statement in the words of the domain.

    Attributes:
        event: what happened, such as `completed`.
        course: IRI of the course that it belongs to.
        module: IRI of the activity that lasts: a module, a course, a badge.
        percent: a mark, 0 to 100.

    """

    event: str = "activity"
    course: str | None = None
    module: str | None = None
    percent: float | None = None


class Classify(Protocol):
    """Says what a statement means.

    Attributes:
        version: changes whenever any statement may come to mean something else; the lake is written
            anew then.

    """

    @property
    def version(self) -> str:
        """Which one it is."""

    def __call__(self, payload: bytes, statement: dict[str, Any], stored: int, /) -> Classified:
        """What a statement means.

        Args:
            payload: its JSON text, as it is in the log.
            statement: the same, parsed; not to be changed.
            stored: when it came, microseconds since 1970.

        """


class Unclassified:
    """Knows nothing but that something happened; a percentage where raw, min and max give one."""

    version = "none"

    def __call__(self, _payload: bytes, statement: dict[str, Any], _stored: int, /) -> Classified:
        """Activity, and a mark if the statement has a scale for it."""
        result = statement.get("result")
        score = result.get("score") if result else None
        return Classified(percent=_percent(score)) if score else Classified()


def _percent(score: dict[str, Any]) -> float | None:
    raw, low, high = score.get("raw"), score.get("min"), score.get("max")
    if raw is None or low is None or high is None or high <= low:
        return None
    return float(100 * (raw - low) / (high - low))
