"""The shape of the catalogue: courses, their modules, their questions.

Fields that end in JSON are cut ready by the dialect that sends the course's
statements, so that a statement is put together from a dozen finished pieces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Source = Literal["moodle", "trax", "cmi5", "mooc", "game"]
Kind = Literal[
    "page", "quiz", "video", "scorm", "facetoface", "meeting", "h5p", "assign", "lesson",
    "pix", "au", "game", "class",
]  # fmt: skip
MoveOn = Literal["Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed"]


@dataclass(slots=True)
class Question:
    """A question of a quiz: the activity and the results of a good and a bad answer."""

    number: int
    open: bool
    object_json: str
    right_json: str
    wrong_json: str


@dataclass(slots=True)
class Module:
    """One thing to do in a course. `minutes` is how long it should take.

    `id` is the activity whose completion counts; `media_id` another activity
    that belongs to the module (the video in a page, the content in an H5P
    activity). `pass_mark` is a percentage, None where the teacher set none.
    """

    number: int
    kind: Kind
    id: str
    title: str
    required: bool
    minutes: int
    pass_mark: int | None = None
    media_id: str = ""
    move_on: MoveOn = "Completed"
    questions: tuple[Question, ...] = ()
    object_json: str = ""
    parents_json: str = ""
    inside_json: str = ""
    media_json: str = ""

    @property
    def bit(self) -> int:
        """The module's bit in a set of modules."""
        return 1 << self.number


@dataclass(slots=True)
class Course:
    """A course as its source shows it.

    `free` courses can be begun without being enrolled by someone;
    `says_completed` tells whether the source announces a finished course, or
    leaves it to be derived from the modules.
    """

    number: int
    source: Source
    id: str
    title: str
    tag: str
    free: bool
    says_completed: bool
    certified: bool
    badge: int | None
    modules: list[Module] = field(default_factory=list)
    object_json: str = ""
    reference_json: str = ""

    @property
    def required(self) -> int:
        """The set of required modules, as bits."""
        return sum(module.bit for module in self.modules if module.required)
