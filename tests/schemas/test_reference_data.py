"""Courses and badges: two implementations of JSON Schema agree, and refusals are explained."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from schemas.definitions import BASE_URI, SCHEMAS
from schemas.reference_data import problems_of

FILES = {"course": "catalogue.json", "badge": "badges.json", "criterion": "badges.json"}
REGISTRY = Registry[Any]().with_resources(
    (uri, DRAFT202012.create_resource(schema)) for uri, schema in SCHEMAS.items()
)
SAMPLES: list[tuple[str, Any, list[str]]] = [
    ("course", {"id": "urn:a"}, []),
    ("course", {"id": "urn:a", "modules": [], "tags": ["x"], "minutes": 0, "x-a": {}}, []),
    ("course", {"id": "urn:a", "modules": [{"id": "urn:b", "pass_mark": 100.0}]}, []),
    ("course", None, ["$"]),
    ("course", {}, ["$"]),
    ("course", {"id": 1, "title": 2, "source": 3}, ["$.id", "$.source", "$.title"]),
    ("course", {"id": "urn:a", "opening": "", "minutes": True}, ["$.minutes", "$.opening"]),
    ("course", {"id": "urn:a", "tags": [""], "Title": ""}, ["$.Title", "$.tags[0]"]),
    ("course", {"id": "urn:a", "two words": 1, "b": 2}, ["$.b", '$["two words"]']),
    ("course", {"id": "urn:a", "modules": [{"id": "urn:b", "colour": 1}]}, ["$.modules[0].colour"]),
    ("badge", {"id": "urn:a", "name": "x", "courses": 1}, []),
    ("badge", {"id": "urn:a", "name": 1}, ["$.name"]),
    ("criterion", {"all": [{"any": [{"badges": ["urn:a"]}]}]}, []),
    ("criterion", {"any_courses": 3.0, "after": "2026-01-01T00:00:00+01:00"}, []),
    ("criterion", {"any_courses": 3.5}, ["$.any_courses"]),
    ("criterion", {"any_courses": 1, "before": "1026-01-01"}, ["$.before"]),
    ("criterion", {"all": [{}]}, ["$.all[0]"]),
    ("criterion", {"score_at_least": "80", "course": 1}, ["$.course", "$.score_at_least"]),
]


@pytest.mark.parametrize(("kind", "value", "paths"), SAMPLES)
def test_what_is_wrong_is_named_by_its_path(kind: str, value: object, paths: list[str]) -> None:
    problems = problems_of(kind, value)
    assert sorted(problem.path for problem in problems) == sorted(paths)
    assert all(problem.rule for problem in problems)
    schema = {"$ref": f"{BASE_URI}{FILES[kind]}#/$defs/{kind}"}
    assert Draft202012Validator(schema, registry=REGISTRY).is_valid(value) == (not problems)


def test_all_problems_are_told_however_many() -> None:
    modules = [{"id": n} for n in range(500)]
    assert len(problems_of("course", {"id": "urn:a", "modules": modules})) == 500
