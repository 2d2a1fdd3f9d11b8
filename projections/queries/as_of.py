"""Records as the log stood at a position: the seam for whoever folds the events again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.queries.models import Model
    from statements.database import Connection


class AsOf(Protocol):
    """Folds the events up to a position of the learners that are asked for."""

    def rows(
        self,
        connection: Connection,
        model: Model,
        learners: Sequence[int],
        position: int,
    ) -> list[dict[str, Any]]:
        """The rows of a model that those learners had.

        An event counts if it stands at the position or before, and what voids it does not. Rows
        have the names of the table's columns but `changed` and `state`; none is a tombstone.
        """
