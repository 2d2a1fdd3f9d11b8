"""Who did something, and when: what every statement needs, whatever its dialect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lrs.simulation.chance import hexadecimal, uuid_from
from lrs.simulation.text import PLATFORM, escaped

_AGENT = '"objectType":"Agent"'
MOOC = "https://mooc.example"


@dataclass(slots=True)
class Act:
    """One thing done. `at` is in milliseconds since 1970; the rest is JSON or text.

    `number` is the `"id"` member, or nothing where the Moodle plugin sends
    none; `run` identifies the cron run that the plugin takes for a
    registration (it is no session of the learner).
    """

    id: str
    number: str
    who: Identity
    at: int
    run: str


class Identity(NamedTuple):
    """One person's names in each system: `name` is the pseudonym, the rest Agents in JSON."""

    name: str
    account: str
    moodle: str
    trax: str
    mooc: str

    @classmethod
    def of(cls, name: str, digits: str) -> Identity:
        """The identity of that pseudonym, the other systems' UUIDs out of `digits`."""
        account = f'"account":{{"homePage":"{PLATFORM}","name":"{name}"}}'
        trax = f'"account":{{"name":"{uuid_from(digits)}","homePage":"{PLATFORM}"}}'
        mooc = f'"account":{{"name":"{uuid_from(digits[8:])}","homePage":"{MOOC}"}}'
        return cls(
            name, f"{{{_AGENT},{account}}}", escaped(f"{{{account}}}"),
            escaped(f"{{{_AGENT},{trax}}}"), f"{{{_AGENT},{mooc}}}",
        )  # fmt: skip

    @classmethod
    def learner(cls, seed: int, number: int) -> Identity:
        """The learner of that number."""
        digits = hexadecimal(seed, "learner", number)
        return cls.of(f"p{digits[:12]}", digits[8:])

    @classmethod
    def staff(cls, name: str) -> Identity:
        """A trainer, manager or service, who is no learner."""
        return cls.of(name, hexadecimal("staff", name))
