"""Skills: a technician has at least the level that the ticket requires of each skill."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.pairs import for_shifts, for_tickets
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import PlanTimes


class Skills(Rule):
    """A skill that a technician does not list counts as level 0."""

    name = "skills"
    codes = ("no_skill",)
    asks_who = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Close every pair in which some level is too low."""
        technicians, tickets = case.problem.technicians, case.problem.tickets
        for skill in sorted({name for ticket in tickets for name in ticket.required_skills}):
            level = for_shifts(case, (t.skills.get(skill, 0) for t in technicians))
            needed = for_tickets(t.required_skills.get(skill, 0) for t in tickets)
            shapes.forbid_where(level < needed, "no_skill")

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per visit and skill, with the number of missing levels."""
        for route, visit in plan.visits():
            technician, ticket = case.technician_of(route.shift), case.problem.tickets[visit.ticket]
            for skill, needed in ticket.required_skills.items():
                level = technician.skills.get(skill, 0)
                if level < needed:
                    yield Violation(
                        "no_skill",
                        f"ticket {ticket.id} requires {skill} at level {needed}, "
                        f"technician {technician.id} has level {level}",
                        technician.id,
                        case.shifts[route.shift].number,
                        ticket.id,
                        needed - level,
                        "level",
                    )
