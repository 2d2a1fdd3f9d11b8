"""A projection that can't fold an event stops there; the others go on; a better one catches up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from typing_extensions import override

from projections import tables
from projections.models.badges import Badges
from projections.models.connections import Connections
from projections.models.measures import Measures
from projections.models.progress import Progress
from projections.translation.event import Kind
from tests.projections.folding import differences, new_folder, what_is_said
from tests.projections.translation.corpus import PAGE
from tests.projections.translation.statements import ADL, COURSE, TIN, Json, moodle

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from projections.work import Happening, Histories, Projection, Work
    from tests.projections.folding import Templates
    from tests.projections.story import Story

VIEWED = moodle("core/course_viewed", f"{TIN}viewed", COURSE)
DONE = moodle("core/course_module_completion_updated", f"{ADL}completed", PAGE)
POISON = moodle("core/course_completed", f"{ADL}completed", COURSE)


class CannotRead(Exception):
    """A bug of the projection."""


class Poisoned(Measures):
    """A projection that meets something it can't fold: that the course itself is completed."""

    @override
    def update(self, work: Work, happenings: Sequence[Happening]) -> None:
        if any(each.kind == Kind.COMPLETED and each.unit == each.course for each in happenings):
            raise CannotRead("what is this?")
        super().update(work, happenings)


class Hopeless(Poisoned):
    """One that can't fold it from the history either."""

    @override
    def refold(self, work: Work, histories: Histories) -> None:
        for several in histories.values():
            if any(each.kind == Kind.COMPLETED and each.unit == each.course for each in several):
                raise CannotRead("what is this?")
        super().refold(work, histories)


def with_measures(measures: Measures) -> list[Projection]:
    return [Progress(), Connections(), measures, Badges()]


def tell_a_poisoned_story(story: Story) -> None:
    """Ten statements of which the seventh is poison, in one batch."""
    story.tell(VIEWED)
    told: list[Json] = [VIEWED, DONE, VIEWED, DONE, VIEWED, POISON, VIEWED, DONE, VIEWED]
    story.folder.release()
    story.folder = new_folder(
        story.store.database, story.records, projections=with_measures(Poisoned())
    )
    story.folder.settle()
    story.tell(*told, minute=3)


def test_it_stops_at_that_very_position_and_the_others_go_on(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    tell_a_poisoned_story(story)
    at_the_end = (10, None)
    assert story.checkpoints() == {
        "events": at_the_end,
        "progress": at_the_end,
        "connections": at_the_end,
        "badges": at_the_end,
        "measures": (6, 7),
    }
    errors = story.records.read(lambda c: c.rows(select(tables.projection.c.error)))
    assert [error for (error,) in errors if error] == ["CannotRead('what is this?')"]
    assert "a projection has stopped" in caplog.text
    assert story.line("completion")["status"] == "completed"


def test_what_comes_later_is_folded_by_the_others_alone(story: Story) -> None:
    tell_a_poisoned_story(story)
    (last,) = story.tell(VIEWED, minute=5)
    story.void(last)
    checkpoints = story.checkpoints()
    assert checkpoints["measures"] == (6, 7)
    assert checkpoints["progress"] == checkpoints["events"] == (12, None)


def test_better_code_brings_it_up_to_date_from_the_whole_log(
    story: Story, templates: Templates
) -> None:
    tell_a_poisoned_story(story)
    story.restart()
    story.folder.settle()
    assert set(story.checkpoints().values()) == {(10, None)}
    with templates.lend("records") as fresh:
        new_folder(story.store.database, fresh).settle()
        wanted = fresh.snapshot(what_is_said)
    assert not differences(story.records.snapshot(what_is_said), wanted)


def test_the_same_bad_code_leaves_what_is_served_as_it_was(story: Story) -> None:
    tell_a_poisoned_story(story)
    story.restart(with_measures(Hopeless()))
    story.folder.settle()
    checkpoints = story.checkpoints()
    assert checkpoints["measures"] == (6, 7)
    assert checkpoints["progress"] == (10, None)
    assert checkpoints["measures__next"][1] is not None
    story.tell(VIEWED, minute=9)
    assert story.checkpoints()["connections"] == (11, None)
