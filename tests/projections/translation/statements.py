"""Statements of every dialect, in the shape in which their sources send them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from projections.translation.vocabulary import translate

if TYPE_CHECKING:
    from projections.translation.event import Event, Translation

Json = dict[str, Any]

ADL = "http://adlnet.gov/expapi/verbs/"
TYPE = "http://adlnet.gov/expapi/activities/"
AWL = "https://w3id.org/xapi/adl/verbs/"
TIN = "http://id.tincanapi.com/verb/"
AS = "http://activitystrea.ms/"
AS1 = "http://activitystrea.ms/schema/1.0/"
EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts/"
TLA = "https://w3id.org/xapi/tla/verbs/"
DOD = "https://w3id.org/xapi/dod-isd/verbs/"
ACROSSX = "https://w3id.org/xapi/acrossx/"
CMI5 = "https://w3id.org/xapi/cmi5/"
VIDEO = "https://w3id.org/xapi/video/"
CLASSROOM = "https://w3id.org/xapi/virtual-classroom/"
FRENCH = "http://vocab.xapi.fr/"
PREPOSITIONS = "https://yetanalytics.com/profiles/prepositions/concepts/context-extensions/"

SITE = "https://ecole.example"
COURSE_ID = f"{SITE}/course/view.php?id=2"
STORED = 1_767_603_600_000_000  # 2026-01-05T09:00:00Z
AT = STORED - 48 * 60 * 1_000_000  # 2026-01-05T08:12:00Z
REGISTRATION = "0190c2f1-5b3e-4f0a-9f0e-3a2b1c0d9e8f"


def account(name: str) -> Json:
    return {"objectType": "Agent", "account": {"homePage": SITE, "name": name}}


def ifi(name: str) -> str:
    return f"account:{SITE}|{name}"


LEARNER, TEACHER = account("17"), account("5")


def activity(iri: str, type_: str = "", name: str = "") -> Json:
    named = {"name": {"en": name}} if name else {}
    typed = {"type": type_} if type_ else {}
    defined = {"definition": {**typed, **named}} if typed or named else {}
    return {"objectType": "Activity", "id": iri, **defined}


def statement(verb: str, about: Json, *, actor: Json = LEARNER, **members: Any) -> Json:  # noqa: ANN401 - JSON
    """A stored statement; `members` are result, context and the like."""
    return {
        "id": "7e3b6bd4-0f0c-4bd5-a0f3-6a1f2f6f0c11",
        "actor": actor,
        "verb": {"id": verb},
        "object": about,
        "timestamp": "2026-01-05T08:12:00.000Z",
        "stored": "2026-01-05T09:00:00.000Z",
        "authority": account("lrs"),
        **members,
    }


def context(extensions: Json | None = None, **members: Any) -> Json:  # noqa: ANN401 - JSON
    """A context; parent, grouping and category stand among its activities."""
    kinds = ("parent", "grouping", "category", "other")
    activities = {kind: members.pop(kind) for kind in kinds if members.get(kind)}
    members = {name: value for name, value in members.items() if name not in kinds}
    around = {"contextActivities": activities} if activities else {}
    return {**members, **around, **({"extensions": extensions} if extensions else {})}


COURSE = activity(COURSE_ID, f"{CMI5}activitytype/course", "Accueil")
_LMS = activity(SITE, "http://id.tincanapi.com/activitytype/lms", "École")
_SECTION = activity(
    f"{SITE}/course/section.php?id=9", "http://id.tincanapi.com/activitytype/section", "1"
)


def module_of(plugin: str, type_: str, number: int = 31) -> Json:
    return activity(f"{SITE}/mod/{plugin}/view.php?id={number}", type_, plugin)


QUIZ = module_of("quiz", f"{TYPE}assessment")
ATTEMPT = activity(f"{SITE}/mod/quiz/attempt.php?attempt=4&cmid=31", f"{TYPE}attempt", "Attempt 1")


def moodle(
    event: str,
    verb: str,
    about: Json,
    *inside: Json,
    by: Json | None = None,
    more: Json | None = None,
    **members: Any,  # noqa: ANN401 - JSON
) -> Json:
    r"""As logstore_xapi sends it: `event` is `core/x` for `\core\event\x`."""
    plugin, _, name = event.partition("/")
    info = {
        "http://moodle.org": "4.5",
        "https://github.com/xAPI-vle/moodle-logstore_xapi": "5.0.1",
        "event_name": f"\\{plugin}\\event\\{name}",
        "event_function": f"\\src\\transformer\\events\\{plugin}\\{name}",
    }
    extensions = {"http://lrs.learninglocker.net/define/extensions/info": info, **(more or {})}
    instructor = {"instructor": by} if by else {}
    around = {"parent": [*inside, _SECTION, COURSE]} if inside or about is not COURSE else {}
    place = context(
        extensions, platform="Moodle", registration=REGISTRATION, language="en", **instructor,
        **around, category=[_LMS],
    )  # fmt: skip
    return statement(verb, about, **{"context": place, **members})


def moodle_site(event: str, verb: str, **members: Any) -> Json:  # noqa: ANN401 - JSON
    """An event of the whole site, such as a login."""
    told = moodle(event, verb, _LMS, **members)
    del told["context"]["contextActivities"]
    return told


TRAX_COURSE = activity(
    f"{SITE}/xapi/activities/course/ba297687-b1aa-4477-9efd-a782c8fdb90a",
    f"{FRENCH}activities/course", "Accueil",
)  # fmt: skip
TRAX_QUIZ = activity(
    f"{SITE}/xapi/activities/quiz/86e15642-5e46-45c2-8fd2-7c88d2e37edf", f"{FRENCH}activities/quiz"
)
_SYSTEM = activity(SITE, f"{FRENCH}activities/system")
_TRAX_CATEGORY = activity(f"{FRENCH}categories/vle-profile", f"{TYPE}profile")
_TRAX_LEVEL = activity(f"{FRENCH}categories/learning-unit", f"{FRENCH}activities/granularity-level")


def trax(event: str, verb: str, about: Json, **members: Any) -> Json:  # noqa: ANN401 - JSON
    """As TRAX Logs sends it, by the Moodle profile of xapi.fr."""
    plugin, _, name = event.partition("/")
    parent = {} if about is TRAX_COURSE else {"parent": [TRAX_COURSE]}
    extensions = {f"{FRENCH}extensions/platform-event": f"\\{plugin}\\event\\{name}"}
    place = context(
        extensions if event else {}, platform="Moodle", **parent, grouping=[_SYSTEM],
        category=[_TRAX_LEVEL, _TRAX_CATEGORY],
    )  # fmt: skip
    members.setdefault("timestamp", "2026-01-05T09:12:00+01:00")
    return statement(verb, about, **{"context": place, **members})


def trax_site(event: str, verb: str) -> Json:
    place = context(
        {f"{FRENCH}extensions/platform-event": f"\\core\\event\\{event}"},
        platform="Moodle",
        category=[_TRAX_CATEGORY],
    )
    about = activity(SITE, f"{FRENCH}activities/system", "École")
    return statement(verb, about, context=place, timestamp="2026-01-05T09:12:00+01:00")


AU = activity(f"{SITE}/cmi5/au/1-1", f"{TYPE}lesson", "Leçon")
PUBLISHER = "https://editeur.example/cours/1/au/1"
CMI5_COURSE = activity(f"{SITE}/cmi5/course/1", f"{CMI5}activitytype/course", "Cours")
SESSION = {f"{CMI5}context/extensions/sessionid": "s-1"}


def cmi5(
    verb: str,
    about: Json = AU,
    *,
    defined: bool = True,
    more: Json | None = None,
    by: Json | None = None,
    **members: Any,  # noqa: ANN401 - JSON
) -> Json:
    """In a cmi5 session: of cmi5's own words, or only allowed beside them."""
    category = {"category": [activity(f"{CMI5}context/categories/cmi5")]} if defined else {}
    instructor = {"instructor": by} if by else {}
    place = context(
        {**SESSION, **(more or {})}, registration=REGISTRATION, grouping=[activity(PUBLISHER)],
        **category, **instructor,
    )  # fmt: skip
    return statement(verb, about, context=place, **members)


