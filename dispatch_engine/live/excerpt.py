"""A small problem cut out of a large one: some technicians with their routes, priced exactly as in the large one."""

from __future__ import annotations

from collections.abc import Iterable

from dispatch_engine.model.problem import Problem, Ticket
from dispatch_engine.rules.case import Case
from dispatch_engine.solver.start import Orders


class Cutter:
    """Cuts small problems out of the problem of ``case``."""

    def __init__(self, case: Case) -> None:
        self.case = case
        # Tickets may name technicians, so that all of them stay; without shifts they do nothing.
        self.idle = {t.id: t.model_copy(update={"shifts": ()}) for t in case.problem.technicians}

    def excerpt(self, technicians: Iterable[str], tickets: Iterable[str]) -> Problem:
        """The problem with only the shifts of these technicians, and only these tickets, in its order.

        Where one of the tickets refers to others, nothing is cut: such tickets cannot be judged alone.
        """
        problem = self.case.problem
        some, kept = set(technicians), set(tickets)
        chosen = tuple(ticket for ticket in problem.tickets if ticket.id in kept)
        if any(_refers(ticket) for ticket in chosen):
            return problem
        return problem.replace(
            technicians=tuple(t if t.id in some else self.idle[t.id] for t in problem.technicians),
            tickets=chosen,
            # Without it the moment of planning would follow from the shifts that are left.
            now=self.case.clock.datetime(self.case.clock.now),
        )


def trimmed_orders(orders: Orders, problem: Problem) -> Orders:
    """Those of ``orders`` whose technician has a shift in ``problem``."""
    known = {technician.id for technician in problem.technicians if technician.shifts}
    return {key: tickets for key, tickets in orders.items() if key[0] in known}


def _refers(ticket: Ticket) -> bool:
    return bool(
        ticket.after
        or ticket.same_start_as
        or ticket.same_technician_as
        or ticket.different_technician_from
        or ticket.crew_size > 1
    )
