"""What has to be folded again when reference data change. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projections.reference.badges import Badge
    from projections.reference.catalogue import Catalogue, Course
    from projections.reference.directory import Directory


class CatalogueChanges(NamedTuple):
    """Courses, each in every set it belongs to.

    Attributes:
        folding: what is folded may differ: there is a course more or less, or other modules,
            activities, rules, or another opening.
        tags: other tags: badges that ask for them may be met.
        texts: other titles or durations, or modules in another order: only what is shown.

    """

    folding: frozenset[str]
    tags: frozenset[str]
    texts: frozenset[str]


class DirectoryChanges(NamedTuple):
    """Identifiers that are somebody else's now, and learners who are told by other attributes.

    Attributes:
        moved: identifiers whose learner is another one, or who came to be known or unknown.
        attributes: learners who were known before and after, and differ.

    """

    moved: frozenset[str]
    attributes: frozenset[str]


class BadgeChanges(NamedTuple):
    """Badges that have to be judged again, and those of which only the name is another one."""

    criteria: frozenset[str]
    texts: frozenset[str]


def catalogue_changes(old: Catalogue, new: Catalogue) -> CatalogueChanges:
    """Compare two catalogues."""
    changed = [iri for iri in old.keys() | new.keys() if old.get(iri) != new.get(iri)]
    pairs = {iri: (old.get(iri), new.get(iri)) for iri in changed}
    folding = {iri for iri, pair in pairs.items() if _folding(pair[0]) != _folding(pair[1])}
    tags = {iri for iri, pair in pairs.items() if _tags(pair[0]) != _tags(pair[1])}
    return CatalogueChanges(
        folding=frozenset(folding),
        tags=frozenset(tags),
        texts=frozenset(iri for iri in pairs if iri not in folding and iri in old.keys() & new),
    )


def directory_changes(old: Directory, new: Directory) -> DirectoryChanges:
    """Compare two directories."""
    before, after = old.people, new.people
    moved = {
        identifier
        for identifier in before.keys() | after.keys()
        if (one := before.get(identifier)) is not (other := after.get(identifier))
        and (one is None or other is None or one.learner != other.learner)
    }
    known, now = old.learners(), new.learners()
    attributes = {name for name in known.keys() & now.keys() if known[name] != now[name]}
    return DirectoryChanges(frozenset(moved), frozenset(attributes))


def badge_changes(old: Mapping[str, Badge], new: Mapping[str, Badge]) -> BadgeChanges:
    """Compare badges by IRI; those that came or went have to be judged, too."""
    changed = {iri for iri in old.keys() | new.keys() if old.get(iri) != new.get(iri)}
    texts = {
        iri
        for iri in changed & old.keys() & new.keys()
        if old[iri]._replace(name="") == new[iri]._replace(name="")
    }
    return BadgeChanges(frozenset(changed - texts), frozenset(texts))


def _folding(course: Course | None) -> object:
    """What of a course the folds look at; modules have no order there."""
    if course is None:
        return None
    modules = frozenset(
        (each.id, each.required, each.pass_mark, each.move_on, frozenset(each.activities))
        for each in course.modules
    )
    return course.opening, modules


def _tags(course: Course | None) -> frozenset[str]:
    return frozenset(course.tags if course else ())
