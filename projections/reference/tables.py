"""The tables of the reference data: what operators say, not what the log says.

They stand in the records store beside what is folded, and stay when that is thrown away.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, String, Table

metadata = MetaData()


def _table(name: str, *columns: Column[str] | Column[int]) -> Table:
    return Table(name, metadata, *columns, info={}, sqlite_with_rowid=False)


def _key(name: str) -> Column[str]:
    return Column(name, String(), primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, String(), nullable=False)


course = _table("catalogue_course", _key("iri"), _text("document"))
"""Courses of the catalogue: JSON as it was brought in."""

badge = _table("badge_definition", _key("iri"), _text("document"))
"""Badges: JSON as it was brought in."""

entry = _table(
    "directory_entry",
    _key("identifier"),  # IFI, as `schemas.identity` writes it
    *(_text(name) for name in ("learner", "kind", "directorate", "employer", "occupation")),
    _text("cohort"),
)
"""The directory: a row for each identifier of each person."""

vocabulary_row = _table(
    "vocabulary_row",
    Column("number", BigInteger(), primary_key=True, autoincrement=False),
    _text("document"),  # JSON: {column: text}
)
"""Rows of the site's own vocabulary, in their order."""

revision = _table("revision", _key("name"), Column("number", BigInteger(), nullable=False))
"""How often the catalogue, badges, directory and vocabulary were changed; absent: never."""
