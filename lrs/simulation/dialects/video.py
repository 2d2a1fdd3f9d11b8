"""The xAPI Video Profile 1.0.3: what a player says while someone watches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lrs.simulation.paris import utc_text
from lrs.simulation.text import dumps, seconds, verb

if TYPE_CHECKING:
    from lrs.simulation.act import Act

EXTENSION = "https://w3id.org/xapi/video/extensions"
THRESHOLD = 0.9
"""The share of a video that must be seen for it to be complete."""

_CATEGORY = dumps({"objectType": "Activity", "id": "https://w3id.org/xapi/video"})
_VERBS = {
    name: dumps(verb(f"{base}/{name}", name, "en-US"))
    for base, names in (
        ("http://adlnet.gov/expapi/verbs", ("initialized", "completed", "terminated")),
        ("https://w3id.org/xapi/video/verbs", ("played", "paused", "seeked")),
    )
    for name in names
}


@dataclass(slots=True)
class Viewing:
    """One session of a player. Times are milliseconds from the start of the video.

    On the public platform (`mooc`) people have another account. `told` is how
    much of the video the player has said was watched.
    """

    session: str
    length: int
    object_json: str
    parent_json: str
    mooc: bool
    segments: list[tuple[int, int]] = field(default_factory=list)
    told: int = 0

    def watched(self) -> int:
        """The milliseconds of the video that were seen at least once."""
        seen, reached = 0, 0
        for start, end in sorted(self.segments):
            seen += max(0, end - max(start, reached))
            reached = max(reached, end)
        return seen

    def segments_text(self) -> str:
        """`0.000[.]12.000[,]14.000[.]21.000`, in the order played."""
        return "[,]".join(f"{start / 1000:.3f}[.]{end / 1000:.3f}" for start, end in self.segments)


def initialized(act: Act, viewing: Viewing) -> str:
    """The player is ready."""
    return _compose(
        act, "initialized", viewing, "", f'"{EXTENSION}/length":{_seconds(viewing.length)},'
    )


def played(act: Act, viewing: Viewing, time: int) -> str:
    """The video runs from `time` on."""
    return _compose(act, "played", viewing, _result(f'"{EXTENSION}/time":{_seconds(time)}'))


def seeked(act: Act, viewing: Viewing, start: int, end: int) -> str:
    """The learner jumped."""
    places = f'"{EXTENSION}/time-from":{_seconds(start)},"{EXTENSION}/time-to":{_seconds(end)}'
    return _compose(act, "seeked", viewing, _result(places))


def stopped(act: Act, name: str, viewing: Viewing, time: int) -> str:
    """`paused` or `terminated`: both sum up what was played in this session."""
    return _compose(act, name, viewing, _result(_progress(viewing, time)), _extent(viewing))


def completed(act: Act, viewing: Viewing, time: int, milliseconds: int) -> str:
    """Enough was seen, `milliseconds` after the player was ready."""
    outcome = f'"completion":true,"duration":"{seconds(milliseconds)}",'
    result = _result(_progress(viewing, time), outcome)
    return _compose(act, "completed", viewing, result, _extent(viewing))


def _result(extensions: str, outcome: str = "") -> str:
    return f'"result":{{{outcome}"extensions":{{{extensions}}}}},'


def _progress(viewing: Viewing, time: int) -> str:
    share = min(1.0, round(viewing.watched() / viewing.length, 3))
    return (
        f'"{EXTENSION}/time":{_seconds(time)},"{EXTENSION}/progress":{share:.12g},'
        f'"{EXTENSION}/played-segments":"{viewing.segments_text()}"'
    )


def _extent(viewing: Viewing) -> str:
    threshold = f'"{EXTENSION}/completion-threshold":{THRESHOLD},'
    return f'"{EXTENSION}/length":{_seconds(viewing.length)},{threshold}'


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.12g}"


def _compose(act: Act, name: str, viewing: Viewing, result: str, extensions: str = "") -> str:
    agent, at = act.who.account, utc_text(act.at)
    if viewing.mooc:
        agent, at = act.who.mooc, f"{at[:-1]}000+00:00"
    return (
        f'{{"id":"{act.id}","actor":{agent},"verb":{_VERBS[name]},'
        f'"object":{viewing.object_json},{result}"context":{{'
        f'"contextActivities":{{"category":[{_CATEGORY}],"parent":[{viewing.parent_json}]}},'
        f'"extensions":{{{extensions}"{EXTENSION}/session-id":"{viewing.session}"}}}},'
        f'"timestamp":"{at}"}}'
    )
