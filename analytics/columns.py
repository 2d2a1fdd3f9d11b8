"""The columns of the lake's table of statements, and how a statement fills them."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import compute as pc

from analytics.durations import seconds_of
from schemas.errors import SchemaError
from schemas.formats import parse_timestamp
from schemas.versions import Version
from statements.clock import EPOCH, microseconds_of
from statements.flags import Flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analytics.classification import Classified
    from analytics.told import Told
    from statements.reader import Entry

Row = tuple[Any, ...]

VERSION = 2
"""Of the columns below and of what stands in them; another one, and the lake is written anew."""

_INSTANT = pa.timestamp("us", tz="UTC")
_TEXT = pa.string()
_LIST = pa.list_(_TEXT)
SCHEMA = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("id", _TEXT, nullable=False),
        pa.field("stored", _INSTANT, nullable=False),
        pa.field("timestamp", _INSTANT, nullable=False),
        pa.field("actor", _TEXT),  # pseudonym or identifier; null for an anonymous group
        pa.field("actor_kind", _TEXT, nullable=False),  # agent, group, anonymous group
        pa.field("actor_name", _TEXT),  # null unless names are exported
        pa.field("verb", _TEXT, nullable=False),
        pa.field("event", _TEXT, nullable=False),
        pa.field("object", _TEXT),  # an activity's IRI, a statement's id, a person
        pa.field("object_kind", _TEXT, nullable=False),  # Activity, Agent, Group, ...
        pa.field("object_type", _TEXT),
        pa.field("object_name", _TEXT),  # in French, else in English, else in any language
        pa.field("course", _TEXT),
        pa.field("module", _TEXT),
        pa.field("registration", _TEXT),
        pa.field("score_raw", pa.float64()),
        pa.field("score_min", pa.float64()),
        pa.field("score_max", pa.float64()),
        pa.field("score_scaled", pa.float64()),
        pa.field("percent", pa.float64()),
        pa.field("success", pa.bool_()),
        pa.field("completion", pa.bool_()),
        pa.field("duration_seconds", pa.float64()),
        pa.field("played_segments", _TEXT),  # of a video: `0[.]12.5[,]40[.]60`, seconds
        pa.field("media_seconds", pa.float64()),
        pa.field("platform", _TEXT),
        pa.field("language", _TEXT),
        pa.field("parent", _LIST, nullable=False),
        pa.field("grouping", _LIST, nullable=False),
        pa.field("category", _LIST, nullable=False),
        pa.field("other", _LIST, nullable=False),
        pa.field("authority", _TEXT),
        pa.field("xapi_version", _TEXT, nullable=False),
        pa.field("statement", _TEXT, nullable=False),  # the whole of it, JSON
    ]
)
UNIQUE = ("position", "id", "stored", "statement")
"""Columns with another value in nearly every row: a dictionary of values would be for nothing."""

_TIMESTAMP = SCHEMA.get_field_index("timestamp")
_SHORT = [field for field in SCHEMA if field.name != "statement"]

_EARLIEST = microseconds_of(datetime.min.replace(tzinfo=UTC))
_LATEST = microseconds_of(datetime.max.replace(tzinfo=UTC))
_VERSION_2 = int(Flag.VERSION_2)  # an enumeration takes half a microsecond to compare


def fill(entry: Entry, told: Told, classified: Classified) -> Row:
    """The row of a statement, in the order of the schema.

    Args:
        entry: the line of the log.
        told: the statement as the lake may show it.
        classified: what it means.

    """
    about, result, context = told.about, told.result, told.context
    duration = result.duration
    return (
        entry.position,
        told.id,
        entry.stored,
        told.timestamp,
        told.actor.key,
        told.actor.kind,
        told.actor_name,
        told.verb,
        classified.event,
        about.id,
        about.kind,
        about.type,
        about.name,
        classified.course,
        classified.module,
        context.registration,
        result.raw,
        result.min,
        result.max,
        result.scaled,
        classified.percent,
        result.success,
        result.completion,
        None if duration is None else seconds_of(duration),
        result.played_segments,
        context.media_seconds,
        context.platform,
        context.language,
        *context.activities,
        None if told.authority is None else told.authority.key,
        "2.0.0" if entry.flags & _VERSION_2 else "1.0.3",
        told.text,
    )


def batch_of(rows: Iterable[Row]) -> pa.RecordBatch:
    """Rows as Arrow columns."""
    columns: list[Any] = list(zip(*rows, strict=True))
    columns[_TIMESTAMP] = _instants(columns[_TIMESTAMP])
    arrays = [pa.array(values, field.type) for values, field in zip(columns, _SHORT, strict=False)]
    return pa.record_batch([*arrays, _texts(columns[-1])], schema=SCHEMA)


def _instants(texts: Sequence[str]) -> pa.Array | list[int]:
    """Timestamps as they were sent; Arrow reads what everybody writes, and nothing else."""
    try:
        return pc.cast(pa.array(texts, _TEXT), _INSTANT)
    except pa.ArrowInvalid:
        return [instant_of(text) for text in texts]


def _texts(texts: Sequence[bytes]) -> pa.Array:
    """JSON as an Arrow column, without looking at each text: that it is UTF-8 is known."""
    ends = array("i", accumulate(map(len, texts), initial=0))
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(_TEXT, len(texts), buffers)


def instant_of(text: str) -> int:
    """Microseconds since 1970 of a statement's timestamp, whichever version it was sent as."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return _microseconds(moment)
    except ValueError:
        pass
    try:
        return microseconds_of(parse_timestamp(text, Version.V1))
    except SchemaError:
        return microseconds_of(parse_timestamp(text, Version.V2))


def _microseconds(moment: datetime) -> int:
    since = moment - EPOCH
    exactly = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return min(max(exactly, _EARLIEST), _LATEST)
