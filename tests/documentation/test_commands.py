"""Commands, options, make targets and variables that a page names exist."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest

from lrs.cli import lrs
from lrs.settings import describe
from tests.documentation.pages import PAGES, ROOT, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = re.compile(r"\bLRS_[A-Z](?:[A-Z_]*[A-Z])?\b")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def walk(command: click.Command, parent: click.Context | None = None) -> Iterator[click.Context]:
    """Yield every command with its context."""
    prefix = command.context_settings.get("auto_envvar_prefix")
    context = click.Context(
        command, info_name=command.name, parent=parent, auto_envvar_prefix=prefix
    )
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None, name
            yield from walk(found, context)


def command_lines(page: Page) -> Iterator[list[str]]:
    """Yield what a page shows of a shell, as words, each command by itself."""
    shells = [block.text for block in page.blocks if block.language == "sh"]
    for text in [*shells, *page.code]:
        for line in text.replace("\\\n", " ").splitlines():
            try:
                words = shlex.split(line, comments=True)
            except ValueError:  # a quotation of several lines: not a command of ours
                continue
            yield from filter(None, split_pipes(words))


def split_pipes(words: list[str]) -> Iterator[list[str]]:
    """Yield the commands of a pipeline."""
    while "|" in words:
        at = words.index("|")
        yield words[:at]
        words = words[at + 1 :]
    yield words


def words_of_ours(words: list[str]) -> list[str]:
    """The words that follow `lrs`, if it is our command: variables or docker may stand before."""
    names = [i for i, word in enumerate(words) if word in {"lrs", ".venv/bin/lrs"}]
    before = words[: names[0]] if names else words
    is_ours = words[:1] == ["docker"] or all(VARIABLE.match(word) for word in before)
    return words[names[0] + 1 :] if names and is_ours else []


def check_command(words: list[str]) -> None:
    """Check words that follow `lrs`: commands first, then options among the rest."""
    context = next(walk(lrs))
    command: click.Command = lrs
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"lrs has no command {words[0]}"
        command, words = found, words[1:]
    known = option_names(click.Context(command))
    for word in words:
        option = word.partition("=")[0]
        assert not option.startswith("--") or option in known, f"{command.name} has no {option}"


def option_names(context: click.Context) -> set[str]:
    """All spellings of a command's options."""
    options = context.command.get_params(context)
    return {name for each in options for name in (*each.opts, *each.secondary_opts)}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_and_option_exists(page: Page) -> None:
    every = {name for each in walk(lrs) for name in option_names(each)}
    for words in command_lines(page):
        check_command(words_of_ours(words))
        assert not words[0].startswith("--") or words[0].partition("=")[0] in every, words


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_target_exists(page: Page) -> None:
    targets = {*TARGET.findall((ROOT / "Makefile").read_text()), ".venv/.runtime"}
    for words in command_lines(page):
        if words[:1] == ["make"] and len(words) > 1:
            assert words[1] in targets, words


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_variable_exists(page: Page) -> None:
    known = {name for name, _, _ in describe()}
    known |= set(VARIABLE.findall((ROOT / "compose.yaml").read_text()))
    for context in walk(lrs):
        for parameter in context.command.get_params(context):
            known |= variables_of(parameter, context)
    assert set(VARIABLE.findall(page.text)) - known == set()


def variables_of(parameter: click.Parameter, context: click.Context) -> set[str]:
    """Names of the environment variables of an option."""
    if isinstance(parameter.envvar, str):
        return {parameter.envvar}
    if context.auto_envvar_prefix and parameter.name and parameter.envvar is None:
        return {f"{context.auto_envvar_prefix}_{parameter.name.upper()}"}
    return set(parameter.envvar or ())
