"""Texts and JSON values that programs stumble over, as bytes: not all of them are JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

LONG = (300, 2_800, 9_000, 70_000)  # around the limits of indexes, pages and buffers

TEXTS = (
    "",
    " ",
    "null",
    "\x00",
    "a\x00b",
    "\u2028\u202e\u200b",
    "é" * 40,
    "😀" * 3,
    "\U0010ffff",
    "\ufeff",
    "../../etc/passwd",
    "%00%ff%",
    "' OR 1=1; --",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "<script>",
    "\r\nX-Injected: 1",
    "-1",
    "1e309",
    "9223372036854775808",
    "NaN",
    "http://",
    "http://[::1",
    "http://example.org/\ud7ff",
    "urn:x:" + "y" * 500,
    "mailto:",
    "mailto:a@b@c",
    "tag:\x7f",
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "2026-02-30T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999999-23:59",
    "2026-01-01T00:00:60Z",
    "P1Y2M3DT4H5M6.7S",
    "P99999999999999999999Y",
    "en-" + "x" * 200,
    "http://adlnet.gov/expapi/verbs/voided",
    "StatementRef",
    "SubStatement",
)

UNITS = ("a", "1", "a-", "a@", " ", "\\", ";a", "%4", "/.", ",")

RAW_VALUES = (
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"-1e400",
    b"1e-400",
    b"1E+99999999999",
    b"0" * 50,
    b"01",
    b"+1",
    b".5",
    b"1.",
    b"-0",
    b"-",
    b"1" * 5_000,
    b"0." + b"3" * 5_000,
    b"9223372036854775808",
    b"true",
    b"null",
    b"nul",
    b"undefined",
    b"'x'",
    b"[]",
    b"{}",
    b"[,]",
    b"[1,]",
    b'{"a":1,}',
    b'{"a":1,"a":2}',
    b'{"a" 1}',
    b"{1:2}",
    b'{"":""}',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"\\u0000"',
    b'"\\u00"',
    b'"\\x41"',
    b'"a\x00b"',
    b'"a\nb"',
    b'"\xff\xfe"',
    b'"\xc0\xaf"',
    b'"\xed\xa0\x80"',
    b'"\xf4\x90\x80\x80"',
    b'"unterminated',
    b"/* */ 1",
    b"\xef\xbb\xbf1",
    b"1 2",
)


def odd_text(chance: Random) -> str:
    """A text that is unusual where it stands."""
    kind = chance.randrange(9)
    if kind == 0:
        return random_text(chance)  # nothing can compress it
    if kind == 3:
        return repeated_text(chance)
    if kind == 1:
        return "".join(map(chr, chance.choices(range(0xD7FF), k=chance.randrange(1, 20))))
    if kind == 2:
        return f"http://example.org/{random_text(chance)}"
    return chance.choice(TEXTS)


def repeated_text(chance: Random) -> str:
    """What a careless regular expression takes seconds to refuse."""
    start, unit = chance.choice(("", "1.0.", "P", "en-", '"')), chance.choice(UNITS)
    return start + unit * (12_000 // len(unit)) + chance.choice(("!", " b", '"'))


def random_text(chance: Random) -> str:
    """A long text of hexadecimal digits."""
    return chance.randbytes(chance.choice(LONG) // 2).hex()


def odd_value(chance: Random) -> bytes:
    """What may stand in the place of a JSON value, well-formed or not."""
    kind = chance.randrange(10)
    if kind < 4:
        return json.dumps(odd_text(chance), ensure_ascii=chance.random() < 0.5).encode()
    if kind == 4:
        return nested(chance)
    if kind == 5:
        return many(chance)
    return chance.choice(RAW_VALUES)


def nested(chance: Random) -> bytes:
    """Arrays or objects within each other, closed or not."""
    depth = chance.choice((5, 63, 64, 65, 250, 1_500, 100_000))
    start, end = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")))
    closed = depth if chance.random() < 0.8 else chance.randrange(depth)
    return start * depth + b"1" + end * closed


def many(chance: Random) -> bytes:
    """Thousands of members or elements, some of them of the same name."""
    count = chance.choice((100, 3_000, 20_000))
    if chance.random() < 0.5:
        return b"[" + b",".join([chance.choice(RAW_VALUES[15:20])] * count) + b"]"
    step = chance.choice((1, 1, 1, 0))
    names = (b'"http://example.org/%d":%d' % (i * step, i) for i in range(count))
    return b"{" + b",".join(names) + b"}"


def broken(chance: Random, data: bytes) -> bytes:
    """Bytes with a few of them changed, gone or doubled."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            data = data[:at]
        elif kind == 1:
            data = data[:at] + chance.randbytes(1) + data[at + 1 :]
        elif kind == 2:
            data = data[:at] + data[at + chance.randint(1, 8) :]
        else:
            data = data[:at] + data[max(0, at - chance.randint(1, 40)) :]
    return data
