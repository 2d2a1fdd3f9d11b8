"""What the lake calls a statement that it has cut, and one that it has read whole."""

from __future__ import annotations

import json

import pytest

from analytics.cut import CutContext, cut
from analytics.told import Known
from lrs.lake_tables import Classify
from projections.classification import Classification
from projections.reference.catalogue import Catalogue
from projections.translation.vocabulary import shipped_vocabulary
from tests.projections.translation.corpus import CORPUS, Told


@pytest.mark.parametrize("told", CORPUS)
def test_a_statement_is_called_the_same_however_it_is_read(told: Told) -> None:
    classify = Classify(Classification(shipped_vocabulary(), Catalogue()))
    stored = {"id": "6d0f4d4e-8e0a-4f5c-9a43-0f9b8a3c1a01", "stored": "2026-01-05T08:12:00Z"}
    payload = json.dumps({"timestamp": "2026-01-05T08:12:00Z"} | told.statement | stored).encode()
    parts = cut(payload)
    around = parts.context or CutContext()
    pieces = (parts.object, around.contextActivities, around.extensions)
    known = Known(parts, told.statement["verb"]["id"], *map(bytes, pieces))
    for _ in range(2):  # the second time, extensions are remembered
        assert classify.of_cut(known) == classify(payload)
