"""The read models as plain tables, for whoever takes them elsewhere."""

from __future__ import annotations

from projections.exports.courses import COURSES
from projections.exports.figures import INDICATORS
from projections.exports.people import ACTORS, LEARNERS
from projections.exports.records import BADGES, COMPLETIONS, CONNECTIONS, ENROLMENTS, MEASURED

EXPORTS = (
    *(LEARNERS, ACTORS, COURSES),
    *(ENROLMENTS, COMPLETIONS, CONNECTIONS, MEASURED, BADGES),
    INDICATORS,
)
