"""Insertion prices where the length of the day is what costs: one step a place, from what precedes and what follows.

For days without breaks, where nothing but the duration is priced and every ticket has one time window. What
precedes a place is one label (ready at max(E, t + D) when leaving at t <= L); what follows is such a function of the
arrival at the next stop; joining them takes a few additions (duration segments: Savelsbergh, *ORSA J. Computing*
4(2), 1992; Vidal et al., *Computers & Operations Research* 40, 2013).
"""

from __future__ import annotations

from dispatch_engine.solver.compiled import inlined
from dispatch_engine.solver.kernels.data import DURATION_PRICE
from dispatch_engine.solver.kernels.route import NOWHERE, fits
from dispatch_engine.solver.kernels.schedule import LATE_COST, READY
from dispatch_engine.solver.kernels.schedule import LATEST as LATEST_DEPARTURE
from dispatch_engine.solver.kernels.slack import NEVER_EARLY_ENOUGH, PLACE

END, SPAN, LATEST_ARRIVAL = range(3)
"""Columns of ``State.reach`` here: arriving at t <= LATEST_ARRIVAL, the day ends at max(END, t + SPAN)."""


@inlined
def look_back_by_duration(data, s, route, length, reach):
    """Fill ``reach`` int64[M + 1, REACH_COLUMNS] from the end place (row ``length``) back to the first stop."""
    shift = data.shift[s]
    reach[length, END] = NEVER_EARLY_ENOUGH
    reach[length, SPAN] = 0
    reach[length, LATEST_ARRIVAL] = shift.latest_end
    travel = data.travel[shift.kind]
    for i in range(length - 1, -1, -1):
        ticket = data.ticket[route[i]]
        goal = data.ticket[route[i + 1]].place if i + 1 < length else shift.end_place
        busy = ticket.service + (travel[ticket.place, goal] if goal >= 0 else 0)
        opens, closes = data.window[ticket.window_from, 0], data.window[ticket.window_from, 1]
        reach[i, END] = max(reach[i + 1, END], opens + busy + reach[i + 1, SPAN])
        reach[i, SPAN] = busy + reach[i + 1, SPAN]
        latest = reach[i + 1, LATEST_ARRIVAL] - busy
        reach[i, LATEST_ARRIVAL] = min(closes, latest) if opens <= latest else NEVER_EARLY_ENOUGH


@inlined
def shortest_insertion(data, s, length, load, points_now, time_cost_now, v, cutoff, prefix, reach, tour):
    """The answer of :func:`~dispatch_engine.solver.kernels.route.best_insertion` in the duration mode."""
    if length == tour.shape[0] - 2 or not fits(data, s, v, load):
        return NOWHERE, 0, 0, 0
    shift, ticket = data.shift[s], data.ticket[v]
    here = ticket.place
    to, back = data.travel_from[shift.kind, here], data.travel[shift.kind, here]
    opens, closes = data.window[ticket.window_from, 0], data.window[ticket.window_from, 1]
    fixed_cost = data.assign_price[s, v] + (shift.used_price if length == 0 else 0)
    best_place, best_cost, best_time, best_score = NOWHERE, 0, 0, cutoff
    for p in range(shift.fixed_to - shift.fixed_from, length + 1):
        ready, span, latest = prefix[p, 0, READY], prefix[p, 0, LATE_COST], prefix[p, 0, LATEST_DEPARTURE]
        drive = to[tour[p, PLACE]]
        goal = tour[p + 1, PLACE]
        busy = ticket.service + (back[goal] if goal >= 0 else 0)
        if ready + drive > closes:
            continue
        latest = min(latest, closes - span - drive)
        arrival = max(ready + drive, opens) + busy
        span += drive + busy
        if arrival > reach[p, LATEST_ARRIVAL]:
            continue
        latest = min(latest, reach[p, LATEST_ARRIVAL] - span)
        span += reach[p, SPAN]
        end = max(reach[p, END], arrival + reach[p, SPAN])
        time_cost = data.parameter[DURATION_PRICE] * max(span, end - latest)
        cost = fixed_cost + time_cost - time_cost_now
        if cost < best_score:
            best_place, best_cost, best_time, best_score = p, cost, time_cost, cost
    return best_place, -points_now, best_cost, best_time
