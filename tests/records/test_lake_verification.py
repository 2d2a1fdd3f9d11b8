"""What `lrs analytics verify` finds in a lake that is not what the log and the records say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from analytics.errors import LakeMissing
from analytics.verification import Verified, verify
from lrs.lake import lake_exporter
from projections import tables
from tests.records.house import enrolment
from tests.statements.store import Store as Log
from tests.statements.store import new_statement, new_void

if TYPE_CHECKING:
    from analytics.exporting import Exporter
    from tests.records.house import House


@pytest.fixture
def exporter(house: House) -> Exporter:
    """Lend what makes a lake of a few statements and enrolments, one of each type of trouble."""
    house.put_learners(3)
    house.put_courses(1)
    house.put({tables.enrolment: [enrolment(number, 1, 1) for number in (1, 2, 3)]})
    log = Log(house.log)
    log.append(*(new_statement() for _ in range(5)))
    log.append(new_void(log.ids()[1]), new_void(log.ids()[3]))
    exporter = lake_exporter(house.settings, house.log, house.database)
    exporter.run()
    return exporter


def found_in(exporter: Exporter) -> Verified:
    return verify(exporter, lambda *_: None)


def rewrite(house: House, table: str, query: str) -> None:
    """Put other rows into the only segment of a table."""
    (file,) = (house.settings.data_dir / "lake" / "_segments" / table).rglob("*.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE old AS FROM '{file}'")
        connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")


def test_a_lake_that_was_just_exported_is_well(exporter: Exporter) -> None:
    found = found_in(exporter)
    assert (found.position, found.statements, found.differences, found.moved_on) == (7, 7, [], [])
    assert found.compared[:2] == ["statements", "voided"]
    assert len(found.compared) == 11


def test_what_came_since_the_export_is_no_difference(house: House, exporter: Exporter) -> None:
    log = Log(house.log)
    log.append(new_void(log.ids()[0]))
    house.put({tables.enrolment: [enrolment(1, 1, 2, "left")]})
    found = found_in(exporter)
    assert (found.differences, len(found.moved_on)) == ([], 9)
    exporter.run()
    found = found_in(exporter)
    assert (found.position, found.differences, found.moved_on) == (8, [], [])


def test_a_statement_that_is_missing_is_named(house: House, exporter: Exporter) -> None:
    rewrite(house, "statements", "FROM old WHERE position <> 3 ORDER BY position")
    (difference,) = found_in(exporter).differences
    id_ = Log(house.log).ids()[2].replace("-", "")
    assert difference == f"statements: at position 3 there is nothing and not {id_}"


def test_a_statement_that_is_missing_at_the_end_is_named(house: House, exporter: Exporter) -> None:
    rewrite(house, "statements", "FROM old WHERE position < 7 ORDER BY position")
    (difference,) = found_in(exporter).differences
    assert difference.startswith("statements: at position 7 there is nothing")


def test_another_id_is_named(house: House, exporter: Exporter) -> None:
    other = "SELECT * REPLACE (if(position = 4, uuid()::VARCHAR, id) AS id) FROM old"
    rewrite(house, "statements", f"{other} ORDER BY position")
    (difference,) = found_in(exporter).differences
    assert difference.startswith("statements: at position 4 there is ")


def test_a_statement_that_is_there_twice_is_found(house: House, exporter: Exporter) -> None:
    rewrite(house, "statements", "FROM old UNION ALL FROM old WHERE position = 7 ORDER BY position")
    (difference,) = found_in(exporter).differences
    assert difference.startswith("statements: positions are there twice")


@pytest.mark.parametrize(
    ("query", "difference"),
    [
        ("FROM old WHERE position = 2", "position 4 is voided in the log, and not in the lake"),
        ("SELECT position - 1 AS position FROM old", "position 1 is voided in the lake, and not"),
    ],
)
def test_voids_are_compared(house: House, exporter: Exporter, query: str, difference: str) -> None:
    rewrite(house, "voided", query)
    (found,) = found_in(exporter).differences
    assert found.startswith(f"voided: {difference}")


def test_rows_of_read_models_are_compared_in_any_order(house: House, exporter: Exporter) -> None:
    rewrite(house, "enrolments", "FROM old ORDER BY learner DESC")
    assert found_in(exporter).differences == []
    rewrite(house, "enrolments", "SELECT * REPLACE ('left' AS status) FROM old LIMIT 1")
    (difference,) = found_in(exporter).differences
    assert difference.startswith("enrolments: 4 rows differ; the first one is not in the lake: (")


def test_a_segment_that_is_gone_is_a_difference(house: House, exporter: Exporter) -> None:
    (file,) = (house.settings.data_dir / "lake" / "_segments" / "badges").rglob("*.parquet")
    file.unlink()
    (difference,) = found_in(exporter).differences
    assert difference.startswith("badges: can't be read: ")


def test_rows_are_counted_where_the_records_went_on(house: House, exporter: Exporter) -> None:
    rewrite(house, "actors", "FROM old LIMIT 2")
    house.put({tables.enrolment: [enrolment(1, 1, 2, "left")]})
    (difference,) = found_in(exporter).differences
    assert difference == "actors (rows counted): there are 2 rows, and should be 3"


def test_without_a_lake_there_is_nothing_to_verify(house: House) -> None:
    with pytest.raises(LakeMissing):
        found_in(lake_exporter(house.settings, house.log, house.database))
