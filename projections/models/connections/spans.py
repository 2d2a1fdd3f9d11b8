"""Connections as spans of time: the rule, and how one more event changes them.

A connection is a run of one learner's own events with no gap over 30 minutes (a setting). A login
starts one, a logout ends one; at the same instant a login comes before everything and a logout
after. `fold` is the rule; `Spans.add` changes a few spans so that they are what `fold` would make.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LOGIN, ACT, LOGOUT = 0, 1, 2
BEGUN_BY_LOGIN, ENDED_BY_LOGOUT = 1, 2


class Span(NamedTuple):
    """A connection. Times in microseconds since 1970."""

    begun: int
    ended: int
    edges: int  # BEGUN_BY_LOGIN, ENDED_BY_LOGOUT


def fold(points: Iterable[tuple[int, int]], gap: int) -> list[Span]:
    """Connections of events, given as time and LOGIN, ACT or LOGOUT in any order."""
    spans: list[Span] = []
    for at, what in sorted(set(points)):
        last = spans[-1] if spans else None
        if last is None or what == LOGIN or last.edges & ENDED_BY_LOGOUT or at - last.ended > gap:
            spans.append(Span(at, at, BEGUN_BY_LOGIN if what == LOGIN else 0))
        else:
            spans[-1] = last._replace(ended=at)
        if what == LOGOUT:
            spans[-1] = spans[-1]._replace(edges=spans[-1].edges | ENDED_BY_LOGOUT)
    return spans


class Spans:
    """Some neighbouring connections of one learner, about to change.

    Args:
        spans: as they are, in order, without a hole where something is going to be added.
        gap: microseconds.
        before: the time of the learner's last event before an instant.
        after: the time of the first event after an instant.

    """

    def __init__(
        self,
        spans: list[Span],
        gap: int,
        before: Callable[[int], int],
        after: Callable[[int], int],
    ) -> None:
        self.spans = spans
        self._gap = gap
        self._before = before
        self._after = after

    def add(self, at: int, what: int) -> None:
        """One more event, perhaps one that was there before."""
        index = bisect_right(self.spans, at, key=lambda span: span.begun) - 1
        inside = self.spans[index] if index >= 0 and self.spans[index].ended >= at else None
        if inside is None:
            self._add_outside(index, at, what)
        elif what == LOGIN:
            self._split_at_login(index, inside, at)
        elif what == LOGOUT:
            self._split_at_logout(index, inside, at)

    def _split_at_login(self, index: int, span: Span, at: int) -> None:
        right = Span(at, span.ended, span.edges | BEGUN_BY_LOGIN)
        if span.begun == at:
            self.spans[index] = right
        else:
            left = Span(span.begun, self._before(at), span.edges & BEGUN_BY_LOGIN)
            self.spans[index : index + 1] = [left, right]

    def _split_at_logout(self, index: int, span: Span, at: int) -> None:
        left = Span(span.begun, at, span.edges | ENDED_BY_LOGOUT)
        if span.ended == at:
            self.spans[index] = left
        else:
            right = Span(self._after(at), span.ended, span.edges & ENDED_BY_LOGOUT)
            self.spans[index : index + 1] = [left, right]

    def _add_outside(self, index: int, at: int, what: int) -> None:
        """An event in no connection: it makes one, which joins its neighbours if it may."""
        begun, ended, first, last = at, at, index + 1, index + 1
        edges = {LOGIN: BEGUN_BY_LOGIN, LOGOUT: ENDED_BY_LOGOUT}.get(what, 0)
        if what != LOGIN and index >= 0 and self._reaches(self.spans[index], at):
            begun, edges, first = self.spans[index].begun, edges | self.spans[index].edges, index
        following = self.spans[last] if last < len(self.spans) else None
        if what != LOGOUT and following and self._is_reached(following, at):
            ended, edges, last = following.ended, edges | following.edges, last + 1
        self.spans[first:last] = [Span(begun, ended, edges)]

    def _reaches(self, span: Span, at: int) -> bool:
        return at - span.ended <= self._gap and not span.edges & ENDED_BY_LOGOUT

    def _is_reached(self, span: Span, at: int) -> bool:
        return span.begun - at <= self._gap and not span.edges & BEGUN_BY_LOGIN
