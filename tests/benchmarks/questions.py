"""The queries of the benchmark: what partners ask every day, and the worst that anyone can ask."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple
from urllib.parse import quote, urlencode

import orjson

from statements.clock import text_of
from tests.benchmarks.world import (
    HOME,
    LONELY_COURSE,
    LONELY_VERB,
    RARE_TUTOR,
    VERBS,
    Facts,
    facts,
)

PAGE = 50
DIFFERENT = 2_000
"""As many different requests of each kind, so that no cache of a few answers helps."""


class Known(NamedTuple):
    """What is known of the store that is asked."""

    size: int  # statements
    ids: list[str]  # of some of them
    first_stored: int  # microseconds since 1970
    last_stored: int


Query = Callable[[Known, Random], str]
"""Makes a query string, by chance."""
Filter = Callable[[Facts], dict[str, str]]


class Question(NamedTuple):
    """A kind of query: `query` makes one of a store of that many statements."""

    name: str
    query: Query
    kind: str = "page"  # `id`, `page`, `worst` or `disjoint`: which requirement it is held to


def queries(question: Question, known: Known) -> list[str]:
    """Query strings of a question, the same for every store of the same size."""
    chance = Random(question.name)  # noqa: S311  # no secret
    return [question.query(known, chance) for _ in range(DIFFERENT)]


def agent(name: str) -> str:
    """The parameter `agent` for an account."""
    return orjson.dumps({"account": {"homePage": HOME, "name": name}}).decode()


def _page(**parameters: str) -> str:
    return urlencode({"limit": str(PAGE)} | parameters, quote_via=quote)


def _page_of(*filters: Filter) -> Query:
    """A page that is found by some of what some statement is about: there is something to find."""

    def query(known: Known, chance: Random) -> str:
        found = facts(chance.randrange(known.size))
        return _page(**{name: value for each in filters for name, value in each(found).items()})

    return query


def _agent(about: Facts) -> dict[str, str]:
    return {"agent": agent(f"{about.learner:06d}")}


def _verb_of(about: Facts) -> dict[str, str]:
    return {"verb": about.verb}


def _registration(about: Facts) -> dict[str, str]:
    return {"registration": about.registration}


def _module(about: Facts) -> dict[str, str]:
    return {"activity": f"{about.course}/module/{about.module}"}


def _course(about: Facts) -> dict[str, str]:
    return {"activity": about.course, "related_activities": "true"}


def _tutor(about: Facts) -> dict[str, str]:
    return {"agent": agent(about.tutor), "related_agents": "true"}


def _by_id(known: Known, chance: Random) -> str:
    return f"statementId={chance.choice(known.ids)}"


def _latest(_known: Known, _chance: Random) -> str:
    return _page()


def _verb(_known: Known, chance: Random) -> str:
    return _page(verb=chance.choice(VERBS))


def _related_site(_known: Known, _chance: Random) -> str:
    return _page(activity=HOME, related_activities="true")


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
    Question("agent", _page_of(_agent)),
    Question("verb", _verb),
    Question("activity", _page_of(_module)),
    Question("registration", _page_of(_registration)),
    Question("related activity: a course", _page_of(_course)),
    Question("related activity: all have it", _related_site),
    Question("related agent: a tutor", _page_of(_tutor)),
    Question("agent and verb", _page_of(_agent, _verb_of)),
    Question("agent and related activity", _page_of(_agent, _course)),
    Question("related activity and verb", _page_of(_course, _verb_of)),
    Question("registration and verb", _page_of(_registration, _verb_of)),
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