FILM = activity(f"{SITE}/videos/1-1", f"{VIDEO}activity-type/video", "Film")


def video(
    verb: str,
    result: Json | None = None,
    *,
    about: Json = FILM,
    more: Json | None = None,
    **members: Any,  # noqa: ANN401 - JSON
) -> Json:
    """What a player says; `result` holds extensions by the last part of their names."""
    extensions = {f"{VIDEO}extensions/{name}": value for name, value in (result or {}).items()}
    told = {f"{VIDEO}extensions/session-id": "player-1", f"{VIDEO}extensions/length": 60}
    place = context(
        {**told, **(more or {})}, parent=[COURSE], category=[activity(VIDEO.rstrip("/"))]
    )
    outcome = {"result": {"extensions": extensions}} if result else {}
    return statement(verb, about, **{"context": place, **outcome, **members})


MEETING = activity(
    "uuid://4b6f0b1e-0d4e-4a45-a0f5-2f8f3b7f9a10",
    f"{CLASSROOM}activity-types/virtual-classroom", "Classe",
)  # fmt: skip
MOOC = activity("course-v1:ECOLE+00001+session01", f"{TYPE}course", "Cours")


def profile(category: str, verb: str, about: Json, **members: Any) -> Json:  # noqa: ANN401 - JSON
    """A statement that names the profile it keeps to, inside a course."""
    place = context(category=[activity(category)], parent=[] if about is MOOC else [MOOC])
    return statement(verb, about, **{"context": place, **members})


H5P_CONTENT = activity(f"{SITE}/h5p/embed/31", f"{TYPE}assessment", "Contenu")


def h5p(verb: str, about: Json = H5P_CONTENT, **members: Any) -> Json:  # noqa: ANN401 - JSON
    """As H5P content reports itself."""
    parent = [] if about is H5P_CONTENT else [activity(H5P_CONTENT["id"])]
    library = activity("http://h5p.org/libraries/H5P.QuestionSet-1.20")
    return statement(
        verb, about, **{"context": context(category=[library], parent=parent), **members}
    )


def read(told: Json, stored: int = STORED) -> Translation:
    """What the shipped vocabulary makes of a statement."""
    return translate(json.dumps(told).encode(), stored)


def one(told: Json, stored: int = STORED) -> Event:
    """The only event of a statement that the vocabulary knows."""
    translation = read(told, stored)
    assert translation.unrecognised is None
    (event,) = translation.events
    return event
