"""What a statement means to the platform: told by the vocabulary, which is in another room."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from analytics.told import Known


class Classified(Protocol):
    """A statement in the words of the domain.

    Attributes:
        event: what happened, such as `completed`.
        course: IRI of the course that it belongs to.
        module: IRI of the activity that lasts: a module, a course, a badge.
        percent: a mark, 0 to 100.

    """

    @property
    def event(self) -> str:
        """A word of the domain."""

    @property
    def course(self) -> str | None:
        """An IRI."""

    @property
    def module(self) -> str | None:
        """An IRI."""

    @property
    def percent(self) -> float | None:
        """0 to 100."""


class Classify(Protocol):
    """Says what a statement means.

    Attributes:
        version: changes whenever any statement may come to mean something else; the lake is written
            anew then.

    """

    @property
    def version(self) -> str:
        """Which one it is."""

    def __call__(self, payload: bytes, /) -> Classified:
        """What a statement means, given its JSON text as it is in the log."""

    def of_cut(self, known: Known, /) -> Classified:
        """The same for one that was cut already."""


class Unclassified:
    """Knows nothing but that something happened."""

    version = "none"

    def __call__(self, _payload: bytes, /) -> Classified:
        """Activity."""
        return _ACTIVITY

    def of_cut(self, _known: Known, /) -> Classified:
        """Activity."""
        return _ACTIVITY


class _Activity(NamedTuple):
    event: str = "activity"
    course: str | None = None
    module: str | None = None
    percent: float | None = None


_ACTIVITY = _Activity()
UNCLASSIFIED = Unclassified()
