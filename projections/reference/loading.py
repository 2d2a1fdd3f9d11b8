"""All reference data at once, as they were at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from projections.reference.documents import load_badges, load_catalogue
from projections.reference.people import load_directory
from projections.reference.revisions import load_revisions
from projections.reference.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.reference.badges import Badge
    from projections.reference.catalogue import Catalogue
    from projections.reference.directory import Directory
    from projections.reference.revisions import Name
    from projections.reference.vocabulary import VocabularyRow
    from statements.database import Connection


class Reference(NamedTuple):
    """What is folded with, and the revisions that it is of."""

    revisions: Mapping[Name, int]
    catalogue: Catalogue
    badges: Mapping[str, Badge]
    directory: Directory
    vocabulary: Sequence[VocabularyRow]


def load_reference(connection: Connection) -> Reference:
    """Everything, to be called in a `Database.snapshot`, which sees one moment."""
    return Reference(
        load_revisions(connection),
        load_catalogue(connection),
        load_badges(connection),
        load_directory(connection),
        load_vocabulary(connection),
    )
