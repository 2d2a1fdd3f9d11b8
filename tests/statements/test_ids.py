"""Ids that the store gives."""

from __future__ import annotations

import time
from unittest.mock import patch
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from statements.prepared import new_id

MOMENTS = st.integers(0, 2**48 - 1)  # milliseconds since 1970
CHANCES = st.binary(min_size=10, max_size=10)


@given(MOMENTS, CHANCES)
def test_a_new_id_is_what_the_library_makes_of_its_bits(moment: int, chance: bytes) -> None:
    with (
        patch("statements.prepared.time.time_ns", return_value=moment * 1_000_000),
        patch("statements.prepared.os.urandom", return_value=chance),
    ):
        made = new_id()
    number = moment << 80 | int.from_bytes(chance, "big")
    assert made == UUID(int=number, version=4).bytes


def test_a_new_id_begins_with_the_time_and_says_version_4() -> None:
    before = time.time_ns() // 1_000_000
    given_id = UUID(bytes=new_id())
    assert before <= given_id.int >> 80 <= time.time_ns() // 1_000_000
    assert given_id.version == 4
    assert given_id.variant == RFC_4122
