"""The hard rules of the exact model, one function per constraint; each docstring says what it enforces."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from dispatch_engine.rules.shapes import NEVER
from dispatch_engine.solver.exact_reach import HOME
from dispatch_engine.solver.exact_variables import DOOR, LEAVING, Day, Variables

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel

    from dispatch_engine.rules.shapes import Shapes


def constrain(model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """Add every hard rule: this list is the table of contents."""
    serve_at_most_once(model, variables)
    serve_fixed_tickets(model, variables, shapes)
    for day in variables.days:
        drive_one_tour(model, day)
        drive_in_time(model, variables, day)
        keep_limits(model, shapes, day)
        keep_sums_along_the_way(model, shapes, day)
        take_breaks(model, day)
        place_breaks(model, variables, shapes, day)
        keep_breaks_in_order(model, day)
        fit_all_work(model, shapes, day)
    serve_after_arrival(model, variables, shapes)
    order_identical_shifts(model, variables, shapes)


def serve_at_most_once(model: CpModel, variables: Variables) -> None:
    """Each ticket is served by exactly one shift or is missing."""
    for ticket, missing in enumerate(variables.missing):
        model.add_exactly_one([missing, *(day.visit[ticket] for day in variables.days_of(ticket))])


def serve_fixed_tickets(model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """What a shift begins with is served; the legs of the day lead nowhere else before."""
    for ticket in (v for tickets in shapes.fixed for v in tickets):
        model.add(variables.missing[ticket] == 0)


def drive_one_tour(model: CpModel, day: Day) -> None:
    """A used shift drives one tour from HOME through exactly the tickets it serves, back to HOME."""
    if not day.visit:
        model.add(day.used == 0)
        return
    node = {ticket: number for number, ticket in enumerate((HOME, *day.visit))}
    arcs = [(node[i], node[j], literal) for (i, j), literal in day.arc.items()]
    arcs += [(node[v], node[v], ~literal) for v, literal in day.visit.items()]
    arcs.append((0, 0, ~day.used))
    model.add_circuit(arcs)
    for literal in day.visit.values():
        model.add_implication(literal, day.used)


def drive_in_time(model: CpModel, variables: Variables, day: Day) -> None:
    """A leg (i, j) is driven after leaving i and before arriving at j: arrival_j >= leave_i + travel_ij.

    Arriving later than that is allowed and never helps: it keeps the constraint one-sided.
    """
    for (i, j), literal in day.arc.items():
        leave = day.depart if i == HOME else variables.leave[i]
        reached = day.finish if j == HOME else variables.arrival[j]
        model.add(reached >= leave + day.reach.legs[i, j]).only_enforce_if(literal)


def serve_after_arrival(model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """Service starts after arrival, and its customer is left after it."""
    for v in variables.tickets:
        served = ~variables.missing[v]
        model.add(variables.start[v] >= variables.arrival[v]).only_enforce_if(served)
        model.add(variables.leave[v] >= variables.start[v] + int(shapes.service[v])).only_enforce_if(served)


def keep_limits(model: CpModel, shapes: Shapes, day: Day) -> None:
    """What the tickets of a shift use of each resource stays within the shift's capacity."""
    for resource in range(shapes.use.shape[1]):
        use = {v: int(shapes.use[v, resource]) for v in day.visit}
        capacity = int(shapes.capacity[day.reach.shift, resource])
        if sum(use.values()) > capacity:
            model.add(sum(use[v] * literal for v, literal in day.visit.items()) <= capacity)


def keep_sums_along_the_way(model: CpModel, shapes: Shapes, day: Day) -> None:
    """A shift drives no more seconds and metres, and drives and serves no more seconds, than it may."""
    s = day.reach.shift
    kind, goal = int(shapes.kind[s]), int(shapes.end_place[s])
    driving = sum(literal * day.reach.legs[leg] for leg, literal in day.arc.items())
    if shapes.max_driving[s] < NEVER:
        model.add(driving <= int(shapes.max_driving[s]))
    if shapes.max_work[s] < NEVER:
        service = sum(literal * int(shapes.service[v]) for v, literal in day.visit.items())
        model.add(driving + service <= int(shapes.max_work[s]))
    if shapes.max_metres[s] < NEVER and shapes.metres is not None:
        metres = [
            literal * int(shapes.metres[kind, place_of(shapes, s, i, True), place_of(shapes, s, j, False)])
            for (i, j), literal in day.arc.items()
            if j != HOME or goal >= 0
        ]
        model.add(sum(metres) <= int(shapes.max_metres[s]))


