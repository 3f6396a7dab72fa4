"""Certifications: the technician's certificate is valid on the local day on which service starts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.pairs import technician_of_shift
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import NEVER, Shapes
from dispatch_engine.rules.visits import PlanTimes

if TYPE_CHECKING:
    from dispatch_engine.model.problem import Technician


class Certifications(Rule):
    """``valid_until`` is inclusive; null never expires. Of two certificates of one name the later one counts.

    The checker is exact: it looks at the local day of each start of service. The arrays know pairs of shift
    and ticket only, so where a certificate expires at a midnight *inside* the time in which the visit could
    start, the pair is closed although a visit before midnight would be allowed. Everywhere else both say
    the same. ``Shapes.narrowed`` is then set: such a day's plan is never called optimal, and has no bound.
    """

    name = "certifications"
    codes = ("no_certified_technician",)
    asks_who = True

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Close every pair whose latest possible start lies after the certificate's last day."""
        tickets = case.problem.tickets
        latest = _latest_starts(case)
        of_shift = technician_of_shift(case)
        for name in sorted({name for t in tickets for name in t.required_certifications}):
            ends = [_seconds_of_expiry(case, technician, name) for technician in case.problem.technicians]
            required = np.array([name in t.required_certifications for t in tickets], dtype=np.bool_)
            expired = latest >= np.array(ends, dtype=np.int64)[of_shift][:, None]
            closed = expired & required[None, :]
            ready = np.array([shift.ready for shift in case.shifts], dtype=np.int64)
            in_time = ready < np.array(ends, dtype=np.int64)[of_shift]
            shapes.narrowed |= bool((closed & in_time[:, None] & (shapes.closed_by == 0)).any())
            shapes.forbid_where(closed, "no_certified_technician")

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """One violation per visit and certificate that is missing or expired on the day of the visit."""
        for route, visit in plan.visits():
            technician, ticket = case.technician_of(route.shift), case.problem.tickets[visit.ticket]
            day = case.clock.local_date(visit.start)
            for name in ticket.required_certifications:
                problem = _what_is_wrong(technician, name, day)
                if problem:
                    yield Violation(
                        "no_certified_technician",
                        f"ticket {ticket.id} requires the certificate {name}, "
                        f"technician {technician.id} {problem}",
                        technician.id,
                        case.shifts[route.shift].number,
                        ticket.id,
                    )


def _latest_starts(case: Case) -> NDArray[np.int64]:
    """int64[S, V]: no visit of the pair can start later."""
    ends = np.array([shift.latest_end for shift in case.shifts], dtype=np.int64)
    service = np.array([ticket.service for ticket in case.tickets], dtype=np.int64)
    closes = [max((close for _, close in t.windows), default=NEVER) for t in case.tickets]
    latest = np.minimum(ends[:, None] - service[None, :], np.array(closes, dtype=np.int64)[None, :])
    return np.asarray(latest, np.int64)


def _seconds_of_expiry(case: Case, technician: Technician, name: str) -> int:
    """The first second at which the certificate is no longer valid; before all times where it is missing."""
    last_days = [c.valid_until for c in technician.certifications if c.name == name]
    if not last_days:
        return -NEVER
    last_day = max((day for day in last_days if day is not None), default=None)
    if None in last_days or last_day is None or last_day == date.max:
        return NEVER
    midnight = datetime.combine(last_day + timedelta(days=1), time(), case.clock.time_zone)
    return case.clock.seconds(midnight)


def _what_is_wrong(technician: Technician, name: str, day: date) -> str | None:
    held = [c.valid_until for c in technician.certifications if c.name == name]
    if not held:
        return "has none"
    if any(until is None or until >= day for until in held):
        return None
    return f"holds it until {max(until for until in held if until)}, the visit is on {day}"
