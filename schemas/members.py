"""Edit the members of a JSON object without touching the text of those that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import orjson

from schemas.errors import InvalidJson, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_WHITESPACE = b" \t\r\n"
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def slices(raw: bytes) -> dict[str, bytes]:
    """Return the exact text of each member's value of the JSON object in `raw`.

    Raises InvalidJson when `raw` is no JSON object.
    """
    try:
        raw.decode()  # msgspec skips over the bytes of a string without looking at them
        return {name: bytes(value) for name, value in _MEMBERS.decode(raw).items()}
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        rule = f"this is not a JSON object: {error}"
        raise InvalidJson(Problem("$", rule, "Communication 2.2")) from None


def join(members: Mapping[str, bytes]) -> bytes:
    """Return the JSON object that has `members`, each given as the text of its value."""
    return b"{" + _listed(members) + b"}"


def splice(raw: bytes, drop: Collection[str], add: Mapping[str, bytes]) -> bytes:
    """Return the JSON object `raw` without the members `drop`, with the members `add`.

    `raw` is valid JSON and has none of the members `add`, except those in `drop`. When
    nothing has to be dropped, the client's text stays as it is, up to the closing brace.
    """
    if drop:
        kept = {name: text for name, text in slices(raw).items() if name not in drop}
        return join({**kept, **add})
    if not add:
        return raw
    opened = raw.rstrip(_WHITESPACE)[:-1]
    comma = b"" if opened.strip(_WHITESPACE) == b"{" else b","
    return b"".join((opened, comma, _listed(add), b"}"))


def merge_objects(old: bytes, new: bytes) -> bytes:
    """Return the top-level merge of two JSON objects; where both have a member, `new` wins.

    Source: Communication 2.2 (POST of documents). Raises InvalidJson when one of the
    two is no JSON object.
    """
    return join({**slices(old), **slices(new)})


def _listed(members: Mapping[str, bytes]) -> bytes:
    return b",".join([orjson.dumps(name) + b":" + text for name, text in members.items()])
