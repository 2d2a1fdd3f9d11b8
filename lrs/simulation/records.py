"""What else is known of learners: time measured by content, and badges."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MEASURES = ("quiz", "video", "meeting", "face_to_face")


class Measured:
    """Milliseconds that content itself measured, by learner and kind.

    Quizzes: the durations of attempts, abandoned ones too. Videos: the union
    of segments of each player session. Meetings: from join to leave, nothing
    where the leave is missing. Face to face: the sessions attended, partly too.
    """

    def __init__(self, learners: int) -> None:
        self._milliseconds = {kind: array("Q", [0]) * learners for kind in MEASURES}

    def add(self, kind: str, learner: int, milliseconds: int) -> None:
        """So much more was measured."""
        self._milliseconds[kind][learner] += milliseconds

    def of(self, learner: int) -> dict[str, int]:
        """The milliseconds of a learner, by kind."""
        return {kind: column[learner] for kind, column in self._milliseconds.items()}


class Badges:
    """When each learner was awarded each badge, and when it was taken back."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], tuple[int, int]] = {}

    def __iter__(self) -> Iterator[tuple[int, int, int, int]]:
        """Learner, badge, awarded at, revoked at (0: never), in the order awarded."""
        for (learner, badge), (awarded, revoked) in self._held.items():
            yield learner, badge, awarded, revoked

    def has(self, learner: int, badge: int) -> bool:
        """Whether the badge was ever awarded to the learner."""
        return (learner, badge) in self._held

    def award(self, learner: int, badge: int, at: int) -> None:
        """The learner gets the badge."""
        self._held[learner, badge] = at, 0

    def revoke(self, learner: int, badge: int, at: int) -> None:
        """The learner loses the badge."""
        self._held[learner, badge] = self._held[learner, badge][0], at
