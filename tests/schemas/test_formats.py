"""Strings with a form."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.definitions import FORMATS
from schemas.errors import InvalidValue
from schemas.formats import (
    is_duration,
    is_iri,
    is_language_tag,
    is_mbox,
    is_sha1,
    is_uuid,
    parse_timestamp,
)
from schemas.versions import Version

if TYPE_CHECKING:
    from collections.abc import Callable

V1, V2 = Version.V1, Version.V2


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_iri, "urn:x http://é/ü?a=b#c http://[::1]/ a:", "x //x 1a:b http://a#b#c"),
        (is_uuid, "12345678-1234-5678-1234-567812345678", "12345678 {12345678}"),
        (is_duration, "P4W PT1H0M0.1S P0D", "P4W1D PT 1H"),
        (is_language_tag, "fr zh-Hant-TW x-a i-klingon EN-gb-OED", "something en_US e"),
        (is_mbox, "mailto:a@b.c", "a@b.c mailto:a"),
        (is_sha1, "a" * 40 + " " + "A" * 40, "a" * 41),
    ],
)
def test_form_is_told_from_its_look_alikes(
    check: Callable[[str], bool], good: str, bad: str
) -> None:
    assert all(map(check, good.split()))
    assert not any(map(check, ["", *bad.split(), *(f"{text}\n" for text in good.split())]))


@pytest.mark.parametrize("name", FORMATS)
def test_pattern_is_anchored_and_portable(name: str) -> None:
    pattern = FORMATS[name]["pattern"]
    assert re.fullmatch(r"\^.*\$", pattern)
    assert not re.search(r"\(\?[=!<]|\\[dwsbpDWSBP]", pattern)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Nearly all of the years 1 to 9999, wherever one is.
MOMENTS = st.timedeltas(timedelta(-719_000), timedelta(2_900_000)).map(EPOCH.__add__)
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))


@given(MOMENTS, OFFSETS, st.sampled_from(Version))
def test_timestamp_is_its_instant_in_utc(
    moment: datetime, offset: timezone, version: Version
) -> None:
    local = moment.astimezone(offset)
    parsed = parse_timestamp(local.isoformat(), version)
    assert parsed == local
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "version", "instant"),
    [
        ("2026-01-31T12:00:00", V1, "2026-01-31T12:00:00+00:00"),
        ("2026-01-31T12:00Z", V1, "2026-01-31T12:00:00+00:00"),
        ("2026-01-31T12:00:00,5+01", V1, "2026-01-31T11:00:00.500000+00:00"),
        ("20260131T120000.25+0130", V1, "2026-01-31T10:30:00.250000+00:00"),
        ("2026-01-31t12:00:00.5z", V2, "2026-01-31T12:00:00.500000+00:00"),
        ("2026-01-31 12:00:00-05:00", V2, "2026-01-31T17:00:00+00:00"),
        ("2026-01-31T12:00:00.12345678901234567890Z", V2, "2026-01-31T12:00:00.123456+00:00"),
        ("2016-12-31T23:59:60Z", V2, "2017-01-01T00:00:00+00:00"),
        ("2016-12-31T18:59:60.5-05:00", V2, "2017-01-01T00:00:00.500000+00:00"),
        ("20161231T235960Z", V1, "2017-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00+01:00", V2, "0001-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59-01:00", V2, "9999-12-31T23:59:59.999999+00:00"),
        ("9999-12-31T23:59:60Z", V2, "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_odd_timestamps_are_understood(text: str, version: Version, instant: str) -> None:
    assert parse_timestamp(text, version).isoformat() == instant


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-02-29T00:00:00Z",
        "2016-12-30T23:59:60Z",
        "2016-12-31T23:58:60Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:00:00-00:00",
        "2026-01-31T12:00:00 00:00",
        "2026-W01-1T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "٢٠٢٦-01-31T12:00:00Z",
        "2026-01-31T12:00:00Z" + "0" * 5000,
    ],
)
def test_what_is_no_timestamp_is_refused(text: str, version: Version) -> None:
    with pytest.raises(InvalidValue, match="XAPI-00123") as caught:
        parse_timestamp(text, version)
    assert len(str(caught.value)) < 300
