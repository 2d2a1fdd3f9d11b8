"""Catalogue, badge definitions and directory by HTTP: read, changed, on a revision, refused."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from lrs.record_limits import Limits
from projections import tables
from projections.runner.build import build_engine
from projections.runner.lease import Lease
from projections.runner.ledger import read_ledger
from statements.opening import open_database
from tests.commands.samples import make_moodle_event
from tests.projections.reference.samples import badge_iri, course_iri, make_badge, make_course
from tests.records.house import House, open_there, problem
from tests.statements.store import Store, new_request

if TYPE_CHECKING:
    from tests.http.asgi import Response

Json = dict[str, Any]

JSON, YAML, CSV = "application/json", "application/yaml", "text/csv"
WRITER = ("records/read", "records/write")
PATHS = {"catalogue": "courses", "badge-definitions": "badges", "directory": "rows"}
EMPTY = {path: json.dumps({member: []}).encode() for path, member in PATHS.items()}
ONE = {
    "catalogue": make_course(1),
    "badge-definitions": make_badge(1),
    "directory": {"identifier": "mbox:mailto:anna@example.org", "learner": "anna"},
}
KEYS = {
    "catalogue": f"iri={quote(course_iri(1))}",
    "badge-definitions": f"iri={quote(badge_iri(1))}",
    "directory": "identifier=anna@example.org",
}
DIRECTORY = b"""learner,identifier,employer
anna,anna@example.org,Ville
bert,bert@example.org,CASVP
"""


def report(response: Response) -> Json:
    """What a change says that it has done."""
    assert response.status == 200, response.body
    found: Json = json.loads(response.body)
    assert response.header("etag") == f'"{found["revision"]}"'
    return found


def put(house: House, path: str, body: bytes, kind: str = JSON, if_match: str = "") -> Response:
    return house.send(f"PUT {path}", house.credential(*WRITER), body, kind, if_match)


def post(house: House, path: str, body: bytes, kind: str = JSON, if_match: str = "") -> Response:
    return house.send(f"POST {path}", house.credential(*WRITER), body, kind, if_match)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_put_is_read_added_to_and_taken_out(house: House, path: str) -> None:
    member, writer = PATHS[path], house.credential(*WRITER)
    assert house.get(path) == {member: []}
    sent = json.dumps({member: [ONE[path]]}).encode()
    first = report(put(house, path, sent))
    assert first == {"added": 1, "changed": 0, "removed": 0, "unchanged": 0, "revision": 1}
    read = house.ask(path)
    whole = json.loads(read.body)
    assert whole[member] == [ONE[path] | ({"kind": "learner"} if path == "directory" else {})]
    # What GET answers, PUT takes.
    assert report(put(house, path, read.body))["unchanged"] == 1
    assert report(post(house, path, EMPTY[path]))["unchanged"] == 1
    gone = report(house.send(f"DELETE {path}?{KEYS[path]}", writer))
    assert (gone["removed"], gone["revision"]) == (1, 2)
    assert report(house.send(f"DELETE {path}?{KEYS[path]}", writer))["removed"] == 0
    assert house.send(f"DELETE {path}", writer).status == 400
    report(put(house, path, sent))
    assert report(put(house, path, EMPTY[path]))["removed"] == 1


@pytest.mark.parametrize("path", PATHS)
def test_two_editors_do_not_overwrite_each_other(house: House, path: str) -> None:
    tag = house.ask(path).header("etag") or ""
    assert house.ask(path, headers={"if-none-match": tag}).status == 304
    sent = json.dumps({PATHS[path]: [ONE[path]]}).encode()
    later = put(house, path, sent, if_match=tag).header("etag") or ""
    assert house.ask(path, headers={"if-none-match": tag}).header("etag") == later
    writer = house.credential(*WRITER)
    for stale in (tag, f"W/{later}", '"nonsense"'):
        assert put(house, path, EMPTY[path], if_match=stale).error == "precondition_failed"
        assert post(house, path, EMPTY[path], if_match=stale).status == 412
        gone = house.send(f"DELETE {path}?{KEYS[path]}", writer, if_match=stale)
        assert gone.status == 412
    assert len(house.get(path)[PATHS[path]]) == 1
    assert put(house, path, EMPTY[path], if_match=f"{tag}, {later}").status == 200
    assert put(house, path, EMPTY[path], if_match="*").status == 200


def test_the_tag_of_a_csv_file_is_one_to_write_by(house: House) -> None:
    report(put(house, "directory", DIRECTORY, CSV))
    read = house.ask("directory", headers={"accept": CSV})
    assert read.header("content-type") == "text/csv; charset=utf-8; header=present"
    assert read.body.splitlines()[1] == b"mbox:mailto:anna@example.org,anna,learner,,Ville,,"
    tag = read.header("etag") or ""
    assert tag != house.ask("directory").header("etag")
    assert report(put(house, "directory", read.body, CSV, if_match=tag))["unchanged"] == 2


def test_yaml_is_taken_and_what_is_wrong_is_told_by_its_line(house: House) -> None:
    good = b"courses:\n  - id: urn:a\n    title: Un\n"
    assert report(put(house, "catalogue", good, YAML))["added"] == 1
    bad = good + b"  - id: no IRI\n    titel: Deux\n"
    response = put(house, "catalogue", bad, YAML)
    assert response.error == "invalid_reference_data"
    lines = [(each["line"], each["path"]) for each in json.loads(response.body)["problems"]]
    assert lines == [(4, "$.courses[1].id"), (5, "$.courses[1].titel")]
    assert [each["id"] for each in house.get("catalogue")["courses"]] == ["urn:a"]
    pretty = json.dumps({"courses": [{"id": "x"}]}, indent="\t").encode()
    assert problem(put(house, "catalogue", pretty))["line"] == 4


@pytest.mark.parametrize(
    ("body", "kind", "place"),
    [
        (b"learner,identifier\nanna,nobody\n", CSV, (2, "identifier")),
        (b"learner,colour\n", CSV, (1, "colour")),
        (
            b'{"rows":[{"learner":"a","identifier":"a@b.org"},{}]}',
            JSON,
            (0, "$.rows[1].identifier"),
        ),
        (b'{"rows":[{"colour":"red"}]}', JSON, (0, "$.rows[0].colour")),
        (b'{"rows":[{"learner":3}]}', JSON, (0, "$.rows[0].learner")),
        (b'{"rows":["x"]}', JSON, (0, "$.rows[0]")),
        (b'["x"]', JSON, (0, "$")),
    ],
)
def test_a_directory_is_refused_by_line_or_path(
    house: House, body: bytes, kind: str, place: tuple[int, str]
) -> None:
    found = problem(put(house, "directory", body, kind))
    assert (found.get("line", 0), found["path"]) == place


def test_what_can_not_be_read_is_refused(house: House) -> None:
    assert put(house, "catalogue", b"{", JSON).error == "invalid_json"
    assert put(house, "catalogue", b"{courses: []}", JSON).error == "invalid_json"
    assert put(house, "catalogue", b"a: b: c", YAML).error == "invalid_reference_data"
    assert problem(put(house, "catalogue", b"", YAML))["path"] == "$"
    for kind in ("", CSV, "text/plain"):
        assert problem(put(house, "catalogue", EMPTY["catalogue"], kind))["path"] == "Content-Type"
    assert problem(put(house, "directory", b"", YAML))["path"] == "Content-Type"
    assert house.send("DELETE directory?identifier=x", house.credential(*WRITER)).status == 400
    huge = b" " * (house.settings.max_document_bytes + 1)
    assert put(house, "catalogue", huge, YAML).error == "body_too_large"


@pytest.mark.parametrize("path", PATHS)
def test_reading_and_writing_have_scopes_of_their_own(house: House, path: str) -> None:
    for scope in ("records/write", "records/read/mine", "records/aggregates", "all/read"):
        assert house.ask(path, house.credential(scope)).status == 403
    for scope in ("records/read", "records/aggregates", "all/read"):
        who = house.credential(scope)
        for request in (f"PUT {path}", f"POST {path}", f"DELETE {path}?{KEYS[path]}"):
            assert house.send(request, who, EMPTY[path], JSON).status == 403
    assert house.ask(path, house.credential("all")).status == 200
    assert house.send(f"PUT {path}", house.credential("all"), EMPTY[path], JSON).status == 200


def limited(house: House, *scopes: str, **names: str) -> str:
    limits = Limits(**{name: frozenset({of}) for name, of in names.items()})
    return house.credential(*(scopes or ("records/read",)), limits=limits)


def seen(house: House, path: str, who: str) -> list[Json]:
    found: list[Json] = house.get(path, who)[PATHS[path]]
    return found


def test_who_is_limited_sees_a_part(house: House) -> None:
    courses = [make_course(1), make_course(2, tags=["safety"]), make_course(3)]
    put(house, "catalogue", json.dumps({"courses": courses}).encode())
    put(house, "badge-definitions", json.dumps({"badges": [make_badge(1)]}).encode())
    put(house, "directory", DIRECTORY, CSV)
    by_course, by_tag = limited(house, courses=course_iri(1)), limited(house, tags="safety")
    by_employer = limited(house, employers="CASVP")
    assert [each["id"] for each in seen(house, "catalogue", by_course)] == [course_iri(1)]
    assert [each["id"] for each in seen(house, "catalogue", by_tag)] == [course_iri(2)]
    assert len(seen(house, "catalogue", by_employer)) == 3
    assert seen(house, "badge-definitions", by_tag) == []
    assert len(seen(house, "badge-definitions", by_employer)) == 1
    assert [each["learner"] for each in seen(house, "directory", by_employer)] == ["bert"]
    for who in (by_course, by_tag, limited(house, courses=course_iri(1), employers="CASVP")):
        assert house.ask("directory", who).status == 403
    tags = {house.ask("catalogue", who).header("etag") for who in (by_course, by_tag, None)}
    assert len(tags) == 3


def test_who_is_limited_writes_nothing(house: House) -> None:
    who = limited(house, "all", employers="CASVP")
    assert house.send("PUT directory", who, EMPTY["directory"], JSON).status == 403
    with pytest.raises(ValueError, match="records/write is for all records"):
        limited(house, "records/write", employers="CASVP")


def test_the_fold_goes_by_what_was_brought_in_by_the_api(house: House) -> None:
    """What a running fold has folded already is folded again by the new directory."""
    with (
        closing(open_database(house.settings.database_url)) as log,
        closing(open_there(house.settings.records_url)) as records,
    ):
        Store(log).appender.append([new_request(make_moodle_event())])
        records.write(lambda c: c.remove(tables.projection, [("all",)]))
        lease = Lease()
        records.write(lease.claim)
        engine = build_engine(log, records, lease)
        while engine.step():
            pass
        assert records.read(read_ledger)["events"].position == 1
        before = house.rows("connections")
        name = before[0]["learner"]
        rows = [{"identifier": name, "learner": "anna", "employer": "Ville"}]
        report(put(house, "directory", json.dumps({"rows": rows}).encode()))
        while engine.step():
            pass
        assert {row["learner"] for row in house.rows("connections")} == {"anna"}
        assert house.get("learners", learner="anna")["employer"] == "Ville"
