"""Rules of badge definitions that a JSON Schema can't say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from projections.reference.badges import MAKERS, moment_of
from schemas.errors import quoted
from schemas.reference_data import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

_DATED: Final = {"after", "before"}
_BESIDE: Final = {
    "courses": {"at_least", "within_days", *_DATED},
    "any_courses": {"tag", "within_days", *_DATED},
    "score_at_least": {"course", "score", *_DATED},
    "minutes_at_least": {"time", "course", "within_days", *_DATED},
    "badges": {"at_least", "within_days", *_DATED},
    "all": set[str](),
    "any": {"at_least"},
}
"""What may stand beside each criterion."""

_OF_THE_BADGE: Final = {"id", "name", "description", "source", "valid_days"}


def broken_badge_rules(document: Json, path: str = "$") -> Iterator[tuple[str, str]]:
    """Where and how a document is no definition of a badge: JSON paths, and rules."""
    problems = problems_of("badge", document)
    if isinstance(document, dict):
        criterion = {name: v for name, v in document.items() if name in _CRITERION}
        wrong = problems_of("criterion", criterion)
        problems += wrong
        if not wrong:
            yield from _broken(criterion, path)
    yield from ((problem.within(path).path, problem.rule) for problem in problems)


_CRITERION: Final = {*_BESIDE, *(name for names in _BESIDE.values() for name in names)}


def _broken(criterion: Json, path: str) -> Iterator[tuple[str, str]]:
    """The same of a criterion of the right shape."""
    kind = next(name for name in MAKERS if name in criterion)
    for name in criterion.keys() & _CRITERION - {kind} - _BESIDE[kind]:
        yield f"{path}.{name}", f"{quoted(name)} means nothing beside {quoted(kind)}"
    if kind == "score_at_least" and "course" not in criterion:
        yield path, "a score needs a course"
    listed = criterion[kind]
    if isinstance(listed, list) and criterion.get("at_least", 0) > len(listed):
        yield f"{path}.at_least", f"{quoted(kind)} lists only {len(listed)}"
    yield from _broken_dates(criterion, path)
    if kind in {"all", "any"}:
        for number, part in enumerate(listed):
            yield from _broken(part, f"{path}.{kind}[{number}]")


def _broken_dates(criterion: Json, path: str) -> Iterator[tuple[str, str]]:
    moments: dict[str, int] = {}
    for name in sorted(_DATED & criterion.keys()):
        try:
            moments[name] = moment_of(criterion[name])
        except (ValueError, OverflowError):
            yield f"{path}.{name}", f"{quoted(criterion[name])} is not in the calendar"
    if len(moments) > 1 and moments["after"] >= moments["before"]:
        yield f"{path}.before", "this is not later than what stands at after"


def broken_badge_order(
    documents: Mapping[str, Json], places: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Where badges require each other in a circle.

    Args:
        documents: all badges by IRI, valid each for itself.
        places: the JSON path of those that are being brought in, which get the blame.

    """
    wanted = {iri: sorted(_required(document)) for iri, document in documents.items()}
    for iri, place in places.items():
        if _comes_back(iri, wanted):
            yield place, f"{quoted(iri)} requires a badge that requires it"


def _required(criterion: Json) -> set[str]:
    """Badges that a definition names, anywhere in it."""
    found = set(criterion.get("badges", ()))
    for part in (*criterion.get("all", ()), *criterion.get("any", ())):
        found |= _required(part)
    return found


def _comes_back(start: str, wanted: Mapping[str, list[str]]) -> bool:
    """Whether the ways from a badge to those it requires lead back to it."""
    waiting, seen = list(wanted[start]), set[str]()
    while waiting:
        here = waiting.pop()
        if here == start:
            return True
        if here not in seen:
            seen.add(here)
            waiting += wanted.get(here, ())
    return False
