"""Appointment: service never starts before the time agreed with the customer."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.rules.visits import TOLERANCE, PlanTimes


class Appointment(Rule):
    """Hard from below only; how late one may come after it is the deadline's business.

    Stands after ``Windows`` in the register: an appointment after the last window's end leaves no start of
    service at all, and the ticket is closed for everybody.
    """

    name = "appointment"
    codes = ("before_appointment", "appointment_outside_windows")

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Cut the windows at the appointment; close the ticket where nothing is left."""
        for ticket in case.tickets:
            if ticket.appointment is None:
                continue
            shapes.intersect_windows(ticket.index, ((ticket.appointment, NEVER),))
            if not shapes.windows[ticket.index]:
                for shift in range(shapes.num_shifts):
                    shapes.forbid(shift, ticket.index, "appointment_outside_windows")

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per start before the appointment, with the seconds."""
        for route, visit in plan.visits():
            appointment = case.tickets[visit.ticket].appointment
            if appointment is not None and visit.start < appointment - TOLERANCE:
                ticket, technician = case.problem.tickets[visit.ticket].id, case.technician_of(route.shift).id
                yield Violation(
                    "before_appointment",
                    f"service of ticket {ticket} by {technician} starts {appointment - visit.start} s "
                    "before its appointment",
                    technician,
                    case.shifts[route.shift].number,
                    ticket,
                    appointment - visit.start,
                    "seconds",
                )
