"""Time that content measured itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.translation.event import Measure
from projections.translation.instants import duration, microseconds
from projections.translation.statement import number_in, text_in, without_nul

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projections.translation.places import Scene
    from projections.translation.statement import Result, Statement


def measure(policy: str, statement: Statement, result: Result, scene: Scene) -> Measure | None:
    """Return what a statement measured, None if it does not say.

    An attempt at a quiz is named by its own IRI, a session face to face by the activity's and the
    time, so that two sessions of one activity are two.
    """
    if policy == "video":
        return _video(statement, result, scene)
    if policy in {"join", "leave"}:
        return Measure("meeting", scene.place.unit, signal=policy)
    length = duration(result.duration)
    item = scene.object if policy == "quiz" else f"{scene.place.unit} {statement.timestamp}"
    return Measure(policy, item, length) if length else None


def _video(statement: Statement, result: Result, scene: Scene) -> Measure | None:
    """What was watched in a session of a player (xAPI Video Profile 1.0.3)."""
    context, told = statement.context, result.extensions
    if told is None:
        return None
    length, item = 0, ""
    if context is not None:
        item = context.registration
        if context.extensions is not None:
            length = microseconds(number_in(context.extensions.length) or 0.0)
            item = without_nul(text_in(context.extensions.player_session)) or item
    segments = tuple(_segments(text_in(told.played_segments), length))
    item = item or scene.place.unit
    return Measure("video", item, segments=segments, length=length) if segments else None


def _segments(text: str, length: int) -> Iterator[tuple[int, int]]:
    """Pieces such as `0.000[.]12.000[,]14.000[.]21.000`, none beyond the end of the video.

    One without an end is being played: it is told when it has one.
    """
    for piece in text.split("[,]"):
        start_text, _, end_text = piece.partition("[.]")
        start, end = _moment(start_text), _moment(end_text)
        if start is not None and end is not None:
            end = min(end, length) if length else end
            if start < end:
                yield start, end


def _moment(text: str) -> int | None:
    """Seconds into a video as microseconds."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return 0 if seconds == 0 else microseconds(seconds) or None
