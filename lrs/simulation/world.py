"""Everything a simulation holds while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.act import Act, Identity
from lrs.simulation.agenda import Agenda
from lrs.simulation.catalogue import Catalogue
from lrs.simulation.chance import Chance, hexadecimal, uuid_from
from lrs.simulation.connections import Connections
from lrs.simulation.delivery import Outbox
from lrs.simulation.dialects.cmi5 import Launch
from lrs.simulation.learners import DirectoryRow, Learners, identifiers
from lrs.simulation.ledger import Ledger
from lrs.simulation.records import Badges, Measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lrs.simulation.options import Options

TUTORS = [Identity.staff(f"formateur-{number:02d}") for number in range(1, 41)]
MANAGERS = [Identity.staff(f"gestionnaire-{number:02d}") for number in range(1, 16)]
ADMINISTRATOR = Identity.staff("administrateur")
IMPORTER = Identity.staff("import-sirh")
"""The service that enrols people as the human resources system says."""


STAFF = (ADMINISTRATOR, IMPORTER, *MANAGERS, *TUTORS)
"""Those who are no learners."""


class World:
    """Who there is, what there is to learn, what happened, what will happen."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.chance = Chance(f"{options.seed}/year")
        self.learners = Learners(options)
        self.catalogue = Catalogue(options)
        self.ledger = Ledger(options.learners)
        self.connections = Connections(options.learners)
        self.measured = Measured(options.learners)
        self.badges = Badges()
        self.agenda = Agenda()
        self.outbox = Outbox(
            options.seed, options.days(), options.statements, numbered=options.moodle_ids
        )
        self.counts = {"voided": 0, "odd_timestamps": 0}
        self._attempts = 0

    def act(self, who: Identity, at: int) -> Act:
        """Something that `who` does at that instant, with an id of its own."""
        unique = self.chance.uuid()
        number = f'"id":"{unique}",' if self.options.moodle_ids else ""
        return Act(unique, number, who, at, self.outbox.run(at))

    def uuid(self, row: int, *purpose: object) -> str:
        """A UUID that belongs to the learner and course of that row, and to a purpose."""
        pair = self.ledger.learner[row], self.ledger.course[row]
        return uuid_from(hexadecimal(self.options.seed, *pair, *purpose))

    def launch(self, row: int, mode: str = "Normal") -> Launch:
        """The latest launch in the cmi5 course of that row."""
        session = self.uuid(row, "launch", self.ledger.launches[row])
        return Launch(self.uuid(row, "registration"), session, mode)

    def next_attempt(self) -> int:
        """The number that Moodle gives to the next attempt at a quiz."""
        self._attempts += 1
        return self._attempts

    def directory(self) -> Iterator[DirectoryRow]:
        """Every identifier of everybody: the learners, then the staff."""
        yield from self.learners.directory()
        for who in STAFF:
            kind = "service" if who is IMPORTER else "staff"
            for identifier in identifiers(who):
                yield DirectoryRow(who.name, identifier, "", "", "", "", kind)
