"""How long one connection may take, and how much it may send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lrs.settings import Settings

# Room for a target that is too long, so that the edge can refuse it with CORS fields.
_TARGET_SLACK_BYTES: Final = 8192
# A body in tiny chunks takes a multiple of its size on the wire; nobody sends more than this.
_CHUNKING_OVERHEAD: Final = 2


@dataclass(frozen=True, slots=True)
class Patience:
    """The limits of one connection, in seconds and bytes."""

    header_seconds: float
    body_seconds: float
    body_bytes_per_second: int
    keep_alive_seconds: float
    send_seconds: float
    max_target_bytes: int
    max_header_bytes: int
    max_wire_bytes: int

    @classmethod
    def of(cls, settings: Settings) -> Patience:
        """Return the limits that the operator has set."""
        max_target_bytes = settings.max_query_bytes + _TARGET_SLACK_BYTES
        return cls(
            header_seconds=settings.header_timeout_seconds,
            body_seconds=settings.body_timeout_seconds,
            body_bytes_per_second=settings.body_min_bytes_per_second,
            keep_alive_seconds=settings.keep_alive_seconds,
            send_seconds=settings.send_timeout_seconds,
            max_target_bytes=max_target_bytes,
            max_header_bytes=settings.max_header_bytes,
            max_wire_bytes=settings.max_body_bytes * _CHUNKING_OVERHEAD + max_target_bytes,
        )

    @property
    def shortest_seconds(self) -> float:
        """The shortest of the times: looking that often is often enough."""
        times = (self.header_seconds, self.body_seconds, self.keep_alive_seconds, self.send_seconds)
        return min(times)
