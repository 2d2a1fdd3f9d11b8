"""Other engines read the folder by path and find the same: Polars, and Spark SQL by Sail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from pyarrow import flight
from pysail.flight import FlightSqlServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.analytics.town import Row, Town

QUERY = b"type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery"
TEXT = 2  # the wire type of strings and messages in protocol buffers


@pytest.fixture(scope="module")
def spark() -> Iterator[Callable[[str], list[Row]]]:
    """Lend Spark SQL. Sail speaks Flight SQL, which pyarrow can: PySpark would bring pandas."""
    server = FlightSqlServer(port=0)
    server.start(background=True)
    client: Any = flight.connect("grpc://{}:{}".format(*server.listening_address or ()))

    def ask(sql: str) -> list[Row]:
        command = _field(1, QUERY) + _field(2, _field(1, sql.encode()))
        found = client.get_flight_info(flight.FlightDescriptor.for_command(command))
        rows: list[Row] = client.do_get(found.endpoints[0].ticket).read_all().to_pylist()
        return rows

    yield ask
    client.close()
    server.stop()


def _field(number: int, content: bytes) -> bytes:
    """A field of a protocol buffer."""
    head, length = bytearray([number << 3 | TEXT]), len(content)
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*head, length]) + content


def test_spark_sql_counts_what_duckdb_counts(town: Town, spark: Callable[[str], list[Row]]) -> None:
    rows = spark(
        "SELECT event, count(*) AS n "  # noqa: S608  # our own folder
        f"FROM parquet.`{town.lake}/statements/` s "
        f"LEFT ANTI JOIN parquet.`{town.lake}/voided/` v ON s.position = v.position "
        "GROUP BY event ORDER BY event"
    )
    assert rows == town.ask(
        "SELECT event, count(*) AS n FROM statements WHERE NOT voided GROUP BY ALL ORDER BY ALL"
    )


def test_spark_sql_knows_weeks_in_paris(town: Town, spark: Callable[[str], list[Row]]) -> None:
    rows = spark(
        "SELECT weekofyear(from_utc_timestamp(begun, 'Europe/Paris')) AS week, "  # noqa: S608  # ours
        f"count(*) AS n FROM parquet.`{town.lake}/connections/` "
        "WHERE course IS NULL GROUP BY 1 ORDER BY 1"
    )
    found = {f"2026-W{row['week']:02}": row["n"] for row in rows}
    assert found == {row["week"]: row["connections"] for row in town.report("weekly-connections")}


def test_polars_counts_what_duckdb_counts(town: Town) -> None:
    statements = pl.scan_parquet(town.lake / "statements/*/*.parquet")
    voided = pl.scan_parquet(town.lake / "voided/*.parquet")
    kept = statements.join(voided, on="position", how="anti")
    counted = kept.group_by("event").agg(n=pl.len()).sort("event").collect()
    assert counted.to_dicts() == town.ask(
        "SELECT event, count(*) AS n FROM statements WHERE NOT voided GROUP BY ALL ORDER BY ALL"
    )


def test_polars_reads_the_read_models(town: Town) -> None:
    done = pl.scan_parquet(town.lake / "completions/*.parquet")
    rates = (
        pl.scan_parquet(town.lake / "enrolments/*.parquet")
        .select("learner", "course")
        .unique()
        .join(done, on=["learner", "course"], how="left")
        .group_by("course")
        .agg(rate=(pl.col("status") == "completed").sum() / pl.len())
        .collect()
    )
    asked = town.report("completion-by-course")
    expected = {row["course"]: row["completion_rate"] for row in asked}
    assert {row["course"]: row["rate"] for row in rates.to_dicts()} == pytest.approx(expected)
