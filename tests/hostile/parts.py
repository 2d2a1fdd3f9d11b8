"""`multipart/mixed` bodies that are not quite what they should be."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from tests.conformance.samples import make_attachment
from tests.hostile.statements import odd_body, valid_statement
from tests.hostile.values import broken, odd_text

if TYPE_CHECKING:
    from random import Random

BOUNDARIES = ("b", "a b c", "x" * 70, "x" * 71, "", "--", "=?'()+_,-./:", "é", "b\x00", '"', "b ")


def odd_multipart(chance: Random) -> tuple[str, bytes]:
    """Content-Type and body."""
    boundary = chance.choice(BOUNDARIES) if chance.random() < 0.2 else "frame"
    sections = odd_sections(chance)
    end_of_line = chance.choice(("\r\n",) * 9 + ("\n",))
    lines = []
    for header, content in sections:
        head = end_of_line.join(f"{name}: {value}" for name, value in header)
        head = f"--{boundary}{end_of_line}{head}{end_of_line}{end_of_line}"
        lines.append(head.encode(errors="replace") + content + end_of_line.encode())
    last = chance.choice((f"--{boundary}--\r\n",) * 8 + ("", f"--{boundary}", "--other--\r\n"))
    body = b"".join(lines) + last.encode(errors="replace")
    if chance.random() < 0.2:
        body = broken(chance, body)
    return odd_content_type(chance, boundary), body


def odd_content_type(chance: Random, boundary: str) -> str:
    """A Content-Type that names the boundary, as a rule."""
    kinds = (
        f'multipart/mixed; boundary="{boundary}"',
        "multipart/mixed",
        f"multipart/mixed; boundary={boundary}; boundary=other",
        f"multipart/form-data; boundary={boundary}",
        f"MULTIPART/Mixed;;; charset=utf-8;BOUNDARY={boundary}",
        'multipart/mixed; boundary="' + "\\" * 60,
        "multipart/mixed" + ";" * 5_000 + f"boundary={boundary}",
    )
    plain = f"multipart/mixed; boundary={boundary}"
    return chance.choice(kinds) if chance.random() < 0.3 else plain


def odd_sections(chance: Random) -> list[tuple[list[tuple[str, str]], bytes]]:
    """Header and content of each part: statements, then attachments that may be theirs."""
    content = chance.randbytes(chance.choice((0, 1, 100, 20_000)))
    statement = json.loads(valid_statement(chance))
    statement["attachments"] = [make_attachment(content)]
    first = json.dumps(statement).encode()
    if chance.random() < 0.3:
        first = odd_body(chance)
    sections = [
        ([("Content-Type", "application/json")], first),
        (
            [
                ("Content-Type", "application/octet-stream"),
                ("Content-Transfer-Encoding", "binary"),
                ("X-Experience-API-Hash", sha256(content).hexdigest()),
            ],
            content,
        ),
    ]
    change_sections(chance, sections)
    return sections


def change_sections(chance: Random, sections: list[tuple[list[tuple[str, str]], bytes]]) -> None:
    """Change something about the parts or their header fields."""
    kind = chance.randrange(9)
    header, content = chance.choice(sections)
    if kind == 0:
        sections.reverse()
    elif kind == 1:
        sections += [sections[-1]] * chance.choice((1, 2, 12_000))
    elif kind == 2:
        header.append(chance.choice(header))
    elif kind == 3:
        header[chance.randrange(len(header))] = (chance.choice(header)[0], odd_text(chance))
    elif kind == 4:
        del header[chance.randrange(len(header))]
    elif kind == 5:
        header += [(f"X-{i}", "y" * 90) for i in range(chance.choice((10, 300)))]
    elif kind == 6:
        sections[-1] = (sections[-1][0], content + b"x")
    elif kind == 7:
        del sections[chance.randrange(len(sections))]
