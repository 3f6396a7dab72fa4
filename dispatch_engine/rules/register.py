"""The register: every rule of the business, in the order in which they lower and are judged."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.appointment import Appointment
from dispatch_engine.rules.breaks import Breaks
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.certifications import Certifications
from dispatch_engine.rules.deadline import Deadline
from dispatch_engine.rules.largest_lateness import LargestLateness
from dispatch_engine.rules.outsourcing import Outsourcing
from dispatch_engine.rules.parts import Parts
from dispatch_engine.rules.pins import Pins
from dispatch_engine.rules.reach import Reach
from dispatch_engine.rules.route_limits import RouteLimits
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.second_visits import SecondVisits
from dispatch_engine.rules.service import Service
from dispatch_engine.rules.service_area import ServiceAreas
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.shift import ShiftHours
from dispatch_engine.rules.skills import Skills
from dispatch_engine.rules.stability import Stability
from dispatch_engine.rules.surplus_skill import SurplusSkill
from dispatch_engine.rules.tags import Tags
from dispatch_engine.rules.technician_use import TechnicianUse
from dispatch_engine.rules.technicians import Technicians
from dispatch_engine.rules.ticket_limit import TicketLimit
from dispatch_engine.rules.tools import Tools
from dispatch_engine.rules.travel import Travel
from dispatch_engine.rules.unassigned import UnassignedTickets
from dispatch_engine.rules.visits import PlanTimes
from dispatch_engine.rules.windows import Windows
from dispatch_engine.rules.working_time import WorkingTime

RULES: tuple[Rule, ...] = (
    Service(),
    Travel(),
    ShiftHours(),
    Skills(),
    Certifications(),
    Tags(),
    ServiceAreas(),
    Technicians(),
    Tools(),
    Parts(),
    SecondVisits(),
    SurplusSkill(),
    Windows(),
    Appointment(),
    Deadline(),
    UnassignedTickets(),
    Stability(),
    Outsourcing(),
    TechnicianUse(),
    LargestLateness(),
    WorkingTime(),
    TicketLimit(),
    RouteLimits(),
    Breaks(),
    Pins(),
    Reach(),
)
"""All rules. The first rule that closes a pair gives the reason; ``Appointment`` needs ``Windows`` before it,
``Stability`` ``UnassignedTickets``, ``Outsourcing`` both, ``Pins`` all that have a price or close pairs, ``Reach``
everything."""


def lower_all(case: Case) -> Shapes:
    """The arrays of ``case`` for the engines: every rule of ``RULES`` writes its part."""
    shapes = Shapes(len(case.shifts), len(case.tickets))
    for rule in RULES:
        rule.lower(case, shapes)
    return shapes


def broken_rules(case: Case, plan: PlanTimes) -> Iterator[Violation]:
    """Where ``plan`` breaks a rule. What has happened already is judged only by the rule that it stays as it was."""
    for rule in RULES:
        for violation in rule.violations(case, plan):
            if not _is_settled(case, rule, violation):
                yield violation


def _is_settled(case: Case, rule: Rule, violation: Violation) -> bool:
    """Whether a violation is about a visit that has begun, or about who makes a visit whose drive has begun."""
    ticket = case.ticket_index.get(violation.ticket) if violation.ticket is not None else None
    if rule.keeps_the_past:
        return False
    return ticket in case.past_tickets or (rule.asks_who and ticket in case.next_stops)
