"""An independent recount: figures read off the statements, in the most naive way.

It knows the catalogue and the directory, as a store would, and nothing of how
the simulator works. Order of arrival, repeats and voids must not matter.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from schemas.identity import agent_ifi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.runs import Json, Run

GAP = timedelta(minutes=30)
AS = "https://yetanalytics.com/profiles/prepositions/concepts/context-extensions/as"
VIDEO = "https://w3id.org/xapi/video/extensions"
LOGIN, LOGOUT = {"login", "logged-in"}, {"logout", "logged-out"}
ENROLMENT = {"enrolled", "registered", "unregistered", "leave", "suspended", "resumed"}


class Act(NamedTuple):
    """A statement that counts, and what is plain to see in it."""

    at: datetime
    learner: str
    verb: str
    course: str | None
    own: bool
    statement: Json


@lru_cache(maxsize=4)
def acts(run: Run) -> list[Act]:
    """Every statement about a learner once, by its timestamp; voided and absurd ones left out."""
    people = {row.identifier: row.learner for row in run.directory if row.kind == "learner"}
    courses = course_of_activity(run.catalogue)
    once = {statement["id"]: statement for statement in run.statements}
    voided = {
        statement["object"]["id"] for statement in once.values() if verb_of(statement) == "voided"
    }
    found = (
        read(statement, people, courses)
        for unique, statement in once.items()
        if unique not in voided
    )
    return sorted((act for act in found if act), key=lambda act: (act.at, _rank(act.verb)))


def read(statement: Json, people: dict[str, str], courses: dict[str, str]) -> Act | None:
    """The act of a learner that a statement tells, if it is one."""
    actor = agent_ifi(statement["actor"])
    at = datetime.fromisoformat(statement["timestamp"]).astimezone(UTC)
    if actor not in people or not 2000 <= at.year < 2099:
        return None
    context = statement.get("context", {})
    instructor = context.get("instructor")
    own = instructor is None or agent_ifi(instructor) == actor
    own = own and AS not in context.get("extensions", {})
    places = [courses[place] for place in _places(statement) if place in courses]
    course = places[0] if places else None
    return Act(at, people[actor], verb_of(statement), course, own, statement)


def verb_of(statement: Json) -> str:
    """The last part of the verb's IRI."""
    verb: str = statement["verb"]["id"].rsplit("/", 1)[1]
    return verb


def _rank(verb: str) -> int:
    return 0 if verb in LOGIN else 2 if verb in LOGOUT else 1


def _places(statement: Json) -> Iterator[str]:
    yield statement["object"]["id"]
    activities = statement.get("context", {}).get("contextActivities", {})
    for kind in ("parent", "grouping"):
        yield from (activity["id"] for activity in activities.get(kind, ()))


def course_of_activity(catalogue: Json) -> dict[str, str]:
    """Course, module and content ids, each with the course it belongs to."""
    known = {}
    for course in catalogue["courses"]:
        known[course["id"]] = course["id"]
        for module in course["modules"]:
            for activity in (module["id"], *module.get("activities", ())):
                known[activity] = course["id"]
    return known


def connections(run: Run) -> dict[str, list[tuple[datetime, datetime]]]:
    """Runs of a learner's own acts without a gap over 30 minutes; a login starts, a logout ends."""
    by_learner: dict[str, list[Act]] = defaultdict(list)
    for act in acts(run):
        if act.own:
            by_learner[act.learner].append(act)
    return {learner: list(_cut(own)) for learner, own in by_learner.items()}


def _cut(own: list[Act]) -> Iterator[tuple[datetime, datetime]]:
    start = own[0].at
    for before, after in pairwise(own):
        if after.at - before.at > GAP or after.verb in LOGIN or before.verb in LOGOUT:
            yield start, before.at
            start = after.at
    yield start, own[-1].at


