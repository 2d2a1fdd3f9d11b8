"""What a writer is asked to append."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from statements.prepared import Prepared


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """Statements that are stored together or not at all.

    `size_bytes` is what waits in memory for it.
    """

    statements: Sequence[Prepared]
    attachments: dict[bytes, bytes] = field(default_factory=dict)  # SHA-256 -> content
    confined_to: str = ""  # organisation whose statements alone it may void
    size_bytes: int = field(init=False)  # asked for several times on its way, added up once

    def __post_init__(self) -> None:
        """Add up what waits."""
        texts = sum(len(statement.raw) for statement in self.statements)
        contents = sum(len(content) for content in self.attachments.values())
        object.__setattr__(self, "size_bytes", texts + contents)
