"""Enrolments and completions, by learner and course."""

from projections.models.progress.projection import Progress

__all__ = ["Progress"]
