"""What logstore_xapi says of work that is marked: quizzes, assignments, lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lrs.simulation.dialects import moodle_events as events
from lrs.simulation.dialects.moodle import boolean, compose, score, within
from lrs.simulation.dialects.moodle_events import PREPOSITIONS, STREAMS
from lrs.simulation.paris import SECOND
from lrs.simulation.text import PLATFORM, activity, escaped, php, quoted

if TYPE_CHECKING:
    from lrs.simulation.act import Act, Identity
    from lrs.simulation.courses import Module, Question

MAXIMUM = 20
"""Points of a quiz or an assignment: marks out of twenty, as in French schools."""

_ATTEMPT_PAGE = escaped(f"{PLATFORM}/mod/quiz/attempt.php")
_ATTEMPT_TYPE = escaped("http://adlnet.gov/expapi/activities/attempt")


class Attempt(NamedTuple):
    """An attempt at a quiz: its number in Moodle and the learner's count of attempts."""

    number: int
    ordinal: int
    module: Module

    @property
    def json(self) -> str:
        """The attempt as an activity."""
        course_module = self.module.id.rpartition("=")[2]
        iri = f"{_ATTEMPT_PAGE}?attempt={self.number}&cmid={course_module}"
        title = quoted(self.module.title)[1:-1]
        return (
            f'{{"objectType":"Activity","id":"{iri}","definition":{{"type":"{_ATTEMPT_TYPE}",'
            f'"name":{{"en":"{title} Attempt {self.ordinal}"}}}}}}'
        )


def attempt_started(act: Act, attempt: Attempt) -> str:
    """A quiz is begun."""
    return compose(act, events.STARTED, attempt.json, within(attempt.module.inside_json))


def attempt_ended(
    act: Act, attempt: Attempt, raw: float, milliseconds: int, *, given_up: bool
) -> str:
    """A quiz handed in, or found abandoned. Success is raw >= pass mark, which defaults to 0."""
    success = raw * 100 >= (attempt.module.pass_mark or 0) * MAXIMUM
    result = (
        f'{{{score(raw, MAXIMUM)},"completion":{boolean(not given_up)},'
        f'"success":{boolean(success)},"duration":"PT{milliseconds // SECOND}S"}}'
    )
    event = events.ABANDONED if given_up else events.SUBMITTED
    return compose(act, event, attempt.json, within(attempt.module.inside_json), result)


def question_answered(act: Act, attempt: Attempt, question: Question, *, right: bool) -> str:
    """One question of an attempt, told at the moment the attempt ends."""
    context = within(f"{attempt.json},{attempt.module.inside_json}")
    result = question.right_json if right else question.wrong_json
    return compose(act, events.ANSWERED, question.object_json, context, result)


def question_graded(act: Act, attempt: Attempt, slot: int, fraction: float, by: Identity) -> str:
    """An essay question marked by hand: a fraction of that question, no new total."""
    review = f"{PLATFORM}/review.php?attempt={attempt.number}"
    title = f"{attempt.module.title} Review Slot {slot}"
    object_json = php(activity(f"{review}&slot={slot}", f"{STREAMS}/review#slot", title, "en"))
    review_json = php(activity(review, f"{STREAMS}/review", "Review", "en"))
    context = within(f"{review_json},{attempt.json},{attempt.module.inside_json}", by)
    return compose(act, events.MANUALLY_GRADED, object_json, context, f"{{{score(fraction, 1)}}}")


def handed_in(act: Act, module: Module) -> str:
    """An assignment submitted."""
    return compose(act, events.HANDED_IN, module.media_json, within(module.inside_json))


def graded(act: Act, module: Module, raw: float, comment: str, by: Identity) -> str:
    """An assignment marked by `by`: the actor is the learner."""
    success = raw * 100 >= (module.pass_mark or 0) * MAXIMUM
    remark = f',"response":{php(comment)}' if comment else ""
    result = f'{{{score(raw, MAXIMUM)},"success":{boolean(success)}{remark}}}'
    return compose(act, events.GRADED, module.media_json, within(module.inside_json, by), result)


def lesson_started(act: Act, module: Module) -> str:
    """A lesson is begun."""
    return compose(act, events.LESSON_STARTED, module.media_json, within(module.inside_json))


def essay_answered(act: Act, module: Module, *, left_empty: bool) -> str:
    """The open question of a lesson; an empty response is sent as it is."""
    question = module.questions[0]
    result = question.wrong_json if left_empty else question.right_json
    context = within(module.inside_json)
    return compose(act, events.ESSAY_ANSWERED, question.object_json, context, result)


def essay_assessed(act: Act, module: Module, fraction: float, learner: Identity) -> str:
    """That question marked: the actor is the marker, the learner stands in an extension."""
    event = events.ESSAY_ASSESSED.extended(f"{PREPOSITIONS}/for", learner.moodle)
    object_json, context = module.questions[0].object_json, within(module.inside_json)
    return compose(act, event, object_json, context, f"{{{score(fraction, 1)}}}")
