"""The three tiers of the exact model as integer sums, one function per price."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from dispatch_engine.rules.shapes import Likely
from dispatch_engine.solver.exact_constraints import place_of, work_of
from dispatch_engine.solver.exact_reach import HOME
from dispatch_engine.solver.exact_variables import Sum, Variables, limits

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel

    from dispatch_engine.rules.shapes import Shapes


@dataclass
class Tiers:
    """What is minimised, in this order: unserved mandatory tickets, milli-points, cost units."""

    mandatory: Sum = field(default_factory=Sum)
    points: Sum = field(default_factory=Sum)
    cost: Sum = field(default_factory=Sum)


def price(model: CpModel, variables: Variables, shapes: Shapes) -> Tiers:
    """Build all tiers: this list is the table of contents."""
    tiers = Tiers()
    price_missing(tiers, variables, shapes)
    price_legs(tiers, variables, shapes)
    price_assignments(tiers, variables, shapes)
    price_lateness(tiers, model, variables, shapes)
    price_promises(tiers, model, variables, shapes)
    price_overtime(tiers, model, variables, shapes)
    price_duration(tiers, model, variables, shapes)
    price_technicians(tiers, model, variables, shapes)
    price_second_visits(tiers, model, variables, shapes)
    link_lateness(model, variables, shapes)
    link_loads(model, variables, shapes)
    link_missing_parts(model, variables, shapes)
    return tiers


def price_missing(tiers: Tiers, variables: Variables, shapes: Shapes) -> None:
    """A ticket that is not served counts where it is mandatory, and costs its points and units."""
    for ticket, literal in enumerate(variables.missing):
        tiers.mandatory.add(literal, int(shapes.mandatory[ticket]))
        tiers.points.add(literal, int(shapes.unassigned_points[ticket]))
        tiers.cost.add(literal, int(shapes.unassigned_cost[ticket]))


def price_legs(tiers: Tiers, variables: Variables, shapes: Shapes) -> None:
    """Each leg costs its seconds and its metres, also the way home; an end anywhere has no way home."""
    for day in variables.days:
        s = day.reach.shift
        kind, goal = int(shapes.kind[s]), int(shapes.end_place[s])
        for (i, j), literal in day.arc.items():
            units = day.reach.legs[i, j] * shapes.travel_price
            if shapes.metres is not None and not (j == HOME and goal < 0):
                here, there = place_of(shapes, s, i, True), place_of(shapes, s, j, False)
                units += int(shapes.metres[kind, here, there]) * shapes.metre_price
            tiers.cost.add(literal, units)


def price_assignments(tiers: Tiers, variables: Variables, shapes: Shapes) -> None:
    """Giving a ticket to a shift costs the pair's price."""
    for day in variables.days:
        for ticket, literal in day.visit.items():
            tiers.cost.add(literal, int(shapes.assign_price[day.reach.shift, ticket]))


