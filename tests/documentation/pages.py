"""The pages of the documentation and what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\(([^()\s]+)\)")
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


class Block(NamedTuple):
    """A fenced block: its language, the words after it, and its text."""

    line: int
    language: str
    words: tuple[str, ...]
    text: str


class Link(NamedTuple):
    """A link as it is written."""

    text: str
    target: str


@dataclass(frozen=True)
class Page:
    """A page in Markdown."""

    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        """The page as it is."""
        return self.path.read_text()

    @cached_property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @cached_property
    def blocks(self) -> list[Block]:
        """The fenced blocks in order."""
        return [self._block(match) for match in _FENCE.finditer(self.text)]

    @property
    def links(self) -> list[Link]:
        """The links of the prose."""
        return [Link(*found) for found in _LINK.findall(self.prose)]

    @property
    def code(self) -> list[str]:
        """What stands as code in the prose."""
        return [" ".join(each.split()) for each in _CODE.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """What a link can point to, as GitHub makes it of headings."""
        headings = [title.replace("`", "").lower() for title in _HEADING.findall(self.prose)]
        return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in headings}

    def table(self, *columns: str) -> list[list[str]]:
        """The rows of the table that has these column titles, cells without white space around."""
        lines = [_cells(line) for line in self.prose.splitlines()]
        start = lines.index(list(columns)) + 2
        end = next(i for i in range(start, len(lines)) if not lines[i])
        return lines[start:end]

    def _block(self, match: re.Match[str]) -> Block:
        language, *words = match["info"].split() or [""]
        line = self.text.count("\n", 0, match.start()) + 1
        return Block(line, language, tuple(words), match["text"])


def _cells(line: str) -> list[str]:
    if not line.startswith("|"):
        return []
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def uncoded(cell: str) -> list[str]:
    """The words that stand as code in a cell."""
    return _CODE.findall(cell)


README = Page(ROOT / "README.md")
OPERATE = Page(ROOT / "docs" / "operate.md")
INTEGRATE = Page(ROOT / "docs" / "integrate.md")
ANALYSTS = Page(ROOT / "docs" / "analysts.md")
DECISIONS = [Page(path) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
PAGES = [
    README,
    Page(ROOT / "CHANGELOG.md"),
    *(Page(path) for path in sorted((ROOT / "docs").glob("*.md"))),
    *DECISIONS,
]
