"""Rows of the vocabulary: what a source's words mean, and how far they are to be believed."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace
from typing import TYPE_CHECKING, Final

from projections.translation.dialects import DIALECTS
from projections.translation.event import Kind
from projections.translation.tables import one_of, read_table, shipped

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS: Final = (
    *("dialect", "verb", "type", "event", "category", "kind", "undone"),
    *("own", "score", "measure", "how", "completes", "details"),
)
KINDS: Final = tuple(kind.name.lower() for kind in Kind)
OWN: Final = ("", "alone", "no", "for")
SCORES: Final = ("", "raw", "scaled")
MEASURES: Final = ("", "quiz", "video", "join", "leave", "face_to_face")
HOW: Final = ("", "told", "manual", "self", "import")
COMPLETES: Final = ("", "yes", "result")
DETAILS: Final = ("passed", "registration", "move_on", "reason", "progress")


@dataclass(frozen=True, slots=True)
class Row:
    """What statements with these marks mean. A mark that is empty is not looked at.

    Attributes:
        dialect: of the statement, one of `DIALECTS`.
        verb: IRI.
        type: of the statement's object, IRI.
        event: name of the event at the source that the statement reports.
        category: IRI of an activity among the context's categories.
        kind: what happened.
        undone: what happened if `result.completion` is false; for `completed`, just activity.
        own: empty, the learner's own doing; `alone`, if no one else is `context.instructor`; `no`;
            `for`, no, and it is about the Agent in the extension `for` rather than the actor.
        score: empty, no mark in the course; `raw`, percent from raw, min and max; `scaled`, also
            from a `scaled` of 0 to 1 where those are missing.
        measure: time that is measured: `quiz`, `video`, `join`, `leave` or `face_to_face`.
        how: of an enrolment: `manual`, `self`, `import`, or `told` by an extension.
        completes: whether attendance completes the unit: `yes`, or unless the `result` says no.
        details: other things said: `passed` (from `result.success`, where a pass mark is known to
            exist), `registration`, `move_on`, `reason`, `progress`.
        of_site: whether the site added it.
        says_more: whether the statement's result or extensions have to be looked at, which follows
            from the others.

    """

    dialect: str
    verb: str
    type: str
    event: str
    category: str
    kind: Kind
    undone: Kind
    own: str = ""
    score: str = ""
    measure: str = ""
    how: str = ""
    completes: str = ""
    details: frozenset[str] = frozenset()
    of_site: bool = False
    says_more: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        told = self.score or self.measure or self.how or self.completes or self.details
        # The result may say that what is done was not done.
        object.__setattr__(self, "says_more", bool(told) or self.undone != self.kind)

    @property
    def marks(self) -> tuple[str, ...]:
        """What a statement is known by; no two rows of one table share them."""
        return (self.dialect, self.verb, self.type, self.event, self.category)

    @property
    def weight(self) -> tuple[bool, ...]:
        """How specific the row is: of those that match, the heaviest wins.

        The event of the source counts most, then the type of the object, then the category. Among
        equals the site's row wins, then one that names the dialect, then one that names the verb.
        """
        marks = (self.event, self.type, self.category, self.of_site, self.dialect, self.verb)
        return tuple(map(bool, marks))

    def matches(self, dialect: str, type_: str, event: str, categories: frozenset[str]) -> bool:
        """Tell whether a statement with the row's verb has its other marks, too."""
        return (
            self.dialect in {"", dialect}
            and self.type in {"", type_}
            and self.event in {"", event}
            and (not self.category or self.category in categories)
        )

    def as_activity(self) -> Row:
        """The same without saying anything of progress: the measured time stays true."""
        none: frozenset[str] = frozenset()
        kind = Kind.ACTIVITY
        return replace(self, kind=kind, undone=kind, score="", how="", completes="", details=none)


def load_rows(site: str = "") -> tuple[Row, ...]:
    """Return the shipped rows and those of the site, CSV text with the same columns.

    A row of the site takes the place of a shipped one with the same marks. Raises BadTable.
    """
    text = shipped("vocabulary.csv")
    rows = {row.marks: row for row in read_table("vocabulary.csv", text, COLUMNS, _check)}
    for row in read_table("the site's vocabulary", site, COLUMNS, _check):
        rows[row.marks] = replace(row, of_site=True)
    return tuple(rows.values())


def text_of(rows: Iterable[Row]) -> str:
    """Return rows as text that is equal if they are."""
    lines = [
        repr((*astuple(replace(row, details=frozenset())), sorted(row.details))) for row in rows
    ]
    return "\n".join(lines)


def _check(cells: dict[str, str]) -> Row:
    """Raises ValueError."""
    if None in cells:
        raise ValueError("there are more cells than columns")
    marks = [cells.get(column, "") for column in ("dialect", "verb", "type", "event", "category")]
    if not any(marks):
        raise ValueError("it names no dialect, verb, type, event or category")
    one_of(cells, "dialect", ("", *DIALECTS))
    kind = Kind[one_of(cells, "kind", KINDS).upper()]
    undone = one_of(cells, "undone", ("", *KINDS)) or _if_undone(kind)
    details = frozenset(cells.get("details", "").split())
    if details - set(DETAILS):
        raise ValueError(f"details has {min(details - set(DETAILS))!r}; there are {list(DETAILS)}")
    dialect, verb, type_, event, category = marks
    return Row(
        dialect,
        verb,
        type_,
        event,
        category,
        kind=kind,
        undone=Kind[undone.upper()],
        own=one_of(cells, "own", OWN),
        score=one_of(cells, "score", SCORES),
        measure=one_of(cells, "measure", MEASURES),
        how=one_of(cells, "how", HOW),
        completes=one_of(cells, "completes", COMPLETES),
        details=details,
    )


def _if_undone(kind: Kind) -> str:
    return ("activity" if kind == Kind.COMPLETED else kind.name).lower()
