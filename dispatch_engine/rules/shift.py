"""Shift: nothing happens before the technician is ready or after the last allowed overtime."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.rule import NOTHING, Price, Rule, Violation
from dispatch_engine.rules.shapes import UNITS, Shapes
from dispatch_engine.rules.visits import TOLERANCE, PlanTimes, RouteTimes, Stop, shift_of, stops_ahead


class ShiftHours(Rule):
    """Ready is the latest of shift start, ``now`` and ``available_from``; overtime lies after the end.

    A route's ``start_at`` is its latest: it changes no arrival's lateness, no start of service and no break. The
    route of a shift that has begun keeps the start that it had.
    """

    name = "shift"
    codes = ("before_ready", "after_shift_end", "wrong_start_at")

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Fill the times, places and kinds of all shifts."""
        for shift in case.shifts:
            shapes.ready[shift.index] = shift.ready
            shapes.end[shift.index] = shift.end
            shapes.latest_end[shift.index] = shift.latest_end
            shapes.technician[shift.index] = shift.technician
        shapes.overtime_price = round(case.prices.get("overtime_minute", 0) * UNITS / 60)

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:
        """Work too early, work too late, and a departure that is not the latest possible."""
        for route in plan.routes:
            shift = shift_of(case, route)
            ahead = stops_ahead(case, route)
            begins = [_begin(stop) for stop in ahead]
            early = shift.ready - min(begins if shift.past else [route.start, *begins], default=shift.ready)
            if early > TOLERANCE:
                text = f"begins {early} s before the technician is ready"
                yield _violation(case, route, "before_ready", text, early)
            late = max(route.end, *(stop.end for stop in route.stops)) - shift.latest_end
            if shift.is_over and ahead:
                yield _violation(case, route, "after_shift_end", "goes on although the shift is over", 0)
            elif late > TOLERANCE:
                text = f"ends {late} s after the shift's end with all allowed overtime"
                yield _violation(case, route, "after_shift_end", text, late)
            yield from _start_violations(case, route)

    def price(self, case: Case, plan: PlanTimes) -> Price:
        """``overtime_minute`` for every minute after the planned end."""
        if "overtime_minute" not in case.prices:
            return NOTHING
        return Price(cost=round(case.prices["overtime_minute"] * 1000) * overtime(case, plan))


def overtime(case: Case, plan: PlanTimes) -> int:
    """Seconds worked after the planned ends of shifts, over all routes."""
    return sum(max(0, route.end - shift_of(case, route).end) for route in plan.routes)


def _begin(stop: Stop) -> int:
    return min(stop.start, getattr(stop, "arrival", stop.start))


def _start_violations(case: Case, route: RouteTimes) -> Iterator[Violation]:
    first = route.pauses[0] if route.pauses and route.stops[0] is route.pauses[0] else None
    if first is not None and not first.at_door and abs(route.start - first.start) > TOLERANCE:
        text = f"must state the start of its first break as start_at, {first.start - route.start:+d} s"
        yield _violation(case, route, "wrong_start_at", text, abs(first.start - route.start))
    if shift_of(case, route).has_begun:
        off = abs(shift_of(case, route).began - route.start)
        if off > TOLERANCE:
            text = f"must state as start_at when it began, which is {off} s off"
            yield _violation(case, route, "wrong_start_at", text, off)
        return
    idle = route.latest_start(case) - route.start
    if idle > TOLERANCE:
        text = f"could start {idle} s later with the same services, breaks and lateness"
        yield _violation(case, route, "wrong_start_at", text, idle)


def _violation(case: Case, route: RouteTimes, code: str, text: str, amount: int) -> Violation:
    technician, number = case.technician_of(route.shift).id, case.shifts[route.shift].number
    message = f"route of {technician} in shift {number} {text}"
    return Violation(code, message, technician, number, None, amount, "seconds")
