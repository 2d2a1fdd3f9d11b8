"""What `lrs --help` says of each command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click
import pytest

from lrs.cli import lrs as group

if TYPE_CHECKING:
    from collections.abc import Iterator


def list_commands(command: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command below a group, as people write it."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from list_commands(found, *path, name)


COMMANDS = dict(list_commands(group))
OVER_THE_LAKE = {"sql", "shell", "open", "report", "reports", "month", "columns"}
WITHOUT_A_STORE = {"simulate", *(f"analytics {name}" for name in OVER_THE_LAKE)}


def variables_of(name: str) -> dict[str, str | None]:
    """Tell the environment variable that help shows for each option of a command."""
    command = COMMANDS[name]
    context = click.Context(command, info_name=name, **command.context_settings)
    options = [each for each in command.params if isinstance(each, click.Option)]
    shown = {
        each.name or "": str(each.get_help_record(context)) for each in options if not each.hidden
    }
    found = {option: re.search(r"env var: (\w+)", text) for option, text in shown.items()}
    return {option: match[1] if match else None for option, match in found.items()}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_an_environment_variable_of_its_own_that_help_shows(name: str) -> None:
    variables = variables_of(name)
    assert "database_url" in variables or name in WITHOUT_A_STORE
    assert [option for option, variable in variables.items() if variable is None] == []
    assert all(variable and variable.startswith("LRS_") for variable in variables.values())
    assert len(set(variables.values())) == len(variables)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_says_what_it_is_for(name: str) -> None:
    command = COMMANDS[name]
    assert re.match(r"[A-Z].*\.", command.get_short_help_str(limit=200))
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert re.fullmatch(r"[A-Z].*\.", option.help or "", re.DOTALL), option.name


def test_the_group_lists_every_command_with_a_whole_sentence() -> None:
    context = click.Context(group, info_name="lrs", terminal_width=80)
    listed = re.findall(r"^  (\w+) +([A-Z].*)$", context.get_help(), re.MULTILINE)
    assert {name for name, _ in listed} == {name.split()[0] for name in COMMANDS}
    assert [name for name, sentence in listed if not sentence.endswith(".")] == []
