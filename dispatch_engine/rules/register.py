"""The register: every rule of the business, in the order in which they lower and are judged."""

from __future__ import annotations

from dispatch_engine.rules.appointment import Appointment
from dispatch_engine.rules.breaks import Breaks
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.certifications import Certifications
from dispatch_engine.rules.deadline import Deadline
from dispatch_engine.rules.largest_lateness import LargestLateness
from dispatch_engine.rules.parts import Parts
from dispatch_engine.rules.reach import Reach
from dispatch_engine.rules.rule import Rule
from dispatch_engine.rules.second_visits import SecondVisits
from dispatch_engine.rules.service import Service
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.shift import ShiftHours
from dispatch_engine.rules.skills import Skills
from dispatch_engine.rules.tags import Tags
from dispatch_engine.rules.technician_use import TechnicianUse
from dispatch_engine.rules.technicians import Technicians
from dispatch_engine.rules.ticket_limit import TicketLimit
from dispatch_engine.rules.tools import Tools
from dispatch_engine.rules.travel import Travel
from dispatch_engine.rules.unassigned import UnassignedTickets
from dispatch_engine.rules.windows import Windows
from dispatch_engine.rules.working_time import WorkingTime

RULES: tuple[Rule, ...] = (
    Service(),
    Travel(),
    ShiftHours(),
    Skills(),
    Certifications(),
    Tags(),
    Technicians(),
    Tools(),
    Parts(),
    SecondVisits(),
    Windows(),
    Appointment(),
    Deadline(),
    UnassignedTickets(),
    TechnicianUse(),
    LargestLateness(),
    WorkingTime(),
    TicketLimit(),
    Breaks(),
    Reach(),
)
"""All rules. The first rule that closes a pair gives the reason; ``Appointment`` needs ``Windows`` before it,
``Reach`` everything."""


def lower_all(case: Case) -> Shapes:
    """The arrays of ``case`` for the engines: every rule of ``RULES`` writes its part."""
    shapes = Shapes(len(case.shifts), len(case.tickets))
    for rule in RULES:
        rule.lower(case, shapes)
    return shapes