def price_lateness(tiers: Tiers, model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """A late ticket costs a step, each second of it a slope; the plan's largest lateness costs too."""
    for v in variables.tickets:
        if not variables.can_be_late(v):
            continue
        if shapes.late_points[v] or shapes.late_cost[v]:
            tiers.points.add(variables.late(v), int(shapes.late_points[v]))
            tiers.cost.add(variables.late(v), int(shapes.late_cost[v]))
        if shapes.late_slope[v] or shapes.largest_late_price:
            tiers.cost.add(variables.lateness(v), int(shapes.late_slope[v]))
    if shapes.largest_late_price and variables.latenesses:
        for late in variables.latenesses.values():
            model.add(variables.largest_lateness >= late)
        tiers.cost.add(variables.largest_lateness, shapes.largest_late_price)


def link_lateness(model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """A ticket that is not called late keeps its deadline; lateness is at least the time after it."""
    for v, late in variables.late_literals.items():
        due = int(shapes.due[v])
        model.add(variables.late_from(v) <= due).only_enforce_if(~late, ~variables.missing[v])
        model.add_implication(variables.missing[v], ~late)
        for day in variables.days_of(v):
            if variables.least_lateness(day, v):
                model.add_implication(day.visit[v], late)
    for v, lateness in variables.latenesses.items():
        due = int(shapes.due[v])
        model.add(lateness >= variables.late_from(v) - due).only_enforce_if(~variables.missing[v])
        least = [(variables.least_lateness(day, v), day.visit[v]) for day in variables.days_of(v)]
        model.add(lateness >= sum(seconds * literal for seconds, literal in least))


def price_promises(tiers: Tiers, model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """A ticket reached after its promise costs its price; one that is not called so is reached in time."""
    for v in variables.tickets:
        promise = int(shapes.promise[v])
        if not shapes.promise_cost[v] or limits(variables.arrival[v])[1] <= promise:
            continue
        tiers.cost.add(variables.broken(v), int(shapes.promise_cost[v]))
        model.add(variables.arrival[v] <= promise).only_enforce_if(
            ~variables.broken(v), ~variables.missing[v]
        )
        model.add_implication(variables.missing[v], ~variables.broken(v))


def price_overtime(tiers: Tiers, model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """Each second that a used shift finishes after its planned end costs the overtime price."""
    for day in variables.days:
        end = int(shapes.end[day.reach.shift])
        if not shapes.overtime_price or not day.visit or day.reach.latest_end <= end:
            continue
        overtime = model.new_int_var(0, day.reach.latest_end - end, f"overtime{day.reach.shift}")
        model.add(overtime >= day.finish - end).only_enforce_if(day.used)
        tiers.cost.add(overtime, shapes.overtime_price)


def price_duration(tiers: Tiers, model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """Each second between begin and finish of a used shift costs the duration price."""
    if not shapes.duration_price:
        return
    for day in variables.days:
        reach, s = day.reach, day.reach.shift
        if not day.visit:
            continue
        duration = model.new_int_var(0, reach.latest_end - reach.ready, f"duration{s}")
        model.add(duration >= day.finish - day.begin).only_enforce_if(day.used)
        model.add(duration >= work_of(shapes, day))
        tiers.cost.add(duration, shapes.duration_price)


def price_technicians(tiers: Tiers, model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """A technician with at least one ticket, in whichever shift, costs the technician price once."""
    if not shapes.technician_price:
        return
    for technician in sorted(set(shapes.technician.tolist())):
        works = model.new_bool_var(f"technician{technician}")
        for day in variables.days:
            if int(shapes.technician[day.reach.shift]) == technician:
                model.add_implication(day.used, works)
        tiers.cost.add(works, shapes.technician_price)


def price_second_visits(tiers: Tiers, model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """A served ticket costs the second visit times its chance, by the likely parts that are not on board.

    One literal per set of missing parts, exactly one of them true; the price of each set is computed here, so
    that the model holds integers only. A set may call a part missing that is on board: that never helps.
    """
    for v in variables.tickets:
        parts = likely_parts(shapes, v)
        if not parts or not shapes.second_visit_price:
            continue
        literals = [variables.missing[v]]
        for size in range(len(parts) + 1):
            for absent in combinations(range(len(parts)), size):
                literal = model.new_bool_var(f"absent{v}_{absent}")
                literals.append(literal)
                for number, part in enumerate(parts):
                    if number not in absent:
                        model.add_implication(literal, ~variables.missing_part(v, part.resource))
                missing = [part for number, part in enumerate(parts) if number in absent]
                tiers.cost.add(literal, second_visit_units(shapes, missing))
        model.add_exactly_one(literals)


def likely_parts(shapes: Shapes, ticket: int) -> list[Likely]:
    """The parts that ``ticket`` may turn out to need, by name."""
    parts = [part for part in shapes.likely if part.ticket == ticket]
    return sorted(parts, key=lambda part: shapes.resource_names[part.resource])


def second_visit_units(shapes: Shapes, absent: list[Likely]) -> int:
    """Price of a visit without the parts in ``absent``, which stand in the order of their names."""
    fixed = 1.0
    for part in absent:
        fixed *= 1.0 - part.probability
    return round(shapes.second_visit_price * (1.0 - fixed))


def link_loads(model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """Along a leg, the use of a resource grows by the use of the next ticket."""
    for v, resource in list(variables.missing_parts):
        variables.load(v, resource)
    resources = {resource for _, resource in variables.missing_parts}
    for day in variables.days:
        for (i, j), literal in day.arc.items():
            if HOME in (i, j):
                continue
            for resource in resources:
                use = int(shapes.use[j, resource])
                model.add(variables.load(j, resource) >= variables.load(i, resource) + use).only_enforce_if(
                    literal
                )


def link_missing_parts(model: CpModel, variables: Variables, shapes: Shapes) -> None:
    """A part that is not missing is on board: capacity minus the use up to this stop is at least 1."""
    for (v, resource), missing in variables.missing_parts.items():
        for day in variables.days_of(v):
            capacity = int(shapes.capacity[day.reach.shift, resource])
            most = sum(int(shapes.use[w, resource]) for w in day.visit)
            if int(shapes.use[v, resource]) > capacity - 1:
                model.add_implication(day.visit[v], missing)
            elif most > capacity - 1:
                load = variables.load(v, resource)
                model.add(load <= capacity - 1).only_enforce_if(~missing, day.visit[v])
