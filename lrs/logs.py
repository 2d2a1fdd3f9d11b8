"""Logs: one JSON object per line on standard error, with the request id, without personal data.

What people send can stand in the text of an exception (a refused value, the parameters of an SQL
statement), so a traceback is logged as types and places; texts only if the operator asks for them.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lrs.settings import Settings

request_id_var: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""Id of the request that the running task works on."""

# These say at every start what the server says in its own words, and more.
_TALKATIVE: Final = ("uvicorn.error", "asyncio", "httpx", "httpcore", "apscheduler")


def configure(settings: Settings) -> None:
    """Send everything that is logged in this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(with_exception_text=settings.log_exception_text))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; `extra={"facts": {...}}` adds fields."""

    def __init__(self, *, with_exception_text: bool = False) -> None:
        super().__init__()
        self._with_exception_text = with_exception_text

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip(),
        }
        if request_id := request_id_var.get():
            line["request_id"] = request_id
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = list(self._traceback(record.exc_info[1]))
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode()

    def _traceback(self, error: BaseException) -> Iterator[str]:
        """Yield the places and type of an exception and of those that led to it, latest first."""
        seen: set[int] = set()
        following: BaseException | None = error
        while following is not None and id(following) not in seen:
            seen.add(id(following))
            yield from (place.strip() for place in traceback.format_tb(following.__traceback__))
            yield self._name(following)
            following = following.__cause__ or following.__context__

    def _name(self, error: BaseException) -> str:
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        return f"{name}: {error}" if self._with_exception_text else name
