"""The site's own vocabulary is kept row by row."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from projections.reference.problems import Refused
from projections.reference.revisions import load_revisions
from projections.reference.vocabulary import (
    import_vocabulary,
    load_vocabulary,
    read_vocabulary,
    write_vocabulary,
)

if TYPE_CHECKING:
    from statements.database import Database

RAW = b"verb,type,kind\nurn:a,,started\n\nurn:b,urn:c,completed\n"


def test_rows_are_kept_in_their_order_and_the_last_import_is_the_whole_truth(
    records: Database,
) -> None:
    rows = read_vocabulary(RAW)
    assert rows == {
        2: {"verb": "urn:a", "kind": "started"},
        4: {"verb": "urn:b", "type": "urn:c", "kind": "completed"},
    }
    assert tuple(import_vocabulary(records, list(rows.values()))) == (2, 0, 0, 0, 1)
    assert records.read(load_vocabulary) == [rows[2], rows[4]]
    assert tuple(import_vocabulary(records, [rows[2], rows[4]])) == (0, 0, 0, 2, 1)
    assert tuple(import_vocabulary(records, [rows[4]])) == (0, 1, 1, 0, 2)
    assert records.read(load_vocabulary) == [rows[4]]
    assert records.read(load_revisions)["vocabulary"] == 2


def test_what_is_written_can_be_brought_in_again() -> None:
    rows = list(read_vocabulary(RAW).values())
    file = io.StringIO(newline="")
    write_vocabulary(rows, file)
    assert list(read_vocabulary(file.getvalue().encode()).values()) == rows


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(Refused) as refused:
        read_vocabulary(b"verb,kind\nurn:a\nurn:b,started,x\n")
    assert [str(each) for each in refused.value.problems] == [
        "2: there are 1 cells under 2 columns",
        "3: there are 3 cells under 2 columns",
    ]
