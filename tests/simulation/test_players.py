"""Video players and cmi5 units keep the rules of their profiles."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulation.oracle import VIDEO, segments_of, union, verb_of
from tests.simulation.runs import BUSY, run

if TYPE_CHECKING:
    from tests.simulation.runs import Json

CMI5 = "https://w3id.org/xapi/cmi5/context"
LMS_VERBS = {"launched", "abandoned", "waived", "satisfied"}


def at(statement: Json) -> datetime:
    return datetime.fromisoformat(statement["timestamp"])


def sessions(extension: str) -> list[list[Json]]:
    """The statements of each session of a player, in order of time, each once."""
    found: dict[str, dict[str, Json]] = defaultdict(dict)
    for statement in run(BUSY).statements:
        session = statement.get("context", {}).get("extensions", {}).get(extension)
        if session:
            found[session][statement["id"]] = statement
    assert len(found) > 30
    return [sorted(each.values(), key=at) for each in found.values()]


def test_no_more_is_watched_than_time_has_passed() -> None:
    for statements in sessions(f"{VIDEO}/session-id"):
        for statement in statements:
            segments = segments_of(statement)
            played = sum(end - start for start, end in segments)
            passed = (at(statement) - at(statements[0])).total_seconds()
            assert played <= passed + 0.01


def test_progress_is_the_share_of_the_video_that_was_seen() -> None:
    for statements in sessions(f"{VIDEO}/session-id"):
        length = statements[0]["context"]["extensions"][f"{VIDEO}/length"]
        for statement in statements:
            extensions = statement.get("result", {}).get("extensions", {})
            if f"{VIDEO}/progress" in extensions:
                seen = union(segments_of(statement)) / length
                assert abs(extensions[f"{VIDEO}/progress"] - seen) < 0.001
                assert all(end <= length for _, end in segments_of(statement))


def test_a_video_is_complete_when_enough_was_seen_and_not_before() -> None:
    completed = 0
    for statements in sessions(f"{VIDEO}/session-id"):
        last = statements[-1]["result"]["extensions"][f"{VIDEO}/progress"]
        verbs = [verb_of(statement) for statement in statements]
        assert ("completed" in verbs) == (last >= 0.9)
        assert verbs[0] == "initialized"
        assert verbs[-1] == "terminated"
        completed += "completed" in verbs
    assert completed > 10


def test_units_initialize_first_and_terminate_last() -> None:
    for statements in sessions(f"{CMI5}/extensions/sessionid"):
        verbs = [verb_of(one) for one in statements if verb_of(one) not in LMS_VERBS]
        if verbs:
            assert verbs[0] == "initialized"
            assert "terminated" not in verbs[:-1]
            assert verbs.count("initialized") == 1


def test_a_unit_passes_and_completes_once_and_never_fails_afterwards() -> None:
    verbs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for statements in sorted(sessions(f"{CMI5}/extensions/sessionid"), key=lambda one: at(one[0])):
        for one in statements:
            verbs[one["context"]["registration"], one["object"]["id"]].append(verb_of(one))
    for told in verbs.values():
        assert told.count("passed") <= 1
        assert told.count("completed") <= 1
        assert "passed" not in told or "failed" not in told[told.index("passed") :]


def test_the_category_moveon_goes_with_success_and_completion() -> None:
    for statements in sessions(f"{CMI5}/extensions/sessionid"):
        for one in statements:
            categories = {each["id"] for each in one["context"]["contextActivities"]["category"]}
            moves_on = bool({"success", "completion"} & set(one.get("result", {})))
            assert (f"{CMI5}/categories/moveon" in categories) == moves_on
            assert ("score" in one.get("result", {})) == (verb_of(one) in {"passed", "failed"})
