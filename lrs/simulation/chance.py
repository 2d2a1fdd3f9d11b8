"""Seeded chance: the only source of randomness of a simulation.

Everything is drawn from `random()` and `getrandbits()` alone, the two methods
of the Mersenne Twister whose sequence Python keeps from version to version;
`choice`, `shuffle` or `gauss` may change theirs.
"""

from __future__ import annotations

from bisect import bisect_right
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def hexadecimal(*parts: object) -> str:
    """48 hexadecimal digits that depend on `parts` alone: a name without state."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=24).hexdigest()


def uuid_from(digits: str) -> str:
    """A version 4 UUID out of 32 hexadecimal digits."""
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


class Chance:
    """Draws of every kind from one seed, which may be any text."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose, protects nothing
        self.share = self._random.random
        """A draw from [0, 1)."""

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return self.share() < probability

    def between(self, low: float, high: float) -> float:
        """A number from [low, high)."""
        return low + (high - low) * self.share()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int((high - low + 1) * self.share())

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`, each as likely as the other."""
        return choices[int(len(choices) * self.share())]

    def rounded(self, expected: float) -> int:
        """A whole number whose mean is `expected`."""
        return int(expected + self.share())

    def uuid(self) -> str:
        """A random version 4 UUID."""
        return uuid_from(f"{self._random.getrandbits(128):032x}")


class Weights:
    """Choices of unequal likelihood, drawn in logarithmic time."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._sums = list(accumulate(weights))

    def draw(self, chance: Chance) -> int:
        """The index of one of the weights."""
        point = chance.share() * self._sums[-1]
        return min(bisect_right(self._sums, point), len(self._sums) - 1)