def by_period(run: Run, kind: str) -> dict[str, tuple[int, int, float]]:
    """Connections, distinct learners and seconds in each period in which a connection starts."""
    number: dict[str, int] = defaultdict(int)
    learners: dict[str, set[str]] = defaultdict(set)
    seconds: dict[str, float] = defaultdict(float)
    for learner, times in connections(run).items():
        for start, end in times:
            number[_period(start, kind)] += 1
            learners[_period(start, kind)].add(learner)
            for at, spent in _minutes(start, end):
                seconds[_period(at, kind)] += spent
    return {name: (number[name], len(learners[name]), round(seconds[name], 3)) for name in seconds}


def _minutes(start: datetime, end: datetime) -> Iterator[tuple[datetime, float]]:
    """The time from start to end in pieces that cross no full minute, so no midnight either."""
    while start < end or start == end:
        minute = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
        yield start, (min(minute, end) - start).total_seconds()
        if minute > end:
            return
        start = minute


def _period(at: datetime, kind: str) -> str:
    day = at.astimezone(ZoneInfo("Europe/Paris")).date()
    year, week, _ = day.isocalendar()
    names = {"day": str(day), "week": f"{year}-W{week:02d}", "month": str(day)[:7]}
    return names[kind]


class Progress:
    """One learner in one course, as the statements tell it."""

    def __init__(self, course: Json) -> None:
        self._modules = {module["id"]: module for module in course["modules"]}
        self._judged: dict[str, set[str]] = defaultdict(set)
        self._done: set[str] = set()
        self._course = course["id"]
        self.enrolled: list[datetime] = []
        self.status = "active"
        self.how = "implicit"
        self.started: datetime | None = None
        self.completed: datetime | None = None
        self.failed = False
        self.scores: list[float] = []

    def take(self, act: Act) -> None:
        """Read one more act, in order of time."""
        about_course = act.statement["object"]["id"] == self._course
        if about_course and act.verb in ENROLMENT:
            self._enrol(act)
        elif act.own and self.started is None:
            self.started = act.at
        self._do(act, about_course=about_course)
        score = percent(act.statement)
        if score is not None:
            self.scores.append(score)
        required = {name for name, module in self._modules.items() if module["required"]}
        if self.completed is None and required <= self._done:
            self.completed = act.at

    def _enrol(self, act: Act) -> None:
        if act.verb in {"enrolled", "registered"}:
            extensions = act.statement["context"].get("extensions", {})
            told = [value for key, value in extensions.items() if key.endswith("enrolment-type")]
            how = {"sirh": "import", "manual": "manual"}.get(told[0] if told else "", "self")
            self.how = self.how if self.enrolled else how
            self.enrolled.append(act.at)
        states = {"leave": "left", "unregistered": "left", "suspended": "suspended"}
        self.status = states.get(act.verb, "active")

    def _do(self, act: Act, *, about_course: bool) -> None:
        name = act.statement["object"]["id"]
        if about_course and act.verb in {"completed", "satisfied"}:
            self.completed = self.completed or act.at
        if about_course and act.verb in {"passed", "failed"}:
            self.failed = act.verb == "failed"
        if name not in self._modules:
            return
        module = self._modules[name]
        if act.verb == "uncompleted":
            self._done.discard(name)
        elif self._finishes(act.verb, module):
            self._done.add(name)

    def _finishes(self, verb: str, module: Json) -> bool:
        if module["kind"] == "au":
            self._judged[module["id"]].add(verb)
            return moves_on(module["move_on"], self._judged[module["id"]])
        ending = {"game": "passed", "class": "leave"}
        return verb == ending.get(module["kind"], "completed")

    @property
    def times(self) -> list[datetime | None]:
        """When the learner was enrolled; who never was, when it was begun."""
        return [*self.enrolled] or [self.started]

    @property
    def progress(self) -> float:
        """The share of required modules that are done."""
        required = {name for name, module in self._modules.items() if module["required"]}
        return 1.0 if self.completed else round(len(required & self._done) / len(required), 4)


