"""Tables of the documentation that the code has as well say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from prometheus_client.parser import text_string_to_metric_families

from lrs import refusals
from lrs.auth import SCOPES
from lrs.errors import STATUSES
from lrs.settings import describe
from tests.conformance.client import PLAIN
from tests.documentation.pages import INTEGRATE, OPERATE, uncoded
from tests.http.live import wait_until
from tests.plugins.server import serve

if TYPE_CHECKING:
    from pathlib import Path

    from prometheus_client import Metric

    from tests.plugins.server import LrsServer


def test_every_setting_is_in_the_table_with_its_default() -> None:
    rows = OPERATE.table("variable", "default", "what it is")
    table = [(name.strip("`"), default.strip("`"), text) for name, default, text in rows]
    assert table == describe()


def test_every_scope_is_in_the_table_with_its_rights() -> None:
    table = {
        scope.strip("`"): uncoded(rights) for scope, rights in OPERATE.table("scope", "rights")
    }
    assert table == {scope: sorted(rights) for scope, rights in SCOPES.items()}


def test_every_error_is_in_the_table_with_its_status() -> None:
    rows = INTEGRATE.table("status", "error", "when", "the same request again?")
    edge = [each for each in vars(refusals).values() if isinstance(each, refusals.Refusal)]
    answers = {(status.value, code) for status, code in STATUSES.values()}
    answers |= {(each.status, each.code) for each in edge}
    assert {(int(status), code.strip("`")) for status, code, *_ in rows} == answers
    assert len(rows) == len(answers)


def describe_metric(family: Metric) -> tuple[str, str, tuple[str, ...]]:
    """Name, type and labels as the table has them."""
    name = family.name + ("_total" if family.type == "counter" else "")
    labels = {label: None for sample in family.samples for label in sample.labels if label != "le"}
    return name, family.type, tuple(sorted(labels))


def text_of_metrics(lrs: LrsServer) -> str:
    """All figures of a server that has begun to fold."""
    credential = lrs.lend_credential("metrics/read")
    auth = (credential.key, credential.secret)
    with httpx.Client(base_url=lrs.url, trust_env=False, verify=PLAIN, auth=auth) as http:
        http.get("/health").raise_for_status()

        def has_begun() -> bool:
            return "lrs_projection_position" in http.get("/metrics").raise_for_status().text

        wait_until(has_begun, "it folds")
        return http.get("/metrics").raise_for_status().text


def test_every_metric_is_in_the_table_with_its_type_and_labels(tmp_path: Path) -> None:
    with serve(tmp_path, settings={"LRS_WORK": "yes"}) as server:
        text = text_of_metrics(server)
    served = {
        describe_metric(family)
        for family in text_string_to_metric_families(text)
        if family.name.startswith("lrs_") and not family.name.endswith("_created")
    }
    rows = OPERATE.table("metric", "type", "labels", "what it tells")
    table = {
        (name.strip("`"), kind, tuple(sorted(uncoded(labels)))) for name, kind, labels, _ in rows
    }
    assert table == served
