"""The commands that judge without an engine: ``validate`` a problem, ``check`` a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dispatch_engine.cli.guard import BAD_INPUT, NO, tell, tell_findings
from dispatch_engine.cli.inputs import about, read_both, read_problem
from dispatch_engine.cli.outputs import STDOUT, print_json, refuse_unwritable, show, write_result
from dispatch_engine.errors import InputError

if TYPE_CHECKING:
    from dispatch_engine.model.plan import Plan
    from dispatch_engine.model.problem import Problem
    from dispatch_engine.rules.case import Case

MAX_PAIRS = 5_000_000
"""Pairs of shift and ticket up to which it is cheap to see who can serve what."""

MAX_WARNINGS = 20

NEAREST_FIRST = {
    "shift_full": "without enough time in the shift",
    "no_part": "without the parts on the van",
    "window_unreachable": "unable to be there in its time windows and back in time",
    "appointment_outside_windows": "too late: the appointment lies after its last time window",
    "unreachable": "without a way there and back",
    "no_tool": "without a required tool",
    "no_certified_technician": "without a certificate valid on the day",
    "no_skill": "without the skill level",
    "no_tag": "without a required tag",
    "excluded": "excluded or not among the required",
}
"""Why technicians cannot serve a ticket; those who came closest to serving it first."""


@dataclass(frozen=True)
class Warning:
    """Something that is allowed and probably not meant, about ``ticket`` if that is given."""

    code: str
    message: str
    ticket: str | None = None


# ---------------------------------------------------------------- validate


def run_validate(source: str, as_json: bool, max_input_mb: float) -> int:
    """Say what is wrong with a problem, or what it holds; the exit code."""
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
        print_json({"ok": True, "findings": [], **_sizes(problem), "warnings": found})
    else:
        _show_summary(case, warnings)
    return 0


def _ready(problem: Problem) -> Case:
    from dispatch_engine.rules.case import Case

    return Case.of(problem)


def _sizes(problem: Problem) -> dict[str, Any]:
    return {
        "problem": problem.name,
        "tickets": len(problem.tickets),
        "technicians": len(problem.technicians),
        "shifts": sum(len(technician.shifts) for technician in problem.technicians),
        "depots": len(problem.depots),
    }


def _show_summary(case: Case, warnings: list[Warning]) -> None:
    from rich.text import Text

    from dispatch_engine.cli.tables import counted, facts

    sizes = _sizes(case.problem)
    nouns = ("ticket", "technician", "shift", "depot")
    words = ", ".join(
        counted(sizes[f"{noun}s"], noun) for noun in nouns if sizes[f"{noun}s"] or noun != "depot"
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


def warnings_about(case: Case) -> Iterator[Warning]:
    """What is allowed and probably not meant."""
    if not case.problem.tickets:
        yield Warning("no_tickets", "there are no tickets: the plan will be empty")
    elif not case.shifts:
        yield Warning("no_shifts", "nobody has a shift: every ticket will stay unassigned")
    yield from _lost_shifts(case)
    if case.shifts and len(case.shifts) * len(case.tickets) <= MAX_PAIRS:
        yield from _unservable(case)


def _lost_shifts(case: Case) -> Iterator[Warning]:
    """Shifts that are over, and those whose break can no longer be taken: neither gets any ticket."""
    for shift in case.shifts:
        who = f"{case.technician_of(shift.index).id}, shift {shift.number}"
        if shift.ready >= shift.latest_end:
            yield Warning("shift_over", f"{who}: the shift is over when the plan begins; it gets no ticket")
        elif late := next((b for b in shift.breaks if b.latest < shift.ready), None):
            moment = case.clock.datetime(late.latest)
            text = f"the break that must start by {moment:%H:%M} can no longer be taken; it gets no ticket"
            yield Warning("break_missed", f"{who}: {text}")


def _unservable(case: Case) -> Iterator[Warning]:
    """Tickets that every shift is closed for, with the reasons."""
    from dispatch_engine.rules.register import lower_all

    shapes = lower_all(case)
    nearest = list(NEAREST_FIRST)
    for ticket in (shapes.closed_by != 0).all(axis=0).nonzero()[0].tolist():
        codes: dict[int, str] = {}
        for shift in case.shifts:
            code = shapes.reason(shift.index, ticket) or "shift_full"
            known = codes.get(shift.technician, code)
            codes[shift.technician] = min(code, known, key=nearest.index)
        counts = Counter(codes.values())
        why = ", ".join(f"{counts[code]} {NEAREST_FIRST[code]}" for code in nearest if counts[code])
        name = case.problem.tickets[ticket].id
        must = ", though it is mandatory" if case.problem.tickets[ticket].mandatory else ""
        yield Warning("unservable_ticket", f"{name}: no technician can serve it{must} ({why})", name)


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
