"""Warming up compiles all that real days need: nothing is left to be compiled inside a time limit."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest

from dispatch_engine.model.problem import Problem
from dispatch_engine.solver import kernels
from dispatch_engine.solver.solve import solve
from dispatch_engine.solver.warm import warm_kernels

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def compiled() -> dict[str, int]:
    """How many signatures each kernel was compiled for."""
    names = [module.name for module in pkgutil.iter_modules(kernels.__path__)]
    modules = [importlib.import_module(f"{kernels.__name__}.{name}") for name in names]
    return {
        f"{module.__name__}.{name}": len(thing.signatures)
        for module in modules
        for name, thing in vars(module).items()
        if hasattr(thing, "signatures")
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"objective": {"mode": "cost", "prices": {"km": 5}}},
        {"objective": {"mode": "working_time"}},
    ],
    ids=["sla_first", "cost with km", "working_time"],
)
@pytest.mark.parametrize("name", ["tiny-day", "shanghai-weekday"])
def test_a_real_day_compiles_nothing_new(name: str, changes: dict[str, Any]) -> None:
    """Travel from a matrix and from coordinates, in every mode: the kernels of the warm-up will do."""
    warm_kernels()
    before = compiled()
    problem = Problem.from_file(SCENARIOS / f"{name}.json").replace(**changes)
    solve(problem, iterations=5, workers=1)
    assert compiled() == before
