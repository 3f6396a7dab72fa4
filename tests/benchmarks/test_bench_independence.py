"""Evaluators share no code with the engine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.machine import CHECKOUT

FAMILIES = CHECKOUT / "benchmarks" / "families"
PLAIN = sorted([*FAMILIES.glob("*_evaluate.py"), FAMILIES / "evaluation.py", FAMILIES / "timing.py"])


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.name)
def test_evaluators_import_no_engine(path: Path) -> None:
    """Only the standard library and other plain files of the evaluators."""
    allowed = {f"benchmarks.families.{p.stem}" for p in PLAIN}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            assert not module.startswith(("dispatch_engine", "numpy", "ortools", "numba"))
            assert not module.startswith("benchmarks") or module in allowed
