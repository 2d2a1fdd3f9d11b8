"""Any JSON, and much that is none, as a statement, a document and a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.documentation.description import BASE
from tests.hostile.firing import fire
from tests.hostile.neighbour import bugs_in_log
from tests.hostile.requests import JSON, Requests
from tests.hostile.shots import Shot, encode, escape
from tests.hostile.statements import odd_body
from tests.hostile.values import odd_value
from tests.schemas.strategies import WRITTEN_VALUES

if TYPE_CHECKING:
    from tests.plugins.server import LrsServer

AGENT = '{"mbox": "mailto:anna@example.com"}'
QUICKLY = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TEXTS = st.one_of(
    WRITTEN_VALUES.map(str.encode),
    st.randoms(use_true_random=False).map(odd_value),
    st.randoms(use_true_random=False).map(odd_body),
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
)
"""JSON texts, texts that are nearly JSON, and other bytes."""
PLACES = st.sampled_from(
    [
        ("POST", "/statements"),
        ("POST", f"/activities/state?activityId=a:b&stateId=s&agent={escape(AGENT)}"),
        ("POST", "/activities/profile?activityId=a:b&profileId=p"),
    ]
)


def ask(lrs: LrsServer, method: str, target: str, body: bytes = b"") -> None:
    """Send a request as somebody who may do everything; no answer but a good one is borne."""
    fields = [
        ("Authorization", Requests(lrs.lend_credential()).authorization),
        ("X-Experience-API-Version", "2.0.0"),
        ("Content-Type", JSON),
    ]
    reply = fire(lrs.port, Shot("json", encode(method, BASE + target, fields, body)))
    assert reply.faults == []


@given(PLACES, TEXTS)
@QUICKLY
def test_a_body_of_any_bytes_is_taken_or_refused(
    lrs: LrsServer, place: tuple[str, str], body: bytes
) -> None:
    ask(lrs, *place, body)
    assert bugs_in_log(lrs) == []


@given(st.sampled_from(["agent", "verb", "registration", "since", "cursor"]), TEXTS)
@QUICKLY
def test_a_parameter_of_any_bytes_is_taken_or_refused(
    lrs: LrsServer, name: str, value: bytes
) -> None:
    ask(lrs, "GET", f"/statements?{name}={quote(value[:8_000])}")
    ask(lrs, "GET", f"/activities?activityId=a:{quote(value[:8_000])}")
    assert bugs_in_log(lrs) == []
