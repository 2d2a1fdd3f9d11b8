"""Requests made from the OpenAPI description, right ones and wrong ones, never meet a bug."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode, openapi

from lrs.resources.openapi import description
from tests.documentation.description import OPERATIONS, Operation
from tests.hostile.neighbour import bugs_in_log

if TYPE_CHECKING:
    from tests.plugins.server import LrsServer

EXAMPLES = 8  # of each operation; most of the time goes into making them
BOUND_SECONDS = 10
SCHEMA = openapi.from_dict(json.loads(description("/xapi")))
WITH_PARAMETERS = [
    each for each in OPERATIONS if each.parameters and each.method not in {"head", "options"}
]


def authorization(lrs: LrsServer) -> dict[str, str]:
    """The header field of a credential that may do everything."""
    credential = lrs.lend_credential()
    known = b64encode(f"{credential.key}:{credential.secret}".encode()).decode()
    return {"Authorization": f"Basic {known}"}


@pytest.fixture(scope="module")
def folded(lrs_on_postgresql: LrsServer) -> LrsServer:
    """Lend a server with learning records, and a lake."""
    lrs_on_postgresql.fold()
    return lrs_on_postgresql


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("operation", WITH_PARAMETERS, ids=str)
def test_a_request_made_from_the_description_gets_an_answer_that_is_described(
    folded: LrsServer, operation: Operation, mode: GenerationMode
) -> None:
    lrs, known = folded, authorization(folded)
    base = lrs.url + operation.path.removesuffix(operation.template)
    made = SCHEMA[operation.template][operation.method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(made)
    def ask(case: Case[Any]) -> None:
        response = case.call(base, headers=known, timeout=BOUND_SECONDS)
        assert response.status_code < 500, response.text
        assert {str(response.status_code), "default"} & operation.facts["responses"].keys()

    ask()
    assert bugs_in_log(lrs) == []
