"""Times as texts."""

from __future__ import annotations

from email.utils import formatdate

from hypothesis import given
from hypothesis import strategies as st

from statements.clock import http_date_of


@given(st.integers(0, 2**33), st.integers(0, 999_999))
def test_an_http_date_is_what_the_standard_library_writes(seconds: int, rest: int) -> None:
    assert http_date_of(seconds * 1_000_000 + rest) == formatdate(seconds, usegmt=True)
