"""What partners read of statements that a server really took and folded."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from tests.conformance.client import PLAIN, Client
from tests.documentation.description import check, operation_of
from tests.plugins.postgresql import lend_database
from tests.plugins.server import serve
from tests.records.house import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.plugins.server import LrsServer
    from tests.records.house import House

Json = dict[str, Any]

WAIT_SECONDS = 60
EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/"
ADL = "http://adlnet.gov/expapi/verbs/"
COURSE_TYPE = "https://w3id.org/xapi/cmi5/activitytype/course"


class Partner:
    """Posts statements of a new learner in a new course, and reads their records."""

    def __init__(self, lrs: LrsServer) -> None:
        credential = lrs.lend_credential()
        self.xapi = Client(lrs.endpoint, credential, "2.0.0")
        auth = (credential.key, credential.secret)
        self.http = httpx.Client(base_url=lrs.url, auth=auth, trust_env=False, verify=PLAIN)
        self.account = {"homePage": "https://moodle.example.org", "name": uuid4().hex}
        self.course = f"https://moodle.example.org/course/{uuid4().hex}"

    @property
    def learner(self) -> str:
        """The identifier by which the learner is known."""
        return f"account:{self.account['homePage']}|{self.account['name']}"

    def post(self, verb: str) -> str:
        """Post a statement about learner and course; its id."""
        definition = {"type": COURSE_TYPE, "name": {"fr": "Secourisme"}}
        statement = {
            "id": str(uuid4()),
            "actor": {"account": self.account},
            "verb": {"id": verb},
            "object": {"id": self.course, "definition": definition},
            "timestamp": datetime.now(UTC).isoformat(),
        }
        (found,) = self.xapi.store(statement)
        return found

    def ask(self, path: str, status: int = 200, /, **query: object) -> httpx.Response:
        """GET records; the answer, held against the description."""
        response = self.http.get(f"/records/{path}", params={k: str(v) for k, v in query.items()})
        assert response.status_code == status, response.text
        check(operation_of(f"/records/{path}", "get"), response)
        return response

    def wait(
        self, path: str, holds: Callable[[list[Json]], bool], /, **query: object
    ) -> httpx.Response:
        """Ask until the rows are as they should be."""
        give_up_at = time.monotonic() + WAIT_SECONDS
        while True:
            response = self.http.get(
                f"/records/{path}", params={k: str(v) for k, v in query.items()}
            )
            if response.status_code == 200 and holds(response.json()["rows"]):
                return response
            assert time.monotonic() < give_up_at, response.text
            time.sleep(0.05)  # another process folds: there is nothing to wait on but time


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def folding(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LrsServer]:
    """Run a server that folds what it takes."""
    folder, settings = tmp_path_factory.mktemp("folding"), {"LRS_WORK": "yes"}
    if request.param == "sqlite":
        with serve(folder, settings=settings) as server:
            yield server
        return
    administrator: str = request.getfixturevalue("postgresql_url")
    with lend_database(administrator) as url, serve(folder, url, settings=settings) as server:
        yield server


@pytest.fixture
def partner(folding: LrsServer) -> Iterator[Partner]:
    """Lend a partner of a server that folds."""
    partner = Partner(folding)
    with partner.xapi, partner.http:
        yield partner


def test_records_follow_the_statements_and_say_why(partner: Partner) -> None:
    enrolled = partner.post(f"{EDLM}enrolled")
    me = {"course": partner.course}
    before = partner.wait("enrolments", lambda rows: len(rows) == 1, **me, why="true")
    (row,) = before.json()["rows"]
    assert (row["learner"], row["status"]) == (partner.learner, "active")
    assert enrolled in {each["statement"] for each in row["why"]}
    cursor = partner.ask("completions", **me).json()["cursor"]

    completed = partner.post(f"{ADL}completed")
    later = partner.wait("completions", bool, **me, changed_after=cursor)
    (row,) = later.json()["rows"]
    assert row["status"] == "completed"
    (row,) = partner.ask("completions", **me, why="true").json()["rows"]
    assert completed in {each["statement"] for each in row["why"]}

    # As it stood before that.
    position = before.headers["x-records-position"]
    for when in (position, datetime.now(UTC) - timedelta(days=1)):
        rows = partner.ask("completions", **me, as_of=when).json()["rows"]
        assert all(row["status"] != "completed" for row in rows)
    (row,) = partner.ask("enrolments", **me, as_of=position).json()["rows"]
    assert row["status"] == "active"
    record = partner.ask("learners", learner=partner.learner, as_of=position).json()
    assert [each["status"] for each in record["enrolments"]] == ["active"]


def test_what_is_answered_fits_the_description(partner: Partner) -> None:
    partner.post(f"{EDLM}enrolled")
    partner.post(f"{ADL}completed")
    me = {"course": partner.course}
    partner.wait("completions", lambda rows: [r["status"] for r in rows] == ["completed"], **me)
    for path in ("enrolments", "completions", "connections", "badges"):
        partner.ask(path)
        partner.ask(path, format="csv")
        partner.ask(path, 400, limit="x")
    partner.ask("connections", **me)
    record = partner.ask("learners", learner=partner.learner).json()
    assert record["enrolments"][0]["title"] == "Secourisme"
    partner.ask("learners", 404, learner="nobody")
    partner.ask("courses")
    partner.ask("courses", format="csv")
    summary = partner.ask("courses/summary", **me, by="employer").json()
    assert (summary["enrolled"], summary["completed"]) == (1, 1)
    for by in ("day", "week", "month", "course", "directorate", "week,employer", "month,course"):
        partner.ask("indicators", by=by)
    (month,) = partner.ask(
        "indicators", by="month", since=datetime.now(UTC).date(), until=datetime.now(UTC).date()
    ).json()["rows"]
    assert month["completions"] >= 1


def test_an_as_of_that_cannot_be_told_is_refused(house: House) -> None:
    response = house.ask("enrolments", as_of=5)
    assert (response.status, response.error) == (503, "not_yet")
    assert problem(house.ask("enrolments", as_of="before"))["path"] == "query.as_of"
    aside = house.ask("enrolments", as_of=5, changed_after=house.get("enrolments")["cursor"])
    assert aside.status == 400
