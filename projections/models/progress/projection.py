"""Enrolments and completions, by learner and course."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
from typing_extensions import override

from projections.models.progress.book import Book, Pair
from projections.models.progress.dossier import Dossier
from projections.work import Projection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.work import Happening, Histories, Terms, Work

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Dossier).decode


class Progress(Projection):
    """Rows of `enrolment` and `completion`, and the sums over them."""

    name = "progress"
    tables = ("enrolment", "completion", "progress_tally", "standing")

    @override
    def version(self, terms: Terms) -> str:
        return "3"

    @override
    def update(self, work: Work, happenings: Sequence[Happening]) -> None:
        by_pair: dict[Pair, list[Happening]] = defaultdict(list)
        for happening in happenings:
            if happening.course:
                by_pair[happening.learner, happening.course].append(happening)
        book = Book(work, list(by_pair))
        changed: dict[Pair, tuple[Dossier, bytes]] = {}
        forgotten: set[Pair] = set()
        for pair, several in by_pair.items():
            before = book.state(pair)
            dossier = _decode(before) if before else Dossier()
            for happening in several:
                if not dossier.note(happening):
                    forgotten.add(pair)
            state = _encode(dossier)
            if state != before:
                changed[pair] = dossier, state
        book.write(changed | _remembered(work, forgotten))

    @override
    def refold(self, work: Work, histories: Histories) -> None:
        book = Book(work, [(learner,) for learner in histories])
        dossiers = {pair: Dossier() for pair in book.pairs} | _dossiers(histories)
        book.write({pair: (dossier, _encode(dossier)) for pair, dossier in dossiers.items()})


def _remembered(work: Work, pairs: set[Pair]) -> dict[Pair, tuple[Dossier, bytes]]:
    """Dossiers made from the whole history, for what they alone did not remember enough."""
    if not pairs:
        return {}
    dossiers = _dossiers(work.recall({learner for learner, _ in pairs}))
    return {pair: (dossiers[pair], _encode(dossiers[pair])) for pair in pairs}


def _dossiers(histories: Histories) -> dict[Pair, Dossier]:
    found: dict[Pair, Dossier] = defaultdict(Dossier)
    for happenings in histories.values():
        for happening in happenings:
            if happening.course:
                found[happening.learner, happening.course].note(happening)
    return dict(found)
