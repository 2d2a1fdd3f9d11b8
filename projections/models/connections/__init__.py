"""Connections by learner, on the whole platform and in each course."""

from projections.models.connections.projection import Connections

__all__ = ["Connections"]
