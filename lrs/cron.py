"""Schedules as cron writes them: minute, hour, day of the month, month, day of the week."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from apscheduler.triggers.cron import CronTrigger

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# cron counts from Sunday, which is 7 as well; the library counts from Monday.
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NUMBER: Final = re.compile(r"(?<![\w/])[0-7](?!\w)")
_FIELDS: Final = 5


def trigger_of(schedule: str, zone: ZoneInfo) -> CronTrigger:
    """When something is due. A day has to fit both its fields, unlike with cron.

    Raises:
        ValueError: this is no schedule.

    """
    fields = schedule.lower().split()
    if len(fields) != _FIELDS:
        raise ValueError("a schedule has five fields")
    fields[4] = _DAY_NUMBER.sub(lambda match: _DAYS[int(match[0])], fields[4])
    found: CronTrigger = CronTrigger.from_crontab(" ".join(fields), zone)
    return found
