"""How a setting is written as text: one parser per kind of value.

A parser takes the text of an environment variable and returns its value, or raises `ValueError`
whose text completes the sentence "LRS_PORT=abc: must be ...".
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from projections.calendar import PARIS

if TYPE_CHECKING:
    from collections.abc import Callable

_SIZE: Final = re.compile(r"(\d+) ?([kMG]i?)?B?")
_UNIT_BYTES: Final = {
    None: 1,
    "k": 1000,
    "ki": 1024,
    "M": 1000**2,
    "Mi": 1024**2,
    "G": 1000**3,
    "Gi": 1024**3,
}
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s,]+", re.IGNORECASE)
_HOST: Final = re.compile(r"[A-Za-z0-9_.:%\[\]-]+")


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Parser of a whole number from `low` to `high`, both included."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,18}", text) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def size(low: int, high: int) -> Callable[[str], int]:
    """Parser of a number of bytes such as `65536`, `64 KiB` or `100MB`, from `low` to `high`."""

    def parse(text: str) -> int:
        match = _SIZE.fullmatch(text)
        value = int(match[1]) * _UNIT_BYTES[match[2]] if match else -1
        if not low <= value <= high:
            raise ValueError(f"must be a size such as 65536, 64KiB or 100MB, from {low} to {high}")
        return value

    return parse


def seconds(low: float, high: float) -> Callable[[str], float]:
    """Parser of a time in seconds from `low` to `high`, both included."""

    def parse(text: str) -> float:
        if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text) or not low <= float(text) <= high:
            raise ValueError(f"must be a number of seconds from {low:g} to {high:g}")
        return float(text)

    return parse


def choice(*allowed: str) -> Callable[[str], str]:
    """Parser of one of the `allowed` words, in either case."""

    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text.lower()

    return parse


def yes_or_no(text: str) -> bool:
    """Parse a yes/no answer."""
    if text.lower() not in {"yes", "no", "true", "false", "on", "off", "1", "0"}:
        raise ValueError("must be yes or no")
    return text.lower() in {"yes", "true", "on", "1"}


def path(text: str) -> Path:
    """Parse a path; `~` is the home of the user."""
    return Path(text).expanduser()


def host(text: str) -> str:
    """Parse a host name or address to listen on."""
    if not _HOST.fullmatch(text):
        raise ValueError("must be a host name or an IP address")
    return text


def url_path(text: str) -> str:
    """Parse the path under which something is served: `/xapi`, or `/` for the top."""
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+|/", text):
        raise ValueError("must be a path such as /xapi")
    return text.rstrip("/")


def http_url(text: str) -> str:
    """Parse the address at which people reach the server."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://lrs.example.org")
    return text.rstrip("/")


def database_url(text: str) -> str:
    """Parse the address of a database."""
    if not text.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return text


def records_beside(url: str) -> str:
    """Address of the records of a database; in PostgreSQL a schema of the same one has them."""
    scheme, _, path_text = url.partition(":///")
    if not scheme.startswith("sqlite"):
        return url
    return f"{scheme}:///{Path(path_text).parent / 'records.sqlite3'}"


def lake(text: str) -> str:
    """Parse the place of the lake: a folder, or the address of a bucket."""
    if "://" in text and not text.startswith("s3://"):
        raise ValueError("must be a folder or start with s3://")
    return text if "://" in text else str(path(text))


def origins(text: str) -> tuple[str, ...]:
    """Parse the origins of browser content: `*`, `none`, or origins separated by commas."""
    if text in {"*", "none"}:
        return ("*",) if text == "*" else ()
    found = tuple(origin.strip().lower() for origin in text.split(","))
    if not all(_ORIGIN.fullmatch(origin) for origin in found):
        raise ValueError("must be *, none, or origins such as https://lms.example.org, with commas")
    return found


def schedule(text: str) -> str:
    """Parse when something is due: minute, hour, day of the month, month, day of the week."""
    # A sixth of a second, which only those who have a schedule need wait for.
    from lrs.cron import trigger_of  # noqa: PLC0415

    try:
        trigger_of(text, PARIS)
    except ValueError as error:
        raise ValueError(f"must be five fields as of cron, such as 30 3 * * *: {error}") from None
    return text


def read(
    parse: Callable[[str], object], description: str, *, secret: bool = False
) -> dict[str, Any]:
    """Say how a setting's text is read and what the setting is for: a field's metadata."""
    return {"parse": parse, "description": description, "secret": secret}


def shown(default: object) -> str:
    """A default as the documentation shows it."""
    if default is None:
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, tuple):
        return ",".join(default)
    if isinstance(default, float):
        return f"{default:g}"
    return str(default)