def place_of(shapes: Shapes, s: int, stop: int, leaving: bool) -> int:
    """Travel place of a ticket, or of HOME: where the shift starts, or ends."""
    if stop != HOME:
        return int(shapes.place[stop])
    return int(shapes.start_place[s] if leaving else shapes.end_place[s])


def take_breaks(model: CpModel, day: Day) -> None:
    """A used shift takes each break once, unless it ends at or before the break's earliest start."""
    for rest in day.breaks:
        model.add_exactly_one([~rest.taken, *rest.places.values()])
        model.add_implication(rest.taken, day.used)
        model.add(day.finish <= rest.earliest).only_enforce_if([day.used, ~rest.taken])


def place_breaks(model: CpModel, variables: Variables, shapes: Shapes, day: Day) -> None:
    """A break lies between the two events of its place: arrival and service, or service and leaving.

    Before leaving HOME it lies between the begin of the route and the departure.
    """
    for rest in day.breaks:
        for (kind, stop), literal in rest.places.items():
            if stop == HOME:
                before, after = day.begin, day.depart
            elif kind == DOOR:
                before, after = variables.arrival[stop], variables.start[stop]
            else:
                assert kind == LEAVING
                before, after = variables.start[stop] + int(shapes.service[stop]), variables.leave[stop]
            model.add(rest.start >= before).only_enforce_if(literal)
            model.add(after >= rest.start + rest.seconds).only_enforce_if(literal)
            if stop != HOME:
                model.add_implication(literal, day.visit[stop])
    model.add(day.begin <= day.depart)


def keep_breaks_in_order(model: CpModel, day: Day) -> None:
    """Of two breaks that are taken, the later one begins after the earlier one has ended."""
    for first, second in combinations(day.breaks, 2):
        both = [first.taken, second.taken]
        model.add(second.start >= first.start + first.seconds).only_enforce_if(both)


def fit_all_work(model: CpModel, shapes: Shapes, day: Day) -> None:
    """Begin and finish lie at least all driving, service and breaks apart.

    That follows from the tour; said once more, it ties the times to the legs in the linear relaxation, and
    proofs of ``working_time`` days take half the time.
    """
    if day.visit:
        model.add(day.finish - day.begin >= work_of(shapes, day))


def work_of(shapes: Shapes, day: Day) -> Any:
    """Seconds of all driving, service and breaks of a shift, as a linear expression."""
    driving = sum(literal * day.reach.legs[leg] for leg, literal in day.arc.items())
    service = sum(literal * int(shapes.service[v]) for v, literal in day.visit.items())
    return driving + service + sum(rest.taken * rest.seconds for rest in day.breaks)


def order_identical_shifts(model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """Of identical shifts, the first serves the ticket with the least number: no mirrored plans."""
    for alike in identical_shifts(shapes):
        for first, second in pairwise(alike):
            here, there = variables.days[first].visit, variables.days[second].visit
            for ticket, literal in there.items():
                model.add_bool_or([~literal, *(here[v] for v in here if v < ticket)])


def identical_shifts(shapes: Shapes) -> list[list[int]]:
    """Groups of shifts between which routes can be exchanged at no change of anything."""
    groups: dict[object, list[int]] = {}
    for s in range(shapes.num_shifts):
        groups.setdefault(_likeness(shapes, s), []).append(s)
    return [group for group in groups.values() if len(group) > 1]


def _likeness(shapes: Shapes, s: int) -> object:
    """All that tells a shift from others; the technician only if it is priced and has several shifts."""
    technician = int(shapes.technician[s])
    shared = int((shapes.technician == technician).sum()) > 1
    times = tuple(int(x[s]) for x in (shapes.ready, shapes.end, shapes.latest_end))
    places = tuple(int(x[s]) for x in (shapes.start_place, shapes.end_place, shapes.kind))
    rows = tuple(tuple(x[s].tolist()) for x in (shapes.closed_by == 0, shapes.assign_price, shapes.capacity))
    whose = technician if shared and shapes.technician_price else None
    begins = shapes.fixed[s], int(shapes.last_start[s])
    limits = tuple(int(x[s]) for x in (shapes.max_driving, shapes.max_metres, shapes.max_work))
    return times, places, tuple(shapes.breaks[s]), rows, whose, begins, limits
