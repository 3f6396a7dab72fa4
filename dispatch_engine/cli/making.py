"""The commands that make files: ``generate``, ``import``, ``report``; and ``warmup``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from dispatch_engine.cli.guard import tell
from dispatch_engine.cli.inputs import about, read_both
from dispatch_engine.cli.outputs import STDOUT, refuse_unwritable, write_result

if TYPE_CHECKING:
    from dispatch_engine.model.plan import Plan
    from dispatch_engine.model.problem import Problem


def run_generate(
    config: str,
    output: str | None,
    seed: int | None,
    tickets: int | None,
    technicians: int | None,
    quiet: bool,
) -> None:
    """Make a day from a recipe and write it."""
    from dispatch_engine.sources.generate import generate_problem, to_text
    from dispatch_engine.sources.generate_config import GenerateConfig

    refuse_unwritable(output, inputs=[config])
    with about(config):
        recipe = GenerateConfig.from_file(config)
    with about("--tickets, --technicians"):
        drawn = recipe.seed if seed is None else seed
        problem = generate_problem(recipe, drawn, tickets=tickets, technicians=technicians)
    write_result(output, to_text(problem))
    _note_written(problem, output, quiet, f"seed {drawn}")


def run_import_trsp(file: str, output: str | None, quiet: bool) -> None:
    """Translate an instance file and write it as a problem; notes about the translation go to stderr."""
    from dispatch_engine.sources.trsp import read_trsp

    refuse_unwritable(output, inputs=[file])
    with about(file):
        imported = read_trsp(file)
    write_result(output, problem_text(imported.problem))
    if not quiet:
        for note in imported.notes:
            tell(f"note: {note}")
    _note_written(imported.problem, output, quiet, "objective working_time")


def _note_written(problem: Mapping[str, Any], output: str | None, quiet: bool, detail: str) -> None:
    if not quiet and output is not None and output != STDOUT:
        sizes = f"{len(problem['tickets'])} tickets, {len(problem['technicians'])} technicians"
        tell(f"{output}: {problem['name']}, {sizes}, {detail}")


def problem_text(problem: Mapping[str, Any]) -> str:
    """Indented JSON in which a row of a matrix is a line."""
    return "".join(_pieces(problem, 0)) + "\n"


def _pieces(value: Any, depth: int) -> Iterator[str]:
    is_object = isinstance(value, Mapping)
    if not (is_object or isinstance(value, list)) or _is_row(value):
        yield json.dumps(value, ensure_ascii=False)
        return
    yield "{" if is_object else "["
    items = value.items() if is_object else ((None, item) for item in value)
    for number, (key, item) in enumerate(items):
        yield ("," if number else "") + "\n" + " " * (depth + 1)
        if is_object:
            yield json.dumps(key, ensure_ascii=False) + ": "
        yield from _pieces(item, depth + 1)
    yield "\n" + " " * depth + ("}" if is_object else "]")


def _is_row(value: Any) -> bool:
    """Empty, or a list of plain values: short enough to read in a line."""
    return not value or (isinstance(value, list) and not any(isinstance(item, list | dict) for item in value))


def run_report(problem_file: str, plan_file: str, output: str, max_input_mb: float, quiet: bool) -> None:
    """Write the HTML page of a plan."""
    from dispatch_engine.report.html import render_report

    refuse_unwritable(output, inputs=[problem_file, plan_file])
    problem, plan = read_both(problem_file, plan_file, max_input_mb)
    write_result(output, render_report(problem, judged(problem, plan, problem_file, quiet)))
    if not quiet and output != STDOUT:
        tell(f"{output}: report of {problem.name or 'the plan'}")


def judged(problem: Problem, plan: Plan, problem_file: str, quiet: bool) -> Plan:
    """The plan with computed times where it gives none; a plan that breaks rules is told about and shown."""
    from dispatch_engine.check import check
    from dispatch_engine.cli.judging import completed_or_none
    from dispatch_engine.cli.tables import counted

    with about(problem_file):
        verdict = check(problem, plan)
    if not verdict.ok and not quiet:
        count = counted(len(verdict.violations), "violation")
        tell(f"note: the plan has {count}; dispatch-engine check lists them")
    return plan if plan.kpis is not None else completed_or_none(problem, plan) or plan


def run_warmup(quiet: bool) -> None:
    """Compile the kernels, or find that they are on disk already."""
    from dispatch_engine.cli.progress import PHASES, is_animated

    began = monotonic()
    if not quiet and is_animated():
        from rich.console import Console

        with Console(stderr=True).status("compiling the kernels (about a minute the first time)"):
            folder = _warm()
    else:
        if not quiet:
            tell(f"{PHASES['compile']} (compiling takes about a minute the first time)")
        folder = _warm()
    if not quiet:
        tell(f"kernels ready in {monotonic() - began:.1f} s, kept in {folder}")


def _warm() -> str:
    from dispatch_engine.solver.compiled import cache_folder
    from dispatch_engine.solver.warm import warm_kernels

    warm_kernels()
    return str(cache_folder())
