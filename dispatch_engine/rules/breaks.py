"""Breaks: every route that ends after a break's earliest start takes it once, in order, between stops."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import BreakCase, Case
from dispatch_engine.rules.rule import Rule, Violation
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.visits import TOLERANCE, Pause, PlanTimes, RouteTimes, shift_of


class Breaks(Rule):
    """A break starts between ``earliest`` and ``latest``, both included, and lasts exactly its minutes.

    It lies before leaving a place, or after arriving and before service; ``Service`` sees to it that it
    overlaps nothing. Once the technician is ready only after ``latest``, every route of the shift would
    lack the break: the whole shift is closed.
    """

    name = "breaks"
    codes = ("missing_break", "unexpected_break", "break_outside_window", "wrong_break_length", "shift_full")

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Hand over each shift's breaks; close shifts whose break can no longer be taken."""
        shapes.breaks = [tuple((b.earliest, b.latest, b.seconds) for b in s.breaks) for s in case.shifts]
        for shift in case.shifts:
            if any(b.latest < shift.ready for b in shift.breaks):
                for ticket in range(shapes.num_tickets):
                    shapes.forbid(shift.index, ticket, "shift_full")

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """Breaks missing, too many, at the wrong time or of the wrong length."""
        for route in plan.routes:
            needed = [b for b in shift_of(case, route).breaks if route.end > b.earliest + TOLERANCE]
            if len(route.pauses) < len(needed):
                yield from _missing(case, route, needed)
            elif len(route.pauses) > len(needed):
                extra = len(route.pauses) - len(needed)
                text = f"takes {extra} more than it needs"
                yield _violation(case, route, "unexpected_break", text, extra, "units")
            else:
                for taken, planned in zip(route.pauses, needed, strict=True):
                    yield from _wrong_times(case, route, taken, planned)


def _missing(case: Case, route: RouteTimes, needed: list[BreakCase]) -> Iterator[Violation]:
    untaken = [b for b in needed if not any(b.earliest <= p.start <= b.latest for p in route.pauses)]
    first = (untaken or needed)[0]
    clock = case.clock
    text = (
        f"takes {len(route.pauses)} of the {len(needed)} it needs: it ends after "
        f"{clock.datetime(first.earliest).isoformat()}, where a break of {first.seconds} s may begin"
    )
    amount = len(needed) - len(route.pauses)
    yield _violation(case, route, "missing_break", text, amount, "units")


def _wrong_times(case: Case, route: RouteTimes, taken: Pause, planned: BreakCase) -> Iterator[Violation]:
    outside = max(planned.earliest - taken.start, taken.start - planned.latest)
    if outside > TOLERANCE:
        side = "early" if taken.start < planned.earliest else "late"
        text = f"starts one {outside} s too {side}"
        yield _violation(case, route, "break_outside_window", text, outside, "seconds")
    off = taken.end - taken.start - planned.seconds
    if abs(off) > TOLERANCE:
        text = f"has one of {taken.end - taken.start} s instead of {planned.seconds} s"
        yield _violation(case, route, "wrong_break_length", text, abs(off), "seconds")


def _violation(case: Case, route: RouteTimes, code: str, text: str, amount: int, unit: str) -> Violation:
    technician, number = case.technician_of(route.shift).id, case.shifts[route.shift].number
    message = f"breaks of {technician} in shift {number}: the route {text}"
    return Violation(code, message, technician, number, None, amount, unit)
