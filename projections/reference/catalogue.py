"""The catalogue: courses, their modules, and which activity belongs to which of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Json = dict[str, Any]


class Module(NamedTuple):
    """A part of a course; `pass_mark` is a percentage, `move_on` a word of cmi5 or empty."""

    id: str
    title: str = ""
    kind: str = ""
    required: bool = True
    minutes: float = 0
    pass_mark: float | None = None
    move_on: str = ""
    activities: tuple[str, ...] = ()
    """Other activities whose statements are the module's, such as the video on a page."""


class Course(NamedTuple):
    """A course; `opening` is `free`, `enrolment` or empty where nobody said."""

    iri: str
    title: str = ""
    tags: tuple[str, ...] = ()
    opening: str = ""
    minutes: float = 0
    modules: tuple[Module, ...] = ()


class Catalogue(dict[str, Course]):
    """Courses by IRI, which also knows whose each activity is. Not to be changed once made."""

    def __init__(self, courses: Iterable[Course] = ()) -> None:
        super().__init__((course.iri, course) for course in courses)
        self._modules: dict[str, Module] = {}
        self._courses: dict[str, str] = {}
        for course in self.values():
            for activity, module in activities_of(course):
                self._courses[activity] = course.iri
                if module is not None:
                    self._modules[activity] = module

    def course(self, iri: str) -> Course | None:
        """The course with that IRI."""
        return self.get(iri)

    def course_of(self, activity: str) -> str:
        """IRI of the course that an activity belongs to, or is; empty if none is known."""
        return self._courses.get(activity, "")

    def module_of(self, activity: str) -> Module | None:
        """The module that an activity belongs to, or is."""
        return self._modules.get(activity)

    def tagged(self) -> dict[str, frozenset[str]]:
        """IRIs of courses by tag."""
        found: dict[str, set[str]] = defaultdict(set)
        for course in self.values():
            for tag in course.tags:
                found[tag].add(course.iri)
        return {tag: frozenset(iris) for tag, iris in found.items()}


def activities_of(course: Course) -> Iterator[tuple[str, Module | None]]:
    """Every activity of a course with its module; None for the course itself.

    A course that is its own only module, such as a game, comes twice, the module last.
    """
    yield course.iri, None
    for module in course.modules:
        for activity in dict.fromkeys((module.id, *module.activities)):
            yield activity, module


def make_course(document: Json) -> Course:
    """The course that a valid document describes."""
    return Course(
        iri=document["id"],
        title=document.get("title", ""),
        tags=tuple(document.get("tags", ())),
        opening=document.get("opening", ""),
        minutes=document.get("minutes", 0),
        modules=tuple(map(_make_module, document.get("modules", ()))),
    )


def _make_module(document: Json) -> Module:
    known = {name: document[name] for name in Module._fields if name in document}
    return Module(**known | {"activities": tuple(document.get("activities", ()))})


def broken_catalogue_rules(
    documents: Mapping[str, Json], places: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Where and how courses contradict each other.

    An activity belongs to one course, and there to one module.

    Args:
        documents: all courses by IRI, valid each for itself.
        places: the JSON path of those that are being brought in, which get the blame.

    """
    claimed: dict[str, tuple[str, str]] = {}  # activity: course and module, or empty
    for iri in sorted(documents, key=places.__contains__):
        place = places.get(iri, "$")
        for path, activity, module in _claims(documents[iri], place):
            owner = claimed.setdefault(activity, (iri, module))
            if owner[0] != iri:
                yield path, f"{quoted(activity)} belongs to the course {quoted(owner[0])} already"
            elif module and owner[1] not in {"", module}:
                yield path, f"{quoted(activity)} belongs to the module {quoted(owner[1])} already"
            elif module:
                claimed[activity] = (iri, module)


def _claims(document: Json, place: str) -> Iterator[tuple[str, str, str]]:
    yield f"{place}.id", document["id"], ""
    seen: set[str] = set()
    for number, module in enumerate(document.get("modules", ())):
        path = f"{place}.modules[{number}]"
        # A second module of the same id is another one: it must not share what the first one has.
        name = f"{module['id']} (again)" if module["id"] in seen else module["id"]
        seen.add(name)
        yield f"{path}.id", module["id"], name
        for at, activity in enumerate(module.get("activities", ())):
            yield f"{path}.activities[{at}]", activity, name
