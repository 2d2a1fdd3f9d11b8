"""Why a row is as it is: the statements that led to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections import tables
from tests.records.house import course_iri, enrolment
from tests.statements.store import Store
from tests.statements.worlds import make_statement

if TYPE_CHECKING:
    from tests.records.house import House
