"""A few people, things and moments, so that everything meets everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.projections.translation.statements import CMI5, SITE, TYPE, activity

Json = dict[str, Any]

AGENTS: list[Json] = [
    {"objectType": "Agent", "account": {"homePage": SITE, "name": "17"}},
    {"objectType": "Agent", "account": {"homePage": SITE, "name": "18"}},
    {"account": {"homePage": "https://mooc.example", "name": "x|1"}},
    {"mbox": "mailto:anna@ville.example"},
    {"openid": "https://id.example/bob"},
]
IFIS = [
    f"account:{SITE}|17", f"account:{SITE}|18", "account:https://mooc.example|x|1",
    "mbox:mailto:anna@ville.example", "openid:https://id.example/bob",
]  # fmt: skip
OTHER = activity(f"{SITE}/course/view.php?id=3", f"{CMI5}activitytype/course", "Autre")
GAME = activity("https://jeux.example/partie/1", f"{TYPE}simulation", "Jeu")
ODD = activity("https://outil.example/objet", "https://outil.example/type", "Objet")
REGISTRATIONS = [f"0190c2f1-5b3e-4f0a-9f0e-3a2b1c0d9e8{number}" for number in range(2)]
MOVE_ON = ["Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable"]
MOVE_ON_NAME = f"{CMI5}context/extensions/moveon"

_MINUTES = [0, 1, 20, 30, 50, 51, 81, 112, 125, 1565, 44_700]
"""Since a late evening: close together, just within the gap, beyond it, over midnight, later."""
_EVENING = datetime(2025, 3, 29, 21, 40, tzinfo=UTC)  # the night in which the clocks go forward
TIMES = [_EVENING + timedelta(minutes=minutes) for minutes in _MINUTES]
WRONG_TIMES = [datetime(1999, 12, 31, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)]
