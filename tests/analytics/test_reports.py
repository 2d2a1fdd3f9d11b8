"""The figures of named queries are those of what happened in the town."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from statistics import correlation, median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from analytics.reports.named import named_queries
from tests.simulation import oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.reports.named import NamedQuery
    from tests.analytics.town import Row, Town

PARIS = ZoneInfo("Europe/Paris")
INTERACTION = "http://adlnet.gov/expapi/activities/cmi.interaction"
ADDING_UP = ("learners", "open_courses")  # where each learner is in one directorate
COMPLETIONS = ["enrolled", "started", "completed", "failed"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def day(text: str) -> date:
    return at(text).astimezone(PARIS).date()


def pairs(town: Town) -> list[Row]:
    """What the truth says of each enrolment, with who it is."""
    people = {row.learner: row for row in town.run.directory}
    done = {(row["learner"], row["course"]): row for row in town.run.truth["completion"]}
    return [
        {**done[row["learner"], row["course"]], "first": row["first"], "how": row["how"]}
        | {"directorate": people[row["learner"]].directorate}
        | {"employer": people[row["learner"]].employer}
        | {"cohort": people[row["learner"]].cohort, "enrolment": row["status"]}
        for row in town.run.truth["enrolment"]
    ]


def standing(rows: list[Row]) -> dict[str, int]:
    return {
        "enrolled": len(rows),
        "started": sum(row["started"] is not None for row in rows),
        "completed": sum(row["status"] == "completed" for row in rows),
        "failed": sum(row["status"] == "failed" for row in rows),
    }


def by(rows: list[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


@pytest.mark.parametrize(
    ("name", "unit"), [("weekly-connections", "week"), ("monthly-figures", "month")]
)
def test_connections_by_period(town: Town, name: str, unit: str) -> None:
    found = [
        (row[unit], row["connections"], row["learners"], round(row["hours"] * 3600, 3))
        for row in town.report(name)
    ]
    assert found == [
        (
            row["period"],
            row["connections"],
            row["distinct_learners"],
            round(row["connection_seconds"], 3),
        )
        for row in town.run.truth[unit]
    ]


def test_a_month_has_its_enrolments_and_completions(town: Town) -> None:
    enrolled = Counter(row["first"][:7] for row in pairs(town))
    completed = Counter(row["completed"][:7] for row in pairs(town) if row["completed"])
    for row in town.report("monthly-figures"):
        # The last evening of March is April in UTC for nobody here.
        assert row["enrolments"] == enrolled[row["month"]]
        assert row["completions"] == completed[row["month"]]


def test_measured_time_adds_up(town: Town) -> None:
    kinds = ("quiz", "video", "meeting", "face_to_face")
    expected = sum(row[f"{kind}_seconds"] for row in town.run.truth["learner"] for kind in kinds)
    found = sum(row["measured_hours"] for row in town.report("monthly-figures")) * 3600
    assert found == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("key", ["course", "directorate", "cohort"])
def test_completion_by_group(town: Town, key: str) -> None:
    rows = town.report(f"completion-by-{key}")
    expected = by(pairs(town), lambda row: row[key])
    assert {row[key] for row in rows} == set(expected)
    for row in rows:
        truth = expected[row[key]]
        assert {name: row[name] for name in COMPLETIONS} == standing(truth)
        assert row["learners"] == len({each["learner"] for each in truth})
        assert row["completion_rate"] == pytest.approx(row["completed"] / row["enrolled"])


@pytest.mark.parametrize("of", ["directorate", "employer"])
def test_completion_of_some(town: Town, of: str) -> None:
    since, until = date(2026, 3, 16), date(2026, 3, 29)
    (name, _), *_ = Counter(row[of] for row in pairs(town)).most_common()
    chosen = {"since": str(since), "until": str(until), of: name}
    rows = town.report("completion-by-course", **chosen)
    expected = [
        row for row in pairs(town) if row[of] == name and since <= day(row["first"]) <= until
    ]
    assert sum(row["enrolled"] for row in rows) == len(expected) > 0


def test_the_funnel_of_a_course(town: Town) -> None:
    for course, rows in by(pairs(town), lambda row: row["course"]).items():
        found = {
            row["step"]: row["learners"] for row in town.report("course-funnel", course=course)
        }
        half = [row for row in rows if row["status"] == "completed" or row["progress"] >= 0.5]
        started = [row for row in rows if row["started"] or row in half]
        assert found == {
            "enrolled": len(rows),
            "started": len(started),
            "half": len(half),
            "completed": standing(rows)["completed"],
        }


def test_time_to_completion(town: Town) -> None:
    done = [row for row in pairs(town) if row["completed"]]
    expected = by(done, lambda row: row["course"])
    rows = town.report("time-to-completion")
    assert {row["course"] for row in rows} == set(expected)
    for row in rows:
        days = [
            max(at(each["completed"]) - at(each["first"]), timedelta()) / timedelta(days=1)
            for each in expected[row["course"]]
        ]
        assert row["learners"] == len(days)
        assert row["median_days"] == pytest.approx(median(days))


def test_score_distribution(town: Town) -> None:
    bests = [row["best"] for row in town.run.truth["completion"] if row["best"] is not None]
    expected = Counter(min(int(best // 10), 9) for best in bests)
    rows = town.report("score-distribution")
    assert {i: row["scores"] for i, row in enumerate(rows) if row["scores"]} == dict(expected)
    assert sum(row["share"] for row in rows) == pytest.approx(1)


@pytest.mark.parametrize(
    "query", [each for each in named_queries().values() if "directorate" in each.parameters],
    ids=lambda query: query.name,
)  # fmt: skip
def test_some_learners_are_picked_by_employer_as_by_directorate(
    town: Town, query: NamedQuery
) -> None:
    people = town.ask("FROM learners WHERE kind = 'learner'")
    (most, _), *_ = Counter(row["employer"] for row in people if row["employer"]).most_common()
    parts = sorted({row["directorate"] for row in people if row["employer"] == most})
    course = max(by(pairs(town), lambda row: row["course"]).items(), key=lambda each: len(each[1]))
    needed = {"course": course[0]} if query.name == "course-funnel" else {}
    figures = [name for name in ADDING_UP if name in query.columns]
    whole = town.report(query.name, **needed, employer=most)
    split = [town.report(query.name, **needed, employer=most, directorate=d) for d in parts]
    for name in figures:
        assert sum(row[name] for row in whole) == sum(row[name] for rows in split for row in rows)
    everybody = town.report(query.name, **needed)
    nobody = town.report(query.name, **needed, employer="nobody")
    assert whole
    assert sum(row[figures[0]] for row in nobody) == 0
    assert sum(row[figures[0]] for row in whole) < sum(row[figures[0]] for row in everybody)


def test_badges(town: Town) -> None:
    expected = by(town.run.truth["badge"], lambda row: row["badge"])
    rows = {row["badge"]: row for row in town.report("badge-eligibility", until="2026-04-12")}
    assert set(expected) <= set(rows)
    names = {each["id"]: each["name"] for each in town.run.catalogue["badges"]}
    for badge, row in rows.items():
        assert row["title"] == names[badge]
        held = [each for each in expected.get(badge, []) if each["revoked"] is None]
        assert row["awarded"] + row["expired"] == len(held)
        assert row["revoked"] == len(expected.get(badge, [])) - len(held)


def test_item_analysis(town: Town) -> None:
    first: dict[tuple[str, str], bool] = {}
    for act in oracle.acts(town.run):
        definition = act.statement["object"].get("definition", {})
        success = act.statement.get("result", {}).get("success")
        if definition.get("type") == INTERACTION and act.verb == "answered" and success is not None:
            first.setdefault((act.learner, act.statement["object"]["id"]), success)
    rows = town.report("item-analysis", least="1")
    quizzes = {row["question"]: row["quiz"] for row in rows}
    assert set(quizzes) == {question for _, question in first}
    for row in rows:
        mine = [(who, right) for (who, what), right in first.items() if what == row["question"]]
        assert row["learners"] == len(mine)
        assert row["facility"] == pytest.approx(sum(right for _, right in mine) / len(mine))
        rest = [_others(first, quizzes, who, row["question"]) for who, _ in mine]
        known = [(int(right), share) for (_, right), share in zip(mine, rest, strict=True)]
        if row["discrimination"] is not None:
            kept = [(x, y) for x, y in known if y is not None]
            assert row["discrimination"] == pytest.approx(
                correlation([x for x, _ in kept], [y for _, y in kept])
            )
    assert any(row["discrimination"] is not None for row in rows)


def _others(
    first: dict[tuple[str, str], bool], quizzes: dict[str, str], who: str, question: str
) -> float | None:
    """The share of right answers of somebody to the other questions of a quiz."""
    right = [
        value
        for (learner, what), value in first.items()
        if learner == who and what != question and quizzes[what] == quizzes[question]
    ]
    return sum(right) / len(right) if right else None


def test_retention_of_a_video(town: Town) -> None:
    watched: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(dict)
    lengths: dict[str, float] = {}
    for act in oracle.acts(town.run):
        if segments := oracle.segments_of(act.statement):
            video = act.statement["object"]["id"]
            lengths[video] = act.statement["context"]["extensions"][f"{oracle.VIDEO}/length"]
            watched[video].setdefault(act.learner, []).extend(segments)
    video = max(watched, key=lambda each: len(watched[each]))
    rows = town.report("video-retention", video=video, steps="10")
    assert len(rows) == 10
    for row in rows:
        middle = lengths[video] * (row["step"] - 0.5) / 10
        seen = [
            who
            for who, segments in watched[video].items()
            if any(begun <= middle < ended for begun, ended in segments)
        ]
        assert row["viewers"] == len(seen)
        assert row["share"] == pytest.approx(len(seen) / len(watched[video]))


def test_activity_by_hour(town: Town) -> None:
    moments = [(act.at.astimezone(PARIS), act.learner) for act in oracle.acts(town.run)]
    counts = Counter((moment.isoweekday(), moment.hour) for moment, _ in moments)
    people = {
        hour: len({who for moment, who in moments if (moment.isoweekday(), moment.hour) == hour})
        for hour in counts
    }
    rows = town.report("activity-by-hour")
    assert {(row["weekday"], row["hour"]): row["statements"] for row in rows} == dict(counts)
    assert {(row["weekday"], row["hour"]): row["learners"] for row in rows} == people


def test_dormant_learners(town: Town) -> None:
    today = date(2026, 4, 12)
    last = {row["learner"]: row["last"] for row in town.run.truth["learner"]}
    waiting = by(
        [row for row in pairs(town) if row["enrolment"] == "active"], lambda row: row["learner"]
    )
    expected = []
    for learner, rows in waiting.items():
        seen = last.get(learner) or min(row["first"] for row in rows)
        away = (today - day(seen)).days
        if away >= 14:
            expected.append((away, len(rows)))
    rows = town.report("dormant-learners", until=str(today), days="14")
    found = [(row["days_away"], row["open_courses"]) for row in rows]
    assert sorted(found) == sorted(expected)
    assert found
