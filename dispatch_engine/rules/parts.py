"""Parts: what a route's tickets require never exceeds what was on the van when the shift began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.pairs import technician_of_shift
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import Likely, Shapes
from dispatch_engine.rules.visits import PlanTimes


class Parts(Rule):
    """Each shift begins with the full ``van_stock``; required parts are deducted, likely parts never are.

    One resource per part that some ticket requires or may need, in the order of the sorted names: the order
    in which ``SecondVisits`` multiplies probabilities.
    """

    name = "parts"
    codes = ("no_part",)
    asks_who = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Add one limit per part, close pairs beyond the full stock, list the likely parts."""
        technicians, tickets = case.problem.technicians, case.problem.tickets
        of_shift = technician_of_shift(case)
        for part in sorted({name for t in tickets for name in (*t.required_parts, *t.likely_parts)}):
            use = np.array([t.required_parts.get(part, 0) for t in tickets], dtype=np.int64)
            stock = np.array([t.van_stock.get(part, 0) for t in technicians], dtype=np.int64)[of_shift]
            resource = shapes.add_resource(f"part:{part}", use, stock, "no_part")
            shapes.forbid_where(use[None, :] > stock[:, None], "no_part")
            shapes.likely += [
                Likely(index, resource, ticket.likely_parts[part])
                for index, ticket in enumerate(tickets)
                if part in ticket.likely_parts
            ]

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per visit at which a part runs out, with the units missing."""
        for route in plan.routes:
            technician = case.technician_of(route.shift)
            left = Counter(technician.van_stock)
            for visit in route.visits:
                ticket = case.problem.tickets[visit.ticket]
                for part, units in sorted(ticket.required_parts.items()):
                    missing = units - max(0, left[part])
                    left[part] -= units
                    if missing > 0:
                        yield Violation(
                            "no_part",
                            f"ticket {ticket.id} requires {units} {part}, "
                            f"technician {technician.id} has {units - missing} left",
                            technician.id,
                            case.shifts[route.shift].number,
                            ticket.id,
                            missing,
                            "units",
                        )
