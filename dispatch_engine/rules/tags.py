"""Tags: a technician carries every tag that the ticket requires."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.pairs import for_shifts, for_tickets
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import PlanTimes


class Tags(Rule):
    """All required tags, not one of them."""

    name = "tags"
    codes = ("no_tag",)
    asks_who = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Close every pair in which some tag is missing."""
        technicians, tickets = case.problem.technicians, case.problem.tickets
        for tag in sorted({tag for ticket in tickets for tag in ticket.required_tags}):
            carried = for_shifts(case, (tag in t.tags for t in technicians))
            required = for_tickets(tag in t.required_tags for t in tickets)
            shapes.forbid_where(carried < required, "no_tag")

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per visit, naming the missing tags."""
        for route, visit in plan.visits():
            technician, ticket = case.technician_of(route.shift), case.problem.tickets[visit.ticket]
            missing = sorted(set(ticket.required_tags) - set(technician.tags))
            if missing:
                yield Violation(
                    "no_tag",
                    f"ticket {ticket.id} requires the tags {', '.join(missing)}, "
                    f"which technician {technician.id} lacks",
                    technician.id,
                    case.shifts[route.shift].number,
                    ticket.id,
                    len(missing),
                    "units",
                )
