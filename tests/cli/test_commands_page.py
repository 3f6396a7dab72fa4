"""The page of commands is complete: every command, every option, and nothing that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from shell import ROOT

from dispatch_engine.cli.app import app

PAGE = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
EVERYWHERE = {"--help", "-h"}


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its name, those of groups as ``import trsp``."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


ROOT_COMMAND: Any = typer.main.get_command(app)
COMMANDS = dict(commands(ROOT_COMMAND))


def section(name: str) -> str:
    """What the page says about a command."""
    found = re.search(rf"^## `{name}`\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/reference/commands.md has no section `{name}`"
    return found[1]


def options(command: Any) -> set[str]:
    return {name for param in command.params if param.param_type_name == "option" for name in param.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_there_with_exactly_its_options(name: str) -> None:
    """The table of a command names its options, long and short, and no other."""
    rows = re.findall(r"^\| (`-.*?) \|", section(name), flags=re.MULTILINE)
    told = {option for row in rows for option in re.findall(r"`(--?[a-z][a-z-]*)", row)}
    assert told == options(COMMANDS[name]) - EVERYWHERE


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_stands_in_the_usage(name: str) -> None:
    """The first line of a section is the command as it is typed."""
    arguments = [p.metavar for p in COMMANDS[name].params if p.param_type_name == "argument"]
    usage = re.match(r"`dispatch-engine ([^`]*)`", section(name))
    assert usage is not None
    assert usage[1].startswith(" ".join([name, *arguments]))


def test_no_command_is_invented() -> None:
    """Every section in code font is a command."""
    assert set(re.findall(r"^## `(.*)`$", PAGE, flags=re.MULTILINE)) == set(COMMANDS)


def test_options_of_the_program_stand_there() -> None:
    """Those before any command, completion included."""
    assert [option for option in options(ROOT_COMMAND) if f"`{option}`" not in PAGE] == []


def test_every_exit_code_is_explained() -> None:
    """The codes of the guard are the codes of the page."""
    from dispatch_engine.cli import guard

    codes = {0, guard.NO, guard.BAD_INPUT, guard.FAILED, guard.INTERRUPTED}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, flags=re.MULTILINE)} == codes
