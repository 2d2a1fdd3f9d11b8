"""Which version a request speaks (XAPI-00331)."""

from __future__ import annotations

import time

import pytest

from schemas.errors import InvalidValue
from schemas.versions import Version, negotiate


@pytest.mark.parametrize("header", ["1.0", "1.0.0", "1.0.1", "1.0.3", "1.0.9", "1.0.10"])
def test_every_patch_of_1_0_is_1_0_3(header: str) -> None:
    assert negotiate(header) is Version.V1


@pytest.mark.parametrize("header", ["2.0", "2.0.0", "2.0.1"])
def test_every_patch_of_2_0_is_2_0_0(header: str) -> None:
    assert negotiate(header) is Version.V2


@pytest.mark.parametrize(
    "header", [None, "", "0.9", "0.95", "1", "1.1", "1.1.0", "2", "2.1.0", "3.0", "1.0.", "1.0.x "]
)
def test_other_versions_are_refused_with_what_may_be_sent(header: str | None) -> None:
    with pytest.raises(InvalidValue, match=r"1\.0\.x.*2\.0\.x.*XAPI-00331") as caught:
        negotiate(header)
    assert caught.value.problems[0].path == "X-Experience-API-Version"


def test_a_version_of_any_length_is_refused_at_once() -> None:
    began = time.perf_counter()
    with pytest.raises(InvalidValue):
        negotiate("1.0." + "1" * 16_000 + "!")
    assert time.perf_counter() - began < 0.5


def test_version_is_what_the_response_header_says() -> None:
    assert [str(version) for version in Version] == ["1.0.3", "2.0.0"]
