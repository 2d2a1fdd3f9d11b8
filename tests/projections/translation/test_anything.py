"""Nothing that a valid statement may contain stops the translation."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from projections.translation.event import Event, Kind, Meaning
from projections.translation.statement import (
    ContextExtensions,
    ResultExtensions,
    places_in,
    read_statement,
)
from projections.translation.vocabulary import shipped_vocabulary
from schemas.errors import InvalidStatement
from schemas.validation import validate_statement
from schemas.versions import Version
from tests.projections.translation.corpus import CORPUS, Told

if TYPE_CHECKING:
    from tests.projections.translation.statements import Json

_NAMES = st.text("ab:", max_size=2)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "0[.]5", "0[.]nan[,][.]", "PT1S", "self", "é\u0000", "-1e999"]),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(_NAMES, values, max_size=2),
    max_leaves=6,
)  # fmt: skip
_CONTEXT = st.sampled_from(
    [field.encode_name for field in msgspec.structs.fields(ContextExtensions)]
)
_RESULT = st.sampled_from([field.encode_name for field in msgspec.structs.fields(ResultExtensions)])
_NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_MEMBERS = st.sampled_from(
    [
        ("context", "instructor"), ("context", "contextActivities"), ("context", "registration"),
        ("context", "extensions"), ("context",), ("result",), ("result", "score"), ("timestamp",),
        ("object", "definition"), ("object", "objectType"), ("actor", "objectType"),
    ]
)  # fmt: skip


def _without(told: Json, path: tuple[str, ...]) -> None:
    *above, last = path
    for name in above:
        told = told.get(name, {})
    told.pop(last, None)


@st.composite
def _statements(draw: st.DrawFn) -> Json:
    """A statement of some dialect, members missing and strange values in its extensions."""
    told: Json = copy.deepcopy(draw(st.sampled_from(CORPUS)).statement)
    context: Json = told.setdefault("context", {})
    result: Json = told.setdefault("result", {})
    for holder, names in ((context, _CONTEXT), (result, _RESULT)):
        strange = draw(st.dictionaries(names, _VALUES, max_size=4))
        holder["extensions"] = {**holder.get("extensions", {}), **strange}
    result["duration"] = draw(
        st.sampled_from(["PT1S", "P1Y2M", "P1W", "PT0.5S", f"PT{'9' * 400}S"])
    )
    if draw(st.booleans()):
        result["score"] = draw(
            st.dictionaries(st.sampled_from(["raw", "min", "max", "scaled"]), _NUMBERS)
        )
    for path in draw(st.lists(_MEMBERS, max_size=4)):
        _without(told, path)
    assume(_is_valid(told))
    return told


def _is_valid(told: Json) -> bool:
    try:
        validate_statement(told, Version.V1)
    except InvalidStatement:
        return False
    return True


def _check(event: Event, told: Json) -> None:
    assert isinstance(event.kind, Kind)
    assert event.learner
    percent, progress = event.details.percent, event.details.progress
    assert percent is None or 0 <= percent <= 100
    assert progress is None or 0 <= progress <= 1
    measure = event.details.measure
    if measure:
        assert 0 <= measure.microseconds < 2**63
        assert all(0 <= start < end < 2**63 for start, end in measure.segments)
        assert measure.item, told
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(event.details), type=type(event.details))
    assert again == event.details


def _meaning(payload: bytes) -> Meaning | None:
    statement = read_statement(payload)
    return shipped_vocabulary().meaning(statement, places_in(statement))


@settings(max_examples=400)
@given(_statements(), st.integers(0, 2**53))
def test_no_statement_stops_it(told: Json, stored: int) -> None:
    payload = json.dumps(told).encode()
    translation = shipped_vocabulary().translate(payload, stored)
    meaning = _meaning(payload)
    assert meaning is not None
    for event in translation.events:
        _check(event, told)
        assert meaning == (event.kind, event.place, event.details)


@pytest.mark.parametrize("told", CORPUS)
def test_the_corpus_is_of_valid_statements(told: Told) -> None:
    validate_statement(told.statement, Version.V1)
