"""What an analyst finds in the columns."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pyarrow import parquet

from analytics.columns import SCHEMA, instant_of
from analytics.durations import seconds_of
from analytics.log_export import Privacy
from analytics.tables import Kind, TableSource
from tests.analytics.lakes import PSEUDONYMS
from tests.statements.store import ANNA, new_statement, reference_to

if TYPE_CHECKING:
    from tests.analytics.lakes import World

REGISTRATION = "ec531277-b57b-4c15-8d91-d292c5b2b8f7"
SEGMENTS = "0[.]12.5[,]20.25[.]31"
VIDEO = "https://w3id.org/xapi/video/extensions"
TYPE = "http://adlnet.gov/expapi/activities/course"


def test_a_statement_fills_its_columns(world: World) -> None:
    stored = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)
    world.set_clock(stored)
    statement = new_statement(
        timestamp="2026-02-28T23:30:00.5+01:00",
        object={
            "id": "http://example.org/course",
            "definition": {"type": TYPE, "name": {"en": "First aid", "fr": "Secours"}},
        },
        result={
            "score": {"raw": 17.5, "min": 0, "max": 20, "scaled": 0.875},
            "success": True,
            "completion": False,
            "duration": "PT1M30.5S",
            "extensions": {f"{VIDEO}/played-segments": "0[.]12.5[,]40[.]60"},
        },
        context={
            "registration": REGISTRATION,
            "platform": "Moodle",
            "language": "fr",
            "extensions": {f"{VIDEO}/length": 90},
            "contextActivities": {
                "parent": {"id": "http://e.org/p"},
                "grouping": [{"id": "http://e.org/g"}, {"id": "http://e.org/h"}],
            },
        },
    )
    world.log.append(statement)
    world.export()
    (row,) = world.rows()
    text = json.loads(row.pop("statement"))
    assert row == {
        "position": 1,
        "id": statement["id"],
        "stored": stored,
        "timestamp": datetime(2026, 2, 28, 22, 30, 0, 500_000, tzinfo=UTC),
        "actor": PSEUDONYMS.of("mbox:mailto:anna@example.org"),
        "actor_kind": "agent",
        "actor_name": None,
        "verb": "http://adlnet.gov/expapi/verbs/experienced",
        "event": "activity",
        "object": "http://example.org/course",
        "object_kind": "Activity",
        "object_type": TYPE,
        "object_name": "Secours",
        "course": None,
        "module": None,
        "registration": REGISTRATION,
        "score_raw": 17.5,
        "score_min": 0.0,
        "score_max": 20.0,
        "score_scaled": 0.875,
        "percent": None,
        "success": True,
        "completion": False,
        "duration_seconds": 90.5,
        "played_segments": "0[.]12.5[,]40[.]60",
        "media_seconds": 90.0,
        "platform": "Moodle",
        "language": "fr",
        "parent": ["http://e.org/p"],
        "grouping": ["http://e.org/g", "http://e.org/h"],
        "category": [],
        "other": [],
        "authority": PSEUDONYMS.of("account:http://example.org|key"),
        "xapi_version": "1.0.3",
        "voided": False,
    }
    for member in ("id", "result", "object", "verb", "timestamp"):
        assert text[member] == statement[member]


@pytest.mark.parametrize("way", ["fast", "with a name in it", "with names"])
@pytest.mark.parametrize(
    ("played", "length", "expected"),
    [
        (SEGMENTS, 31.25, (SEGMENTS, 31.25)),
        ("", 0, ("", 0.0)),
        (7, "31", (None, None)),
        ([SEGMENTS], True, (None, None)),
        (None, None, (None, None)),
    ],
)
def test_what_is_told_of_a_video_is_in_columns_whichever_way_it_takes(
    world: World, way: str, played: object, length: object, expected: tuple[object, object]
) -> None:
    names = {"http://e.org/by": "anna@example.org"} if way == "with a name in it" else {}
    if way == "with names":
        world.privacy = Privacy(PSEUDONYMS, names=True)
    result = {"extensions": {f"{VIDEO}/played-segments": played}}
    world.log.append(
        new_statement(result=result, context={"extensions": {f"{VIDEO}/length": length} | names}),
        new_statement(result={"extensions": {"http://e.org/x": 1}}, context={"extensions": names}),
        new_statement(result={"success": True}),
    )
    world.export()
    found = [(row["played_segments"], row["media_seconds"]) for row in world.rows()]
    assert found == [expected, (None, None), (None, None)]


def test_objects_that_are_no_activities(world: World) -> None:
    sub = {"objectType": "SubStatement"} | {
        name: each for name, each in new_statement().items() if name != "id"
    }
    target = "6d0f4d4e-8e0a-4f5c-9a43-0f9b8a3c1a01"
    anonymous = {"objectType": "Group", "member": [ANNA]}
    world.log.append(
        new_statement(object=reference_to(target)),
        new_statement(object=sub),
        new_statement(object={"objectType": "Agent"} | ANNA),
        new_statement(actor=anonymous, object=anonymous),
    )
    world.export()
    anna = PSEUDONYMS.of("mbox:mailto:anna@example.org")
    found = [(row["object_kind"], row["object"]) for row in world.rows()]
    assert found == [
        ("StatementRef", target),
        ("SubStatement", None),
        ("Agent", anna),
        ("Group", None),
    ]
    last = world.rows()[-1]
    assert (last["actor"], last["actor_kind"]) == (None, "anonymous group")


def test_the_files_have_the_types_of_the_schema(world: World) -> None:
    world.log.append(new_statement())
    world.export()
    file = parquet.ParquetFile(world.folder / "lake" / world.paths()[0])
    assert file.schema_arrow.remove_metadata() == SCHEMA
    group = file.metadata.row_group(0)
    assert {group.column(at).compression for at in range(group.num_columns)} == {"ZSTD"}
    by_name = {group.column(at).path_in_schema: group.column(at) for at in range(group.num_columns)}
    assert by_name["timestamp"].statistics.has_min_max
    assert not by_name["statement"].is_stats_set
    assert by_name["verb"].has_dictionary_page
    assert not by_name["statement"].has_dictionary_page


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05T08:12:00Z", datetime(2026, 1, 5, 8, 12, tzinfo=UTC)),
        ("2026-01-05T08:12:00.1234567Z", datetime(2026, 1, 5, 8, 12, 0, 123456, tzinfo=UTC)),
        ("2026-01-05T08:12:00", datetime(2026, 1, 5, 8, 12, tzinfo=UTC)),
        ("2026-01-05t08:12:00+01:00", datetime(2026, 1, 5, 7, 12, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("1969-12-31T23:59:59.999999Z", datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("0001-01-01T00:00:00+02:00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_timestamps_of_either_version(text: str, moment: datetime) -> None:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert instant_of(text) == round(since.total_seconds() * 1_000_000)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("PT0S", 0),
        ("PT1H2M3.5S", 3723.5),
        ("P1DT12H", 129_600),
        ("P2W", 1_209_600),
        ("P1Y2M", 425 * 86_400),
        ("PT0,5S", 0.5),
        ("P", 0),
        ("1H", None),
        ("PT1.2.3S", None),
    ],
)
def test_durations_in_seconds(duration: str, seconds: float | None) -> None:
    assert seconds_of(duration) == seconds


def test_a_read_model_is_a_table_of_its_own(world: World) -> None:
    reads = []

    def source(checkpoint: str, *rows: tuple[object, ...]) -> TableSource:
        columns = {"learner": Kind.PERSON, "name": Kind.NAME, "at": Kind.INSTANT,
                   "progress": Kind.NUMBER, "course": Kind.TEXT, "done": Kind.FLAG,
                   "n": Kind.WHOLE, "tags": Kind.TEXTS}  # fmt: skip

        def read() -> list[list[tuple[object, ...]]]:
            reads.append(checkpoint)
            return [list(rows[:1]), list(rows[1:])]

        return TableSource("completions", columns, "1", checkpoint, read)

    anna = ("mbox:mailto:anna@example.org", "Anna", 1_000_000, 0.5, "c", True, 3, ["x"])
    nobody: tuple[object, ...] = (*[None] * 7, [])
    world.lend = lambda _: [source("7", anna, nobody)]
    assert world.export().tables == ["voided", "completions"]
    assert world.export().tables == []
    assert reads == ["7"]
    first, second = world.ask("FROM completions ORDER BY learner NULLS LAST")
    assert first == {
        "learner": PSEUDONYMS.of("mbox:mailto:anna@example.org"),
        "name": None,
        "at": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        "progress": 0.5,
        "course": "c",
        "done": True,
        "n": 3,
        "tags": ["x"],
    }
    assert second == dict.fromkeys(first) | {"tags": []}
    world.lend = lambda _: [source("8")]
    assert world.export().tables == ["completions"]
    assert world.ask("FROM completions") == []
    assert len(list((world.folder / "lake" / "completions").iterdir())) == 1
