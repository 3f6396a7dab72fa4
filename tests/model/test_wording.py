"""Catalogues of sentences: complete in every language, and filled in as the language does it."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from dispatch_engine.model.comparison import CallCode
from dispatch_engine.model.explanation import LimitCode, PartKind
from dispatch_engine.model.plan import ReasonCode
from dispatch_engine.model.wording import LANGUAGES, catalogue, say


def fields(entry: object) -> set[str]:
    """The names in braces of an entry, ``count`` left out: one language may write it as a word."""
    return (
        set(re.findall(r"\{(\w+)\}", str(entry))) - {"count"}
        if isinstance(entry, str)
        else {
            name
            for text in entry.values()
            for name in fields(text)  # type: ignore[attr-defined]
        }
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same(language: str) -> None:
    """The catalogues have the same codes, and each entry asks for the same values."""
    english, other = catalogue("en"), catalogue(language)  # type: ignore[arg-type]
    assert list(other) == list(english)
    assert {code for code in english if fields(english[code]) != fields(other[code])} == set()


def test_every_code_has_a_sentence() -> None:
    """Reasons, calls, limits and changes can be told."""
    wanted = {f"reason.{code}" for code in get_args(ReasonCode)} | {f"call.{c}" for c in get_args(CallCode)}
    wanted |= {f"limit.{code}" for code in get_args(LimitCode)} | {f"change.{k}" for k in get_args(PartKind)}
    assert wanted - set(catalogue("en")) == set()


def test_counts_and_lists_are_told_as_the_language_does_it() -> None:
    """English knows one and many; lists are joined by a comma or by the enumeration mark."""
    assert say("en", "reason.no_tool", count=1, tools=["pump", "ladder"]) == (
        "1 technician lacks a tool of: pump, ladder"
    )
    assert say("en", "reason.no_tool", count=2, tools=["pump"]) == "2 technicians lack a tool of: pump"
    assert say("zh", "reason.no_tool", count=2, tools=["泵", "梯子"]) == "2 名技师缺少工具：泵、梯子"


def test_an_unknown_code_is_an_error() -> None:
    """A code without a sentence never passes silently."""
    with pytest.raises(KeyError, match="nonsense"):
        say("en", "reason.nonsense")
