"""Incremental = rebuilt: whatever happens, in whatever order, and whoever is killed meanwhile."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from projections.opening import open_records
from projections.runner.engine import PORTIONS
from projections.runner.lease import Lost
from projections.schema import SCHEMA
from statements import tables as log_tables
from statements.migrate import migrate
from statements.opening import open_database
from tests.projections.descriptions import badges, catalogues, directories, vocabularies
from tests.projections.folding import GAP, SMALL, Templates, new_folder
from tests.projections.happenings import happenings
from tests.projections.world import World, id_of
from tests.statements.conftest import open_raw
from tests.statements.store import new_void
from tests.statements.worlds import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from projections.reference.directory import Person
    from tests.projections.descriptions import Json
    from tests.projections.happenings import Told
    from tests.statements.worlds import Key

EXAMPLES = int(os.environ.get("LRS_TEST_FOLDS", "12"))  # `make soak` sets many
STEPS = int(os.environ.get("LRS_TEST_FOLD_STEPS", "30"))  # of each

keys = st.sampled_from(KEYS)
lives = st.integers(0, 60)


class Machine(RuleBasedStateMachine):
    """All that can happen to the records."""

    def __init__(self, lend: Callable[[], AbstractContextManager[World]]) -> None:
        super().__init__()
        self._ends = ExitStack()
        self.world = self._ends.enter_context(lend())
        self.number = 0
        self.told: list[Told] = []

    def teardown(self) -> None:
        """Whatever was left, and the order in which it all came."""
        try:
            if sys.exc_info()[0] is None:
                self.world.settle()
                self.world.check()
                self.world.check_other_order(len(self.told))
        finally:
            self._ends.close()

    def _next_id(self) -> str:
        self.number += 1
        return id_of(self.number)

    @initialize(small=st.booleans())
    def choose_portions(self, small: bool) -> None:  # noqa: FBT001 - drawn
        """Small ones lie between more steps."""
        self.world.portions = SMALL if small else PORTIONS
        self.world.restart()

    # What arrives ---------------------------------------------------------------------------------

    @rule(told=st.lists(happenings(), min_size=1, max_size=4), key=keys)
    def append(self, told: list[Told], key: Key) -> None:
        """Statements arrive in one request."""
        self.world.append([({"id": self._next_id(), **each.statement}, each) for each in told], key)
        self.told += told

    @rule(told=st.lists(happenings(), min_size=4, max_size=8), key=keys)
    def append_more(self, told: list[Told], key: Key) -> None:
        """More of them."""
        self.append(told, key)

    @rule(back=st.integers(-2, 8), key=keys)
    def void(self, back: int, key: Key) -> None:
        """Void a statement of the last ones, or one that is still to come."""
        statement_id = self._next_id()
        target = id_of(max(1, self.number - back))
        self.world.append([(new_void(target, id=statement_id), None)], key)

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Send a statement again as it was: the first answer was lost."""
        if self.world.sent:
            sent = data.draw(st.sampled_from(list(self.world.sent.values())))
            self.world.append([(sent.statement, sent.told)], sent.key)

    @rule(data=st.data(), key=keys)
    def resend(self, data: st.DataObject, key: Key) -> None:
        """Send it as the Moodle plugin does: with another id, as of another run."""
        if self.told:
            told = data.draw(st.sampled_from(self.told))
            statement = {"id": self._next_id(), **told.statement}
            if not told.said.registration and "context" in statement:
                other_run = "0190c2f1-5b3e-4f0a-9f0e-3a2b1c0d9e8f"
                statement["context"] = {**statement["context"], "registration": other_run}
            self.world.append([(statement, told)], key)

    # What is described otherwise ------------------------------------------------------------------

    @rule(directory=directories())
    def join_split_and_move_people(self, directory: dict[str, Person]) -> None:
        """The directory is another one."""
        self._describe(directory=directory)

    @rule(catalogue=catalogues())
    def change_courses(self, catalogue: list[Json]) -> None:
        """The catalogue is another one."""
        self._describe(catalogue=catalogue)

    @rule(defined=badges())
    def change_badges(self, defined: list[Json]) -> None:
        """Badges ask for something else."""
        self._describe(badges=defined)

    @rule(rows=vocabularies)
    def change_words(self, rows: list[dict[str, str]]) -> None:
        """The site's vocabulary is another one."""
        self._describe(vocabulary=rows)

    def _describe(self, **changed: object) -> None:
        self.world.described = self.world.described._replace(**changed)  # type: ignore[arg-type]
        self.world.described.bring_in(self.world.records)

    # What becomes of whoever folds ----------------------------------------------------------------

    @rule(times=st.integers(1, 6))
    def fold(self, times: int) -> None:
        """Fold for a while."""
        if self.world.step(times):
            self.world.check(SMALL)

    @rule()
    def come_to_rest(self) -> None:
        """Fold all there is."""
        self.world.settle()
        self.world.check()

    @rule(lives=lives)
    def kill(self, lives: int) -> None:
        """Kill whoever folds within a step, or between two."""
        self.world.kill(lives)

    @rule(lives=lives)
    def fail(self, lives: int) -> None:
        """The database fails within a step."""
        self.world.break_off(lives)

    @rule(gap=st.sampled_from([GAP, GAP, GAP // 3]))
    def restart_with_other_settings(self, gap: int) -> None:
        """Start again, perhaps with another gap."""
        self.world.gap = gap
        self.world.restart()

    @rule(everything=st.booleans())
    def rebuild(self, everything: bool) -> None:  # noqa: FBT001 - drawn
        """Somebody asks for a rebuild."""
        self.world.begin_rebuild(everything=everything)

    @rule()
    def another_one_tries(self) -> None:
        """Without the lease nothing is written."""
        world = self.world
        other = new_folder(world.store.database, world.records, gap=world.gap)
        assert not other.claim()
        with pytest.raises(Lost):
            other.engine.step()

    @rule(times=st.integers(1, 3))
    def another_one_takes_over_for_a_while(self, times: int) -> None:
        """It folds; the first one notices, and gets the lease back."""
        world, first = self.world, self.world.folder
        first.release()
        world.folder = world.start()
        world.step(times)
        with suppress(Lost):  # it has to write to notice
            world.step_of(first, 20)
        world.folder.release()
        world.folder = first
        first.claim()
        first.engine.forget()

    @rule()
    def partner_synchronises(self) -> None:
        """At any moment."""
        self.world.synchronise()


def _run(lend: Callable[[], AbstractContextManager[World]], examples: int, steps: int) -> None:
    class Lent(Machine):
        def __init__(self) -> None:
            super().__init__(lend)

    run_state_machine_as_test(
        Lent,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.reuse, Phase.generate, Phase.shrink],  # explaining takes too long
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(60 + 10 * EXAMPLES)
def test_whatever_happens_the_records_are_what_the_whole_log_leads_to(tmp_path: Path) -> None:
    templates = Templates(tmp_path)

    @contextmanager
    def lend() -> Iterator[World]:
        with templates.lend("log") as log, templates.lend("records") as records:
            yield World(templates, log, records)

    _run(lend, EXAMPLES, STEPS)


@pytest.mark.timeout(120 + 10 * EXAMPLES)
def test_the_same_holds_on_postgresql(tmp_path: Path, postgresql_database: str) -> None:
    templates = Templates(tmp_path)
    with closing(open_database(postgresql_database)) as log:
        migrate(log)

    @contextmanager
    def lend() -> Iterator[World]:
        _empty(postgresql_database)
        with (
            closing(open_database(postgresql_database)) as log,
            closing(open_records(postgresql_database)) as records,
        ):
            yield World(templates, log, records)

    _run(lend, max(3, EXAMPLES // 10), STEPS)


def _empty(url: str) -> None:
    """Make a PostgreSQL database as new: triggers that refuse don't fire."""
    with open_raw(url) as raw:
        raw.execute("SET session_replication_role = replica")
        for table in log_tables.metadata.sorted_tables:
            if table is not log_tables.migration:
                raw.execute(f"DELETE FROM {table.name}")  # noqa: S608
        raw.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
