"""From a state's routes back to times that people read, by the schedule kernel's own choice of breaks."""

from __future__ import annotations

import numpy as np

from dispatch_engine.errors import EngineError
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.visits import Pause, PlanTimes, RouteTimes, Stop, Visit, past_stops
from dispatch_engine.solver.kernels.data import Data
from dispatch_engine.solver.kernels.state import State
from dispatch_engine.solver.kernels.timetable import timetable


def decode(case: Case, data: Data, state: State) -> PlanTimes:
    """The times of the plan that stands in ``state.route``; only routes with a stop are listed.

    Raises
    ------
    EngineError : a route that the search took for feasible has no schedule.
    """
    routes = [
        _with_past(case, _route_times(data, state, s))
        for s in range(len(state.length))
        if state.length[s] > 0
    ]
    served = {visit.ticket for route in routes for visit in route.visits}
    return PlanTimes(tuple(routes), tuple(v for v in range(len(case.tickets)) if v not in served))


def _route_times(data: Data, state: State, s: int) -> RouteTimes:
    length = int(state.length[s])
    times = np.zeros((length, 3), np.int64)
    first_rest, last_rest = int(data.shift[s]["rest_from"]), int(data.shift[s]["rest_to"])
    breaks = np.zeros((max(last_rest - first_rest, 1), 3), np.int64)
    feasible, start, end, taken = timetable(data, s, state.route[s], length, state.trace, times, breaks)
    if not feasible:
        raise EngineError(f"the route of shift {s} has no feasible schedule")
    stops: list[Stop] = []
    pauses = list(zip(breaks[:taken].tolist(), data.rest[first_rest:last_rest, 2].tolist(), strict=False))
    for position in range(length + 1):
        while pauses and pauses[0][0][0] == position:
            (_, at_door, begin), seconds = pauses.pop(0)
            stops.append(Pause(begin, begin + seconds, bool(at_door)))
        if position < length:
            arrival, begin, done = times[position].tolist()
            stops.append(Visit(int(state.route[s, position]), arrival, begin, done))
    return RouteTimes(s, int(start), int(end), tuple(stops))


def _with_past(case: Case, route: RouteTimes) -> RouteTimes:
    """The route of a shift that has begun: in the arrays it starts with the last visit, in plans with the first."""
    shift = case.shifts[route.shift]
    if not shift.has_begun:
        return route
    ahead = route.stops[1:] if shift.past else route.stops
    return RouteTimes(route.shift, shift.began, route.end, (*past_stops(shift), *ahead))
