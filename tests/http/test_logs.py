"""Logs: lines of JSON with the request's id, and nothing about people."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from lrs import logs
from lrs.access_log import AccessLog
from lrs.logs import JsonLines, request_id_var
from lrs.settings import Settings
from tests.http.live import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "mailto:someone@example.com"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """Put the loggers back as they were."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)
    logging.captureWarnings(capture=False)


def record_of(error: BaseException | None = None, **facts: object) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("lrs.x", logging.ERROR, "x.py", 1, "it %s", ("broke",), exc_info)
    record.facts = facts
    return record


def failure() -> BaseException:
    """Return an exception that another one led to, both with texts about people."""
    with pytest.raises(ValueError, match="someone") as raised:
        _fail()
    return raised.value


def _fail() -> None:
    try:
        int(SECRET)
    except ValueError as cause:
        raise ValueError(SECRET) from cause


def line_of(record: logging.LogRecord, *, with_exception_text: bool = False) -> dict[str, Any]:
    text = JsonLines(with_exception_text=with_exception_text).format(record)
    assert "\n" not in text
    line: dict[str, Any] = json.loads(text)
    return line


def test_a_record_is_one_line_with_its_facts_and_the_request_id() -> None:
    token = request_id_var.set("r-1")
    line = line_of(record_of(worker=7))
    request_id_var.reset(token)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "error",
        "logger": "lrs.x",
        "message": "it broke",
        "request_id": "r-1",
        "worker": 7,
    }


def test_outside_a_request_there_is_no_id() -> None:
    assert "request_id" not in line_of(record_of())


def test_a_traceback_has_places_and_types_but_no_texts() -> None:
    traceback = line_of(record_of(failure()))["traceback"]
    assert traceback.count("builtins.ValueError") == 2
    assert any("test_logs.py" in place for place in traceback)
    assert SECRET not in json.dumps(traceback)


def test_texts_of_exceptions_are_logged_when_asked_for() -> None:
    traceback = line_of(record_of(failure()), with_exception_text=True)["traceback"]
    assert f"builtins.ValueError: {SECRET}" in traceback


def test_exceptions_that_refer_to_each_other_are_logged_once() -> None:
    first, second = ValueError(), KeyError()
    first.__context__, second.__context__ = second, first
    assert line_of(record_of(first))["traceback"] == ["builtins.ValueError", "builtins.KeyError"]


@pytest.mark.parametrize(("level", "expected"), [("info", ["a", "b"]), ("error", ["b"])])
def test_everything_goes_to_standard_error_as_json(
    root: logging.Logger, capsys: pytest.CaptureFixture[str], level: str, expected: list[str]
) -> None:
    logs.configure(Settings(log_level=level))
    logging.getLogger("lrs.anything").info("a")
    logging.getLogger("uvicorn.error").info("talk")
    logging.getLogger("uvicorn.error").error("b")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == expected
    assert root.handlers


def test_access_lines_are_written_soon_and_whole() -> None:
    stream = io.BytesIO()

    async def write() -> None:
        log = AccessLog(stream)
        log.write({"status": 200})
        log.write({"status": 503})
        assert stream.getvalue() == b""
        await asyncio.to_thread(wait_until, stream.getvalue, "the lines are written")

    asyncio.run(write())
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["status"], line["level"]) for line in lines] == [(200, "info"), (503, "error")]


class Blocks(io.BytesIO):
    """A stream that notes the size of each write."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def write(self, data: Any) -> int:  # noqa: ANN401 - as BytesIO has it
        """Note the size and write."""
        self.sizes.append(len(data))
        return super().write(data)


def test_blocks_are_small_enough_to_stay_whole_in_a_shared_pipe() -> None:
    stream = Blocks()

    async def write() -> None:
        log = AccessLog(stream)
        for number in range(200):
            log.write({"status": 200, "request_id": f"r-{number}"})
        log.flush()

    asyncio.run(write())
    assert len(stream.getvalue().splitlines()) == 200
    assert 5 < len(stream.sizes) < 50
    assert max(stream.sizes) <= 4096


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    stream = Blocks()
    stream.close()

    async def write() -> None:
        log = AccessLog(stream)
        log.write({"status": 200})
        log.flush()

    asyncio.run(write())
    assert len(stream.sizes) == 1
