"""What a learner does in each kind of module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.activities import (
    assignment,
    au,
    face_to_face,
    game,
    h5p,
    lesson,
    meeting,
    page,
    pix,
    quiz,
    scorm,
    video,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lrs.simulation.courses import Kind, Module
    from lrs.simulation.visit import Visit

PLAY: dict[Kind, Callable[[Visit, Module], None]] = {
    "page": page.play,
    "quiz": quiz.play,
    "video": video.play,
    "scorm": scorm.play,
    "facetoface": face_to_face.play,
    "meeting": meeting.play,
    "h5p": h5p.play,
    "assign": assignment.play,
    "lesson": lesson.play,
    "pix": pix.play,
    "au": au.play,
    "game": game.play,
    "class": meeting.attend_class,
}