def moves_on(rule: str, verbs: set[str]) -> bool:
    """Whether these verbs satisfy an assignable unit."""
    wanted = {"CompletedAndPassed": {"completed", "passed"}}.get(rule)
    if "waived" in verbs or (wanted and wanted <= verbs):
        return True
    single = {"Completed": {"completed"}, "Passed": {"passed"}}
    return bool(single.get(rule, {"completed", "passed"}) & verbs) and wanted is None


def percent(statement: Json) -> float | None:
    """The score of more than a single question, in percent."""
    score: dict[str, Any] = statement.get("result", {}).get("score", {})
    type_ = statement["object"].get("definition", {}).get("type", "")
    if not score or type_.endswith(("cmi.interaction", "review#slot")):
        return None
    if "raw" in score:
        low, high = score.get("min", 0), score["max"]
        return 100 * float(score["raw"] - low) / float(high - low)
    return 100 * float(score["scaled"])


def progress(run: Run) -> dict[tuple[str, str], Progress]:
    """What became of every learner in every course."""
    courses = {course["id"]: course for course in run.catalogue["courses"]}
    found: dict[tuple[str, str], Progress] = {}
    for act in acts(run):
        if act.course is None:
            continue
        pair = act.learner, act.course
        if pair not in found:
            found[pair] = Progress(courses[act.course])
        found[pair].take(act)
    return found


def measured(run: Run) -> dict[str, dict[str, float]]:
    """Seconds that content measured, by learner and kind."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    joined: dict[tuple[str, str], datetime] = {}
    for act in acts(run):
        name, result = act.statement["object"]["id"], act.statement.get("result", {})
        if act.verb == "attended":
            found[act.learner]["face_to_face_seconds"] += _seconds(result["duration"])
        if "/mod/quiz/attempt.php" in name and "duration" in result:
            found[act.learner]["quiz_seconds"] += _seconds(result["duration"])
        if act.verb == "join":
            joined[act.learner, name] = act.at
        if act.verb == "leave" and (act.learner, name) in joined:
            since = joined.pop((act.learner, name))
            found[act.learner]["meeting_seconds"] += (act.at - since).total_seconds()
    for (learner, _), seconds in _watched(run).items():
        found[learner]["video_seconds"] += seconds
    return found


def _seconds(duration: str) -> float:
    return float(duration.removeprefix("PT").removesuffix("S"))


def _watched(run: Run) -> dict[tuple[str, str], float]:
    """Seconds of video of each learner and player session: the last summary says it."""
    found = {}
    for act in acts(run):
        segments = segments_of(act.statement)
        if segments:
            extensions = act.statement["context"]["extensions"]
            found[act.learner, extensions[f"{VIDEO}/session-id"]] = union(segments)
    return found


def segments_of(statement: Json) -> list[tuple[float, float]]:
    """The played segments that a statement of a video player sums up."""
    extensions = statement.get("result", {}).get("extensions", {})
    text: str = extensions.get(f"{VIDEO}/played-segments", "")
    pairs = (piece.split("[.]") for piece in text.split("[,]") if piece)
    return [(float(start), float(end)) for start, end in pairs]


def union(segments: list[tuple[float, float]]) -> float:
    """How many milliseconds lie in at least one segment, counted one by one, in seconds."""
    seen = bytearray(round(max((end for _, end in segments), default=0) * 1000))
    for start, end in segments:
        first, last = round(start * 1000), round(end * 1000)
        seen[first:last] = bytes([1]) * (last - first)
    return sum(seen) / 1000


def badges(run: Run) -> dict[tuple[str, str], tuple[datetime, datetime | None]]:
    """When each badge was awarded to each learner, and when it was revoked."""
    found: dict[tuple[str, str], tuple[datetime, datetime | None]] = {}
    for act in acts(run):
        pair = act.learner, act.statement["object"]["id"]
        if "/badges/" in pair[1] and act.verb == "achieved":
            found[pair] = act.at, None
        if "/badges/" in pair[1] and act.verb == "forfeited":
            found[pair] = found[pair][0], act.at
    return found
