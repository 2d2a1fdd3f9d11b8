"""The queries of the benchmark: what partners ask every day, and the worst that anyone can ask."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from statements.clock import text_of
from tests.benchmarks.world import (
    HOME,
    LONELY_COURSE,
    LONELY_VERB,
    RARE_TUTOR,
    VERBS,
    facts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.world import Facts

PAGE = 50
DIFFERENT = 2_000
"""As many different requests of each kind, so that no cache of a few answers helps."""


class Question(NamedTuple):
    """A kind of query: `query` makes one, by chance, of a store of that many statements."""

    name: str
    query: Callable[[Known, Random], str]
    kind: str = "page"  # `id`, `page`, `worst` or `disjoint`: which requirement it is held to


class Known(NamedTuple):
    """What is known of the store that is asked."""

    size: int  # statements
    ids: list[str]  # of some of them
    first_stored: int  # microseconds since 1970
    last_stored: int


def queries(question: Question, known: Known) -> list[str]:
    """Query strings of a question, the same for every store of the same size."""
    chance = Random(question.name)  # noqa: S311  # no secret
    return [question.query(known, chance) for _ in range(DIFFERENT)]


def agent(name: str) -> str:
    """The parameter `agent` for an account."""
    return orjson.dumps({"account": {"homePage": HOME, "name": name}}).decode()


def _page(**parameters: str) -> str:
    return urlencode({"limit": str(PAGE)} | parameters, quote_via=quote)


def _about(known: Known, chance: Random) -> Facts:
    """What some statement of the store is about, so that there is something to find."""
    return facts(chance.randrange(known.size))


def _by_id(known: Known, chance: Random) -> str:
    return f"statementId={chance.choice(known.ids)}"


def _latest(_known: Known, _chance: Random) -> str:
    return _page()


def _learner(known: Known, chance: Random) -> str:
    return _page(agent=agent(f"{_about(known, chance).learner:06d}"))


def _verb(_known: Known, chance: Random) -> str:
    return _page(verb=chance.choice(VERBS))


def _activity(known: Known, chance: Random) -> str:
    about = _about(known, chance)
    return _page(activity=f"{about.course}/module/{about.module}")


def _registration(known: Known, chance: Random) -> str:
    return _page(registration=_about(known, chance).registration)


def _related_course(known: Known, chance: Random) -> str:
    return _page(activity=_about(known, chance).course, related_activities="true")


def _related_site(_known: Known, _chance: Random) -> str:
    return _page(activity=HOME, related_activities="true")


def _related_tutor(known: Known, chance: Random) -> str:
    return _page(agent=agent(_about(known, chance).tutor), related_agents="true")


def _learner_verb(known: Known, chance: Random) -> str:
    about = _about(known, chance)
    return _page(agent=agent(f"{about.learner:06d}"), verb=about.verb)


def _learner_course(known: Known, chance: Random) -> str:
    about = _about(known, chance)
    return _page(
        agent=agent(f"{about.learner:06d}"), activity=about.course, related_activities="true"
    )


def _course_verb(known: Known, chance: Random) -> str:
    about = _about(known, chance)
    return _page(activity=about.course, related_activities="true", verb=about.verb)


def _registration_verb(known: Known, chance: Random) -> str:
    about = _about(known, chance)
    return _page(registration=about.registration, verb=about.verb)


def _site_verb(_known: Known, chance: Random) -> str:
    return _page(activity=HOME, related_activities="true", verb=chance.choice(VERBS))


def _since(known: Known, chance: Random) -> str:
    moment = chance.randrange(known.first_stored, known.last_stored)
    return _page(since=text_of(moment), ascending="true")


def _rare_tutor(_known: Known, _chance: Random) -> str:
    return _page(agent=agent(RARE_TUTOR), related_agents="true")


def _rare_tutor_site(_known: Known, _chance: Random) -> str:
    return _page(
        agent=agent(RARE_TUTOR), related_agents="true", activity=HOME, related_activities="true"
    )


def _nothing_rare(_known: Known, chance: Random) -> str:
    """A tutor and the verb of a failing pair: both are there, never together."""
    return _page(agent=agent(RARE_TUTOR), verb=chance.choice(VERBS))


def _unknown(_known: Known, chance: Random) -> str:
    return _page(activity=f"{HOME}/nowhere/{chance.randrange(10**9)}")


def _deep(known: Known, chance: Random) -> str:
    return _page(verb=chance.choice(VERBS), cursor=str(chance.randrange(1, known.size)))


def _deep_pair(known: Known, chance: Random) -> str:
    return _page(
        verb=chance.choice(VERBS),
        activity=HOME,
        related_activities="true",
        cursor=str(chance.randrange(1, known.size)),
    )


def _verb_until(known: Known, chance: Random) -> str:
    early = known.first_stored + (known.last_stored - known.first_stored) // 50
    moment = chance.randrange(known.first_stored, early)
    return _page(verb=chance.choice(VERBS), until=text_of(moment))


def _disjoint(_known: Known, _chance: Random) -> str:
    return _page(verb=LONELY_VERB, activity=LONELY_COURSE, related_activities="true")


QUESTIONS = [
    Question("statement by id", _by_id, "id"),
    Question("latest", _latest),
    Question("agent", _learner),
    Question("verb", _verb),
    Question("activity", _activity),
    Question("registration", _registration),
    Question("related activity: a course", _related_course),
    Question("related activity: all have it", _related_site),
    Question("related agent: a tutor", _related_tutor),
    Question("agent and verb", _learner_verb),
    Question("agent and related activity", _learner_course),
    Question("related activity and verb", _course_verb),
    Question("registration and verb", _registration_verb),
    Question("verb and activity that all have", _site_verb),
    Question("since, ascending", _since),
    Question("rare related agent, old", _rare_tutor, "worst"),
    Question("rare related agent, old, and activity that all have", _rare_tutor_site, "worst"),
    Question("agent and verb that never meet", _nothing_rare, "worst"),
    Question("activity of no statement", _unknown, "worst"),
    Question("deep `more` of a verb", _deep, "worst"),
    Question("deep `more` of a verb and an activity", _deep_pair, "worst"),
    Question("verb and old `until`", _verb_until, "worst"),
    Question("two filters of a tenth each, never together", _disjoint, "disjoint"),
]
