"""Who may have which badge, why, and who has it."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from typing_extensions import override

from projections.calendar import DAY
from projections.reference.badges import (
    BadgesHeld,
    CoursesCompleted,
    Group,
    ScoreAtLeast,
    TimeAtLeast,
)
from projections.reference.eligibility import (
    Completed,
    Eligibility,
    Facts,
    Scores,
    Span,
    concerns,
    evaluate,
)
from projections.tables import REMOVED
from projections.translation.event import Kind
from projections.work import COMPLETED_BY, Projection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from projections.reference.badges import Badge, Criterion
    from projections.work import Happening, Histories, Terms, Work
    from statements.connection import Row


_json = msgspec.json.Encoder(order="sorted").encode
_positions = msgspec.json.Decoder(dict[str, int]).decode

Moment = tuple[int, int]  # when, position
Interest = tuple[str, str]
"""A fact that a badge asks for (`completed`, `score`, `time`, `measured`, `badge`), and of which
course or badge; empty: of the whole platform, or of any."""
Index = dict[Interest, set[str]]
"""Badges by what they ask for."""


class Awards(NamedTuple):
    """The last award and the last revocation of a badge."""

    awarded: Moment | None = None
    revoked: Moment | None = None

    def after(self, happening: Happening) -> Awards:
        """With one more event taken into account."""
        moment = (happening.at, happening.position)
        if happening.kind == Kind.BADGE_AWARDED:
            return self._replace(awarded=max(self.awarded or moment, moment))
        return self._replace(revoked=max(self.revoked or moment, moment))

    @property
    def held(self) -> bool:
        """Whether the badge is held; revoked at the very instant it is not."""
        return self.awarded is not None and (
            self.revoked is None or self.awarded[0] > self.revoked[0]
        )


def interests(criterion: Criterion) -> Iterator[Interest]:
    """What facts a criterion asks for."""
    match criterion:
        case Group():
            for part in criterion.parts:
                yield from interests(part)
        case CoursesCompleted():
            yield from (("completed", course) for course in criterion.courses or ("",))
        case ScoreAtLeast():
            yield "score", criterion.course
        case TimeAtLeast():
            yield "measured" if criterion.measured else "time", criterion.course
        case BadgesHeld():
            yield from (("badge", badge) for badge in criterion.badges)


class Badges(Projection):
    """Rows of `badge_standing`."""

    name = "badges"
    needs = ("progress", "connections", "measures")
    tables = ("badge_standing",)

    @override
    def version(self, terms: Terms) -> str:
        tagged = sorted((tag, sorted(courses)) for tag, courses in _tagged(terms).items())
        meaning = repr((sorted(terms.badges.items()), tagged or ()))
        return "2 " + blake2b(meaning.encode(), digest_size=8).hexdigest()

    @override
    def update(self, work: Work, happenings: Sequence[Happening]) -> None:
        told: dict[int, list[Happening]] = defaultdict(list)
        for happening in happenings:
            if happening.kind in {Kind.BADGE_AWARDED, Kind.BADGE_REVOKED}:
                told[happening.learner].append(happening)
        index = _index(tuple(work.terms.badges.values()))
        wanted = _concerned(work, index)
        for learner, several in told.items():
            named = {work.iri_of(happening.unit) for happening in several}
            wanted[learner] |= named | _asking(index, {("badge", b) for b in named})
        _Standings(work, list(wanted)).write(wanted, told, whole=False)

    @override
    def refold(self, work: Work, histories: Histories) -> None:
        told = {
            learner: [h for h in several if h.kind in {Kind.BADGE_AWARDED, Kind.BADGE_REVOKED}]
            for learner, several in histories.items()
        }
        wanted = {learner: set(work.terms.badges) for learner in histories}
        _Standings(work, list(histories)).write(wanted, told, whole=True)


def _tagged(terms: Terms) -> dict[str, frozenset[str]]:
    """Courses by tag, if any badge asks for a tag."""
    asked = any(_uses_tags(badge.criterion) for badge in terms.badges.values())
    return terms.catalogue.tagged() if asked else {}


def _uses_tags(criterion: Criterion) -> bool:
    if isinstance(criterion, Group):
        return any(map(_uses_tags, criterion.parts))
    return isinstance(criterion, CoursesCompleted) and bool(criterion.tag)


def _concerned(work: Work, index: Index) -> dict[int, set[str]]:
    """Badges that ask for what has changed in this transaction, by learner."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for fact, pairs in work.changed.items():
        for learner, course in pairs:
            interest = {(fact, work.iri_of(course))} | ({(fact, "")} if course else set())
            if found := _asking(index, interest):
                wanted[learner] |= found
    return wanted


def _asking(index: Index, asked: set[Interest]) -> set[str]:
    """Badges that ask for one of these facts."""
    return {badge for interest in asked for badge in index.get(interest, ())}


@lru_cache(maxsize=4)
def _index(badges: tuple[Badge, ...]) -> Index:
    found: dict[Interest, set[str]] = defaultdict(set)
    for badge in badges:
        for interest in interests(badge.criterion):
            found[interest].add(badge.id)
    return found


