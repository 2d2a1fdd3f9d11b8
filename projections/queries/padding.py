"""Conditions on several values with few different SQL texts: each is prepared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

T = TypeVar("T")


def size_of(values: Collection[object]) -> int:
    """For how many values a condition is made: a power of two, or 0 for none."""
    return 1 << (len(values) - 1).bit_length() if values else 0


def one_of(column: ColumnElement[Any], name: str, size: int) -> ColumnElement[bool]:
    """The condition that a column has one of the values that `given` names."""
    if size == 1:  # SQLite knows that rows with one value come in the order of the index
        return column == bindparam(f"{name}_0")
    return column.in_([bindparam(f"{name}_{i}", type_=column.type) for i in range(size)])


def given(name: str, values: Collection[T]) -> dict[str, T]:
    """The parameters of such a condition, some of the values twice."""
    ordered = sorted(values)  # type: ignore[type-var]  # whole numbers or texts
    ordered += ordered[-1:] * (size_of(values) - len(ordered))
    return {f"{name}_{i}": value for i, value in enumerate(ordered)}
