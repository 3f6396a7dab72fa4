"""Technician dispatch and routing: who goes where, when, with which part on the van, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch_engine._version import __version__

if TYPE_CHECKING:
    from dispatch_engine.check import Verdict
    from dispatch_engine.errors import DispatchEngineError, EngineError, InputError
    from dispatch_engine.model.plan import Plan
    from dispatch_engine.model.problem import Problem
    from dispatch_engine.report.html import render_report
    from dispatch_engine.solver.solve import Progress, solve

__all__ = [
    "DispatchEngineError",
    "EngineError",
    "InputError",
    "Plan",
    "Problem",
    "Progress",
    "Verdict",
    "__version__",
    "render_report",
    "solve",
]

_HOMES = {
    "DispatchEngineError": "dispatch_engine.errors",
    "EngineError": "dispatch_engine.errors",
    "InputError": "dispatch_engine.errors",
    "Plan": "dispatch_engine.model.plan",
    "Problem": "dispatch_engine.model.problem",
    "Progress": "dispatch_engine.solver.solve",
    "Verdict": "dispatch_engine.check",
    "render_report": "dispatch_engine.report.html",
    "solve": "dispatch_engine.solver.solve",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import dispatch_engine` stays fast."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