class _Standings:
    """The rows of some learners, and the facts that they rest on."""

    def __init__(self, work: Work, learners: Sequence[int]) -> None:
        self._work = work
        keys = [(learner,) for learner in learners]
        self._stored: dict[int, dict[str, Row]] = defaultdict(dict)
        for row in work.connection.fetch(work.tables["badge_standing"], keys):
            self._stored[row[0]][row[1]] = row

    def write(
        self,
        wanted: Mapping[int, Iterable[str]],
        told: Mapping[int, Sequence[Happening]],
        *,
        whole: bool,
    ) -> None:
        """Replace the rows of these badges, and of those that are told of.

        With `whole` all that was ever told of awards is given, else what is new.
        """
        facts = _Facts(self._work, list(wanted))
        rows: list[Row] = []
        for learner, badges in wanted.items():
            stored = self._stored[learner]
            awards = {} if whole else {badge: _awards_of(row) for badge, row in stored.items()}
            for happening in told.get(learner, ()):
                badge = self._work.iri_of(happening.unit)
                awards[badge] = awards.get(badge, Awards()).after(happening)
            held = {badge: each.awarded[0] for badge, each in awards.items() if each.held}  # type: ignore[index]  # held
            known = facts.of(learner, held)
            for badge in sorted({*badges, *awards} | (stored.keys() if whole else set())):
                row = self._row(learner, badge, awards.get(badge, Awards()), known)
                if row is not None and row != stored.get(badge):
                    rows.append(row)
        self._work.connection.replace(self._work.tables["badge_standing"], rows)

    def _row(self, learner: int, badge: str, awards: Awards, facts: Facts) -> Row | None:
        old = self._stored[learner].get(badge)
        definition = self._work.terms.badges.get(badge)
        eligibility = Eligibility(None, ())
        if definition is not None and concerns(definition.criterion, facts):
            eligibility = evaluate(definition, facts)
        status = _status(awards, eligibility)
        if status == REMOVED and old is None:
            return None
        awarded, revoked = (each and each[0] for each in awards)
        days = definition.valid_days if definition else None
        evidence = {name: m[1] for name, m in zip(Awards._fields, awards, strict=True) if m}
        row = (
            learner, badge, status, eligibility.eligible_since, awarded, revoked,
            awarded + days * DAY if awarded is not None and days else None,
            _json(eligibility.criteria).decode(), _json(evidence).decode(),
        )  # fmt: skip
        return old if old is not None and old[:-1] == row else (*row, self._work.change)


def _awards_of(row: Row) -> Awards:
    """Awards as a row remembers them."""
    positions = _positions(row[8])
    awarded, revoked = row[4], row[5]
    return Awards(
        None if awarded is None else (awarded, positions["awarded"]),
        None if revoked is None else (revoked, positions["revoked"]),
    )


def _status(awards: Awards, eligibility: Eligibility) -> str:
    if awards.held:
        return "awarded"
    if awards.revoked is not None:
        return "revoked"
    if eligibility.eligible_since is not None:
        return "eligible"
    begun = any(each.reached or each.met for each in eligibility.criteria)
    return "in progress" if begun else REMOVED


class _Facts:
    """What is known of some learners, as far as any badge asks for it."""

    def __init__(self, work: Work, learners: Sequence[int]) -> None:
        self._work = work
        asked = {fact for fact, _ in _index(tuple(work.terms.badges.values()))}
        self._completions = self._rows("completion", learners)
        self._connections = self._rows("connection", learners if "time" in asked else ())
        self._measured = self._rows("measured", learners if "measured" in asked else ())
        self._tagged = _tagged(work.terms)

    def _rows(self, table: str, learners: Sequence[int]) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        keys = [(learner,) for learner in learners]
        for row in self._work.connection.fetch(self._work.tables[table], keys):
            found[row[0]].append(row)
        return found

    def of(self, learner: int, held: Mapping[str, int]) -> Facts:
        """What is known of one of them, with the badges that they hold."""
        rows = [row for row in self._completions[learner] if row[2] != REMOVED]
        iri = self._work.iri_of
        return Facts(
            completed={
                iri(row[1]): Completed(row[5], _why(row[10])) for row in rows if row[5] is not None
            },
            scores={iri(row[1]): Scores(*row[6:10]) for row in rows if row[6] is not None},
            connections=_spans(
                (iri(row[1]), row[3], row[3] - row[2]) for row in self._connections[learner]
            ),
            measured=_spans(
                (course, row[4], row[5])
                for row in self._measured[learner]
                for course in {iri(row[3]), ""}
            ),
            badges=held,
            tagged=self._tagged,
        )


def _why(evidence: str) -> dict[str, int]:
    """Of all the evidence, what says that the course was completed."""
    return {name: at for name, at in _positions(evidence).items() if name in COMPLETED_BY}


def _spans(found: Iterable[tuple[str, int, int]]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = defaultdict(list)
    for course, end, microseconds in found:
        spans[course].append(Span(end, microseconds))
    return spans
