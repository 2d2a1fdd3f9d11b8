"""Courses, badges and people to bring in."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

LMS = "https://lms.example"
PAGE, QUIZ, VIDEO = f"{LMS}/page/1", f"{LMS}/quiz/2", f"{LMS}/video/3"


def course_iri(number: int) -> str:
    """Name a course."""
    return f"{LMS}/course/{number}"


def badge_iri(number: int) -> str:
    """Name a badge."""
    return f"{LMS}/badge/{number}"


def make_course(number: int = 1, **members: object) -> Json:
    """Make a course without modules."""
    return {"id": course_iri(number), "title": f"Course {number}"} | members


def make_badge(number: int = 1, **members: object) -> Json:
    """Make a badge for completing course 1, or for other criteria."""
    criteria = members or {"courses": [course_iri(1)]}
    return {"id": badge_iri(number), "name": f"Badge {number}"} | criteria


EXCEL: Json = {
    "id": course_iri(1),
    "title": "Tableur",
    "tags": ["bureautique", "numérique"],
    "source": "moodle",
    "opening": "enrolment",
    "minutes": 95.5,
    "x-owner": {"anything": [1, None]},
    "modules": [
        {"id": PAGE, "title": "Lire", "kind": "page", "minutes": 5, "activities": [VIDEO]},
        {"id": QUIZ, "required": False, "pass_mark": 60, "move_on": "Passed"},
    ],
}
