"""Where a statement happened: the activities that last among its object and its context's."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from projections.translation.event import Definition, Place
from projections.translation.remembered import Remembered
from projections.translation.statement import (
    listed,
    read_context_activities,
    read_definition,
    read_target,
)
from projections.translation.tables import one_of, read_table, shipped

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLES: Final = ("course", "lasting", "part", "passing", "outside")
"""What a type of activity is to places.

`course`; `lasting`, as is every type that is not listed; `part`, such as a question, stands for the
nearest of its parents that lasts, for itself if there is none; `passing`, such as an attempt or a
message, of which there are new ones all the time, never stands for itself; `outside`, such as the
platform or a course's section, is nobody's ancestor.
"""


_LASTING: Final = frozenset({"course", "lasting"})
_NOTHING: Final = frozenset({b"", b"{}"})


class Scene(NamedTuple):
    """All that object and context activities of a statement come to.

    Attributes:
        place: for the event.
        definitions: of unit and course, as far as there are any.
        object: id of the object; of a StatementRef, the statement's.
        object_type: `Activity`, `StatementRef`, ...
        type: of the object.
        categories: ids of the context's categories.
        whole: whether the object is the unit itself.
        sort: a number that only scenes share which are alike for the choice of a row.

    """

    place: Place
    definitions: tuple[Definition, ...]
    object: str
    object_type: str
    type: str
    categories: frozenset[str]
    whole: bool
    sort: int


class ActivityTypes:
    """Which types of activities are courses, and which do not last."""

    def __init__(self, site: str = "") -> None:
        """Load the shipped table and the site's rows, CSV text, which go first. Raises BadTable."""
        columns, name = ("type", "contains", "role"), "activity_types.csv"
        rows = [
            *read_table("the site's activity types", site, columns, _check),
            *read_table(name, shipped(name), columns, _check),
        ]
        self.rows = tuple(rows)
        self._by_type: dict[str, list[tuple[str, str]]] = {}
        for type_, contains, role in rows:
            self._by_type.setdefault(type_, []).append((contains, role))

    def role(self, type_: str, iri: str) -> str:
        """Return what an activity is to places: the first row whose type and part of an IRI fit."""
        rows = self._by_type.get(type_, ())
        return next((role for contains, role in rows if contains in iri), "lasting")


class _Activity(NamedTuple):
    """An activity, what its type is to places, and its definition; or another object."""

    iri: str
    type: str
    role: str
    definition: bytes
    object_type: str


_NOWHERE = _Activity("", "", "passing", b"", "")
_Surroundings = tuple[tuple[_Activity, ...], frozenset[str]]
"""The activities above, nearest first, and the ids of the categories."""


class Scenes:
    """Scenes by the bytes they were read from: most statements happen where others did."""

    def __init__(self, types: ActivityTypes) -> None:
        self._types = types
        self._known: Remembered[tuple[bytes, bytes], Scene] = Remembered(4_096)
        self._surroundings: Remembered[bytes, _Surroundings] = Remembered(4_096)
        self._activities: Remembered[bytes, _Activity] = Remembered(4_096)
        self._sorts: Remembered[tuple[str, frozenset[str], bool, bool], int] = Remembered(4_096)
        self._number = count()

    def read(self, object_json: bytes, activities_json: bytes) -> Scene:
        """Return the scene of an object and of contextActivities (empty if there are none)."""
        key = (object_json, activities_json)
        return self._known.get(key) or self._known.keep(key, self._read(*key))

    def _read(self, object_json: bytes, activities_json: bytes) -> Scene:
        target = self._look(object_json)
        above, categories = self._surroundings.get(activities_json) or self._surroundings.keep(
            activities_json, self._look_around(activities_json)
        )
        object_ = target if target.object_type == "Activity" else _NOWHERE
        unit = _unit(object_, above)
        course = next((each for each in (unit, *above) if each.role == "course"), _NOWHERE)
        taken = {unit.iri, course.iri}
        lasting = [each.iri for each in above if each.role in _LASTING]
        ancestors = tuple(iri for iri in dict.fromkeys(lasting) if iri not in taken)
        return Scene(
            Place(unit.iri, course.iri, ancestors),
            _definitions((unit.iri, course.iri), (object_, *above)),
            target.iri,
            target.object_type,
            object_.type,
            categories,
            unit is object_,
            self._sort(object_.type, categories, unit is object_, not unit.iri),
        )

    def _look_around(self, activities_json: bytes) -> _Surroundings:
        around = read_context_activities(activities_json or b"{}")
        above = (*listed(around.parent), *listed(around.grouping))
        categories = frozenset(self._look(each).iri for each in listed(around.category))
        return tuple(self._look(each) for each in above), categories

    def _look(self, activity: bytes) -> _Activity:
        return self._activities.get(activity) or self._activities.keep(
            activity, self._describe(activity)
        )

    def _describe(self, activity: bytes) -> _Activity:
        target = read_target(activity)
        definition = bytes(target.definition)
        type_ = read_definition(definition).type if definition else ""
        role = self._types.role(type_, target.id)
        return _Activity(target.id, type_, role, definition, target.object_type)

    def _sort(self, *traits: *tuple[str, frozenset[str], bool, bool]) -> int:
        """A number never given twice, though a sort may be forgotten and get another."""
        known = self._sorts.get(traits)
        return self._sorts.keep(traits, next(self._number)) if known is None else known


def _unit(object_: _Activity, above: tuple[_Activity, ...]) -> _Activity:
    """The object if it lasts, else what it stands for."""
    if object_.role not in {"part", "passing"}:
        return object_
    if object_ is _NOWHERE:
        return _NOWHERE
    itself = object_ if object_.role == "part" else _NOWHERE
    return next((each for each in above if each.role in _LASTING), itself)


def _definitions(wanted: tuple[str, str], found: Iterable[_Activity]) -> tuple[Definition, ...]:
    """Those of the wanted IRIs that are defined, by the first place where they are."""
    defined: dict[str, Definition] = {}
    for each in found:
        if each.iri in wanted and each.iri not in defined and each.definition not in _NOTHING:
            defined[each.iri] = Definition(each.iri, each.type, each.definition)
    return tuple(defined.values())


def _check(cells: dict[str, str]) -> tuple[str, str, str]:
    """Raises ValueError."""
    if not cells.get("type"):
        raise ValueError("type is missing")
    return cells["type"], cells.get("contains", ""), one_of(cells, "role", ROLES)
