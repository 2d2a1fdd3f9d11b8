"""A learner at the platform: a clock, and a voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.delivery import Via
from lrs.simulation.dialects import moodle, trax
from lrs.simulation.ledger import How
from lrs.simulation.paris import SECOND

if TYPE_CHECKING:
    from lrs.simulation.act import Act
    from lrs.simulation.courses import Course, Module
    from lrs.simulation.world import World

PLATFORMS = {"moodle": moodle, "trax": trax}

_OFFLINE = 0.06


class Visit:
    """One visit of one learner. `now` moves on with every act.

    `row` is the ledger's row of the course the learner is in. What is told
    here is the learner's own: it starts the course, and makes the connection.
    """

    def __init__(self, world: World, learner: int, at: int) -> None:
        self.world, self.learner = world, learner
        self.who = world.learners.identity(learner)
        self.now = at
        self.row = -1
        phone_offline = not world.learners.in_office(learner) and world.chance.happens(_OFFLINE)
        self.player = Via.OFFLINE if phone_offline else Via.PLAYER

    @property
    def course(self) -> Course:
        """The course the learner is in."""
        return self.world.catalogue.courses[self.world.ledger.course[self.row]]

    def succeeds(self) -> bool:
        """Whether the learner gets something right."""
        return self.world.chance.happens(self.world.learners.ability[self.learner])

    def percent(self) -> int:
        """A score of the learner, out of a hundred."""
        ability = self.world.learners.ability[self.learner]
        return round(100 * min(1.0, ability * self.world.chance.between(0.6, 1.2)))

    def span(self, low: float, high: float) -> int:
        """Milliseconds between `low` and `high` seconds."""
        return int(self.world.chance.between(low, high) * SECOND)

    def wait(self, low: float, high: float) -> None:
        """So many seconds pass."""
        self.now += self.span(low, high)

    def act(self, low: float, high: float) -> Act:
        """After so many seconds, something that a server notes: in whole seconds."""
        self.wait(low, high)
        self.now = -(-self.now // SECOND) * SECOND
        return self.again()

    def signal(self, low: float, high: float) -> Act:
        """After so many seconds, something that a player notes, to the millisecond."""
        self.wait(low, high)
        return self.again()

    def again(self) -> Act:
        """One more act at the same instant."""
        return self.world.act(self.who, self.now)

    def tell(self, text: str, via: Via = Via.CRON) -> None:
        """Send what the learner did just now."""
        self.world.outbox.send(text, self.now, via)
        self.world.connections.act(self.learner, self.now)
        if self.row >= 0 and not self.world.ledger.started[self.row]:
            self._start()

    def _start(self) -> None:
        ledger = self.world.ledger
        ledger.started[self.row] = self.now
        if ledger.how[self.row] == How.IMPLICIT:
            ledger.enrolled[self.row] = ledger.enrolled_last[self.row] = self.now

    def log_in(self, source: str) -> None:
        """The learner logs in; TRAX tells it for those who come for its courses."""
        act = self.act(0, 1)
        text = trax.logged_in(act) if source == "trax" else moodle.logged_in(act)
        self.world.outbox.send(text, self.now, Via.CRON)
        self.world.connections.login(self.learner, self.now)

    def log_out(self, source: str) -> None:
        """The learner logs out, as few do."""
        act = self.act(2, 30)
        text = trax.logged_out(act) if source == "trax" else moodle.logged_out(act)
        self.world.outbox.send(text, self.now, Via.CRON)
        self.world.connections.logout(self.learner, self.now)

    def look_at(self, module: Module) -> None:
        """The page of a module, where the platform tells it."""
        if self.course.source in PLATFORMS:
            self.tell(PLATFORMS[self.course.source].module_viewed(self.act(2, 15), module))

    def score(self, tenths_of_a_percent: int) -> None:
        """A score in this course, just now."""
        self.world.ledger.score(self.row, tenths_of_a_percent, self.now)

    def measure(self, kind: str, milliseconds: int) -> None:
        """Time measured by the content."""
        self.world.measured.add(kind, self.learner, milliseconds)
