"""The commands that judge without an engine: ``validate`` a problem, ``check`` a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from dispatch_engine.cli.guard import BAD_INPUT, NO, tell, tell_findings
from dispatch_engine.cli.inputs import about, read_both, read_problem
from dispatch_engine.cli.outputs import STDOUT, print_json, refuse_unwritable, show, write_result
from dispatch_engine.errors import InputError

if TYPE_CHECKING:
    from dispatch_engine.model.plan import Plan
    from dispatch_engine.model.problem import Problem
    from dispatch_engine.rules.advice import Warning
    from dispatch_engine.rules.case import Case

MAX_WARNINGS = 20

# ---------------------------------------------------------------- validate


def run_validate(source: str, as_json: bool, max_input_mb: float) -> int:
    """Say what is wrong with a problem, or what it holds; the exit code."""
    from dispatch_engine.rules.advice import sizes, warnings_about

    try:
        problem = read_problem(source, max_input_mb)
        with about(source):
            case = _ready(problem)
    except InputError as error:
        tell_findings(error)
        if as_json:
            print_json({"ok": False, "findings": [asdict(finding) for finding in error.findings]})
        return BAD_INPUT
    warnings = list(warnings_about(case))
    if as_json:
        found = [asdict(warning) for warning in warnings]
        print_json({"ok": True, "findings": [], **sizes(problem), "warnings": found})
    else:
        _show_summary(case, warnings)
    return 0


def _ready(problem: Problem) -> Case:
    from dispatch_engine.rules.case import Case

    return Case.of(problem)


def _show_summary(case: Case, warnings: list[Warning]) -> None:
    from rich.text import Text

    from dispatch_engine.cli.tables import counted, facts
    from dispatch_engine.rules.advice import sizes

    held = sizes(case.problem)
    nouns = ("ticket", "technician", "shift", "depot")
    words = ", ".join(
        counted(held[f"{noun}s"], noun) for noun in nouns if held[f"{noun}s"] or noun != "depot"
    )
    rows = [("Holds", words), *_facts(case)]
    name = case.problem.name or "the problem"
    show(Text.assemble(("OK", "bold green"), f": {name} can be solved"), "", *facts(rows))
    if warnings:
        listed = [
            Text.assemble(("warning", "bold yellow"), f": {w.message}") for w in warnings[:MAX_WARNINGS]
        ]
        show("", *listed)
        if more := len(warnings) - len(listed):
            show(f"... and {more:,} more")


def _facts(case: Case) -> Iterator[tuple[str, str]]:
    problem, clock = case.problem, case.clock
    if case.shifts:
        first = clock.datetime(min(shift.start for shift in case.shifts))
        last = clock.datetime(max(shift.end for shift in case.shifts))
        yield "Shifts", f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} ({clock.time_zone})"
    yield "Planned at", f"{clock.datetime(clock.now):%Y-%m-%d %H:%M}"
    if problem.tickets:
        counts = Counter(ticket.priority for ticket in problem.tickets)
        urgent_first = sorted(counts, key=problem.policy.weight, reverse=True)
        yield "Priorities", ", ".join(f"{counts[name]:,} {name}" for name in urgent_first)
    yield "Objective", problem.objective.mode
    yield "Policy", problem.policy.name or "(unnamed)"
    yield "Travel", case.travel.source


# ---------------------------------------------------------------- check


def run_check(
    problem_file: str, plan_file: str, output: str | None, as_json: bool, max_input_mb: float
) -> int:
    """Give the verdict on a plan; the exit code."""
    from dispatch_engine.check import check

    refuse_unwritable(output, inputs=[problem_file, plan_file])
    problem, plan = read_both(problem_file, plan_file, max_input_mb)
    with about(problem_file):
        verdict = check(problem, plan)
    completed = completed_or_none(problem, plan)
    if output is not None:
        if completed is None:
            tell("the plan cannot be completed, so nothing was written; see the violations")
        else:
            write_result(output, completed.to_json())
    if output == STDOUT:
        return 0 if verdict.ok else NO
    if as_json:
        print_json(verdict.to_dict())
    else:
        from dispatch_engine.cli.tables import verdict_report

        show(*verdict_report(problem, verdict, completed))
    return 0 if verdict.ok else NO


def completed_or_none(problem: Problem, plan: Plan) -> Plan | None:
    """The plan with every time and sum filled in; None where it cannot be read as a whole."""
    from dispatch_engine.check import complete_plan

    try:
        return complete_plan(problem, plan)
    except InputError:
        return None
