"""Outputs that the page of commands shows are what the commands print."""

from __future__ import annotations

import re

import pytest
from shell import ROOT, call

PAGE = ROOT / "docs" / "reference" / "commands.md"
EXAMPLES = ROOT / "dispatch_engine" / "model" / "examples"
WIDTH = "110"


def shown() -> list[tuple[str, str]]:
    """Each command in a comment ``<!-- shown: … -->`` with the block below it."""
    found = r"<!-- shown: (.*?) -->\n```text\n(.*?)```"
    return re.findall(found, PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize(("command", "text"), shown())
def test_the_page_shows_what_the_command_prints(
    command: str, text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run from the checkout on a terminal of 110 columns."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", WIDTH)
    outcome = call(capsys, *command.split())
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == text


COMPARISON = (
    "compare",
    "scenarios/tiny-day.json",
    "scenarios/tiny-day.plan.json",
    "docs/examples/tiny-day-without-k4.plan.json",
)


EXPLANATION = (
    "explain",
    "docs/examples/short-morning.json",
    "docs/examples/short-morning.plan.json",
    "--ticket=K3",
    "--alternatives=1",
)
WHATIF = ("whatif", "docs/examples/tiny-day.whatif.yaml", "--workers", "1", "-q")
RANK = ("--iterations", "30", "--seeds", "3", "--confirm", "3", "--workers", "1", "-q")
RANKING = ("whatif", "--rank", "scenarios/tiny-day.json", *RANK)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("comparison", COMPARISON),
        ("explanation", EXPLANATION),
        ("whatif-result", WHATIF),
        ("whatif-ranking", RANKING),
    ],
)
def test_the_examples_are_what_the_commands_print(
    name: str, command: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example of each result's page is the JSON that its command prints."""
    monkeypatch.chdir(ROOT)
    outcome = call(capsys, *command, "--json")
    assert outcome.out == (EXAMPLES / f"{name}.json").read_text(encoding="utf-8")


def test_something_is_shown() -> None:
    """The pattern above still finds the examples."""
    assert {command.split()[0] for command, _ in shown()} >= {"compare", "explain", "whatif"}
