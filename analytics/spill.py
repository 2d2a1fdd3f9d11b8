"""Where queries write what their memory does not hold."""

from __future__ import annotations

from statements.passing_folder import PassingFolder, remove_abandoned

_PREFIX = "lrs-analytics-"


def spill_folder() -> PassingFolder:
    """A new folder for a session."""
    return PassingFolder(_PREFIX)


def remove_abandoned_spill() -> None:
    """Remove what sessions have left whose processes were killed."""
    remove_abandoned(_PREFIX)
