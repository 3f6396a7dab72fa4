"""The page of rules is complete: every rule, every code, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from dispatch_engine.check import CODES
from dispatch_engine.model.plan import ReasonCode
from dispatch_engine.rules import reading
from dispatch_engine.rules.register import RULES

PAGE = (Path(__file__).parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")


def rows() -> dict[str, str]:
    """The table of rules: name to the rest of its line."""
    return dict(re.findall(r"^\| `(\w+)` \|(.*)$", PAGE, flags=re.MULTILINE))


def test_every_rule_has_a_line_with_its_codes():
    """The line of a rule in the table names all its codes."""
    lines = rows()
    assert [rule.name for rule in RULES if rule.name not in lines] == []
    codes = [(rule.name, code) for rule in RULES for code in rule.codes]
    missing = [(name, code) for name, code in codes if f"`{code}`" not in lines[name]]
    assert missing == []


def test_every_other_code_is_explained():
    """Codes of unreadable plans, of wrong statements, and all reasons are on the page."""
    wanted = {*reading.CODES, *CODES, *get_args(ReasonCode)}
    assert sorted(code for code in wanted if f"`{code}`" not in PAGE) == []


def test_no_rule_is_invented():
    """Every first cell of the tables is a rule, a code or a reason that exists."""
    known = {rule.name for rule in RULES} | {*reading.CODES, *CODES, *get_args(ReasonCode)}
    assert sorted(set(rows()) - known) == []
