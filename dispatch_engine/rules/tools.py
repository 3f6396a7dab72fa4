"""Tools: every required tool is on the van; tools are carried, not used up."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.pairs import for_shifts, for_tickets
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import PlanTimes


class Tools(Rule):
    """What the technician lists in ``tools``; without depots nothing else comes on board."""

    name = "tools"
    codes = ("no_tool",)
    asks_who = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Close every pair in which some tool is missing."""
        technicians, tickets = case.problem.technicians, case.problem.tickets
        for tool in sorted({tool for ticket in tickets for tool in ticket.required_tools}):
            carried = for_shifts(case, (tool in t.tools for t in technicians))
            required = for_tickets(tool in t.required_tools for t in tickets)
            shapes.forbid_where(carried < required, "no_tool")

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per visit, naming the missing tools."""
        for route, visit in plan.visits():
            technician, ticket = case.technician_of(route.shift), case.problem.tickets[visit.ticket]
            missing = sorted(set(ticket.required_tools) - set(technician.tools))
            if missing:
                yield Violation(
                    "no_tool",
                    f"ticket {ticket.id} requires the tools {', '.join(missing)}, "
                    f"which technician {technician.id} does not carry",
                    technician.id,
                    case.shifts[route.shift].number,
                    ticket.id,
                    len(missing),
                    "units",
                )
