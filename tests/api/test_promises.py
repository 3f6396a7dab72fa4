"""The page of promises names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
ROWS = [
    line
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith(("| promise", "| ---"))
]


@pytest.mark.parametrize("row", ROWS)
def test_every_promise_names_its_test(row: str):
    """A file of the tests with the classes it names, or the word that it is the same as above."""
    _, promise, shown, _ = row.split("|")
    assert promise.strip().endswith(".")
    files = re.findall(r"`(tests/[\w/]+\.py)`((?:[^`;]*`Test\w+`)*)", shown)
    assert files or shown.strip() == "the same"
    for name, classes in files:
        text = (ROOT / name).read_text(encoding="utf-8")
        for wanted in re.findall(r"Test\w+", classes):
            assert f"class {wanted}:" in text, f"{name} has no {wanted}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([\w-]+)`", TEXT))))
def test_every_command_of_make_exists(target: str):
    """As a rule of the Makefile."""
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
