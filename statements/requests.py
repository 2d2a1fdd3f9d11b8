"""What a writer is asked to append."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from statements.prepared import Prepared


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """Statements that are stored together or not at all."""

    statements: Sequence[Prepared]
    attachments: dict[bytes, bytes] = field(default_factory=dict)  # SHA-256 -> content
    confined_to: str = ""  # organisation whose statements alone it may void

    @property
    def size_bytes(self) -> int:
        """Bytes that wait in memory for this request."""
        texts = sum(len(statement.raw) for statement in self.statements)
        return texts + sum(len(content) for content in self.attachments.values())
