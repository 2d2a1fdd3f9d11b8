"""Questions of Moodle's quizzes and lessons, with good and bad answers."""

from __future__ import annotations

from lrs.simulation.courses import Question
from lrs.simulation.dialects.moodle_events import ADL
from lrs.simulation.names import ANSWERS, QUESTIONS
from lrs.simulation.text import PLATFORM, activity, php

_RESPONSE = "http://learninglocker.net/xapi/cmi"
_TYPE = f"{ADL}/activities/cmi.interaction"


def quiz_question(course_module: int, number: int, *, open_: bool) -> Question:
    """The question of that number; its kind follows from the number unless it is an essay."""
    text = QUESTIONS[number % len(QUESTIONS)]
    makers = (_choice, _true_false, _numeric)
    definition, right, wrong = _essay() if open_ else makers[number % len(makers)]()
    iri = f"{PLATFORM}/question/question.php?cmid={course_module}&id={number}"
    value = activity(iri, _TYPE, f"Question {number}", "en", description={"en": text}, **definition)
    return Question(number, open_, php(value), php(right), php(wrong))


def lesson_question(course_module: int, number: int) -> Question:
    """The open question at the end of a lesson."""
    text = QUESTIONS[number % len(QUESTIONS)]
    iri = f"{PLATFORM}/mod/lesson/view.php?id={course_module}&pageid={number}"
    definition, _, _ = _essay()
    value = activity(iri, _TYPE, f"Question {number}", "en", description={"en": text}, **definition)
    answer = {"response": "Je préviens mon responsable et je note l'heure."}
    return Question(
        number,
        open=True,
        object_json=php(value),
        right_json=php(answer),
        wrong_json=php({"response": ""}),
    )


_Parts = tuple[dict[str, object], dict[str, object], dict[str, object]]


def _choice() -> _Parts:
    choices = [
        {"id": answer.replace(" ", "-"), "description": {"en": answer}} for answer in ANSWERS
    ]
    definition: dict[str, object] = {
        "interactionType": "choice",
        "choices": choices,
        "correctResponsesPattern": [choices[0]["id"]],
    }
    right, wrong = (
        _closed("choice", str(choice["id"]), answer, success=success)
        for choice, answer, success in zip(choices, ANSWERS, (True, False), strict=False)
    )
    return definition, right, wrong


def _true_false() -> _Parts:
    definition: dict[str, object] = {
        "interactionType": "true-false",
        "correctResponsesPattern": ["true"],
    }
    right = _closed("true-false", "true", response=True, success=True)
    return definition, right, _closed("true-false", "false", response=False, success=False)


def _numeric() -> _Parts:
    definition: dict[str, object] = {
        "interactionType": "numeric",
        "correctResponsesPattern": ["10[:]15"],
    }
    right = _closed("numeric", "12", 12, success=True)
    return definition, right, _closed("numeric", "3.5", 3.5, success=False)


def _essay() -> _Parts:
    answer: dict[str, object] = {"completion": True, "response": "D'abord écouter, puis agir."}
    # A learner who leaves the field empty: the plugin sends the empty response.
    return {"interactionType": "long-fill-in"}, answer, {"completion": True, "response": ""}


def _closed(kind: str, text: str, response: object, *, success: bool) -> dict[str, object]:
    extensions = {f"{_RESPONSE}/{kind}/response": response}
    return {"completion": True, "success": success, "response": text, "extensions": extensions}
