"""Options that are settings: the same names, variables and checks as in the environment."""

from __future__ import annotations

from dataclasses import fields
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from lrs.settings import Settings, variable

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

_FIELDS = {one.name: one for one in fields(Settings)}
STORE = ("database_url", "data_dir")
"""The settings that say where the store is."""

RECORDS = ("records_url", *STORE)
"""The settings that say where the records are."""

JSON_OUTPUT = click.option(
    "--json", "as_json", is_flag=True, envvar="LRS_JSON", show_envvar=True, help="Answer in JSON."
)
"""For programs that call a command."""


def with_settings(*names: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give a command options for these settings; it gets all settings as its first argument."""

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        @wraps(command)
        def call(*args: object, **options: object) -> R:
            given = {variable(name): options.pop(name) for name in names}
            chosen = {name: str(value) for name, value in given.items() if value is not None}
            return command(Settings.load(chosen), *args, **options)

        wrapped: Callable[..., R] = call
        for name in reversed(names):
            wrapped = _option(name)(wrapped)
        return wrapped

    return decorate


def _option(name: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    metadata = _FIELDS[name].metadata
    return click.option(
        "--" + name.replace("_", "-"),
        name,
        envvar=variable(name),
        show_envvar=True,
        metavar="URL" if metadata["secret"] else name.rpartition("_")[2].upper(),
        help=metadata["description"] + ".",
    )
