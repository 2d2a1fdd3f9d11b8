"""Figures for Prometheus."""

from __future__ import annotations

import asyncio

from prometheus_client.parser import text_string_to_metric_families

from lrs.metrics import Metrics


def figures(text: str) -> dict[str, float]:
    """Return the samples by name and labels."""
    return {
        " ".join(
            [sample.name, *(value for _, value in sorted(sample.labels.items()))]
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_statements_and_flushes_are_counted() -> None:
    metrics = Metrics()
    metrics.appended.inc(3)
    metrics.duplicate.inc()
    metrics.conflicting.inc(2)
    metrics.flush_statements.observe(3)
    metrics.flush_seconds.observe(0.02)
    found = figures(metrics.render().decode())
    assert found["lrs_statements_total appended"] == 3
    assert found["lrs_statements_total duplicate"] == 1
    assert found["lrs_statements_total conflicting"] == 2
    assert found["lrs_flush_statements_sum"] == 3
    assert found["lrs_flush_seconds_bucket 0.025"] == 1


def test_requests_have_durations_by_route_and_method() -> None:
    metrics = Metrics()
    for status in (200, 404):
        metrics.observe_request("/xapi/statements", "GET", status, 0.004)
    found = figures(metrics.render().decode())
    assert found["lrs_http_requests_total GET /xapi/statements 404"] == 1
    assert found["lrs_http_request_seconds_count GET /xapi/statements"] == 2


def test_gauges_are_taken_when_the_figures_are_asked_for() -> None:
    metrics = Metrics()
    queue: list[int] = []
    metrics.follow("lrs_queue_statements", "Statements that wait", lambda: len(queue))
    assert figures(metrics.render().decode())["lrs_queue_statements"] == 0
    queue.append(1)
    assert figures(metrics.render().decode())["lrs_queue_statements"] == 1


def test_two_sets_of_figures_do_not_mix() -> None:
    Metrics().appended.inc()
    assert figures(Metrics().render().decode())["lrs_statements_total appended"] == 0


def test_the_response_is_in_the_text_format() -> None:
    response = asyncio.run(Metrics().response())
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "process_resident_memory_bytes" in figures(bytes(response.body).decode())
