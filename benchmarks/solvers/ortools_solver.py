"""The routing library of OR-Tools as a solver of the runs, with guided local search.

Driven as its documents say: parallel cheapest insertion first, since tickets are optional, then guided local
search until the limit. It runs on one thread and takes no seed. Lateness priced by the minute is a soft upper
bound, also beside breaks (which failed up to 9.11, google/or-tools#4423, and works with 9.15 in the tests);
lateness with a step is refused, for soft bounds are lines.
"""

from __future__ import annotations

from importlib import import_module, metadata
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import BenchmarkError
from benchmarks.solvers.plain import (
    BREAKS,
    CLOSED_PAIRS,
    ENDS_ANYWHERE,
    NO_WAY,
    ROUTE_LENGTH,
    SEVERAL_WINDOWS,
    SLOPES,
    PlainProblem,
)
from benchmarks.solvers.solver import Note
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.shapes import UNITS

ABLE = frozenset({BREAKS, CLOSED_PAIRS, ENDS_ANYWHERE, NO_WAY, ROUTE_LENGTH, SEVERAL_WINDOWS, SLOPES})
TIME = "time"


class OrTools:
    """The package ``ortools``, its routing library."""

    def version(self) -> str:
        _pywrapcp()
        return f"ortools {metadata.version('ortools')} routing"

    def prepare(self) -> None:
        """Nothing to compile."""

    def solve(self, problem: Problem, time_limit: float, seed: int, workers: int, note: Note) -> Plan:  # noqa: ARG002 (one thread, no seed)
        start = perf_counter()
        plain = PlainProblem(problem, ABLE)
        model = _Model(plain)
        if plain.case.mode != "sla_first":
            model.tell(start, note)
        return plain.plan(model.solve(max(0.1, time_limit - (perf_counter() - start))))


def _pywrapcp() -> Any:
    try:
        return import_module("ortools.constraint_solver.pywrapcp")
    except ImportError:
        raise BenchmarkError("ortools is not installed; pip install ortools") from None


class _Model:
    """The routing model: node v is ticket v; behind the tickets stand the places where shifts start and end."""

    def __init__(self, plain: PlainProblem) -> None:
        self.plain, shapes = plain, plain.shapes
        ends = [*shapes.start_place.tolist(), *shapes.end_place.tolist()]
        self.places = list(dict.fromkeys(ends))
        node = {place: shapes.num_tickets + i for i, place in enumerate(self.places)}
        nodes = [node[place] for place in ends]
        self.manager = _pywrapcp().RoutingIndexManager(
            shapes.num_tickets + len(self.places),
            shapes.num_shifts,
            nodes[: shapes.num_shifts],
            nodes[shapes.num_shifts :],
        )
        self.routing = _pywrapcp().RoutingModel(self.manager)
        self.time = self.add_time()
        self.add_prices()
        self.add_limits()
        for ticket in range(shapes.num_tickets):
            self.add_ticket(ticket)
        for shift in range(shapes.num_shifts):
            self.add_shift(shift)

    def table(self, values: NDArray[np.int64], service: bool) -> list[list[int]]:
        """``values`` between places as values between nodes, with the service at the origin if asked."""
        shapes = self.plain.shapes
        places = np.array([*shapes.place.tolist(), *self.places])
        table = values[np.ix_(places, places)].astype(np.int64)
        # Legs to and from the end of routes that end anywhere (place -1) cost nothing.
        table[:, places < 0] = 0
        table[places < 0, :] = 0
        if service:
            table[: shapes.num_tickets] += shapes.service[:, None]
        rows: list[list[int]] = table.tolist()
        return rows

    def per_shift(self, matrices: NDArray[np.int64], service: bool = False) -> list[int]:
        """The registered evaluator of each shift, one per kind of travel."""
        kinds = self.plain.shapes.kind.tolist()
        number = {k: self.routing.RegisterTransitMatrix(self.table(matrices[k], service)) for k in set(kinds)}
        return [number[kind] for kind in kinds]

    def add_time(self) -> Any:
        """Start of service at tickets; waiting is slack."""
        shapes = self.plain.shapes
        horizon = self.plain.horizon
        evaluators = self.per_shift(shapes.travel.astype(np.int64), service=True)
        self.routing.AddDimensionWithVehicleTransits(evaluators, horizon, horizon, False, TIME)
        return self.routing.GetDimensionOrDie(TIME)

    def add_prices(self) -> None:
        """Legs, vehicles in use, and the length of routes."""
        plain = self.plain
        for shift, evaluator in enumerate(self.per_shift(plain.leg)):
            self.routing.SetArcCostEvaluatorOfVehicle(evaluator, shift)
            if plain.vehicle_price:
                self.routing.SetFixedCostOfVehicle(plain.vehicle_price, shift)
            if plain.duration_price:
                self.time.SetSpanCostCoefficientForVehicle(plain.duration_price, shift)

    def add_limits(self) -> None:
        """Additive limits, such as parts."""
        shapes = self.plain.shapes
        for limit in range(shapes.use.shape[1]):
            use = [*shapes.use[:, limit].tolist(), *[0] * len(self.places)]
            evaluator = self.routing.RegisterUnaryTransitVector(use)
            capacity = shapes.capacity[:, limit].tolist()
            self.routing.AddDimensionWithVehicleCapacity(evaluator, 0, capacity, True, f"limit {limit}")

    def add_ticket(self, ticket: int) -> None:
        """Windows, who may come, and the price of leaving it out."""
        shapes, index = self.plain.shapes, self.manager.NodeToIndex(ticket)
        start = self.time.CumulVar(index)
        windows = self.plain.windows(ticket)
        allowed = np.flatnonzero(shapes.closed_by[:, ticket] == 0).tolist()
        price = self.plain.left_out[ticket]
        if price is not None:
            self.routing.AddDisjunction([index], price)
        if not windows or not allowed:
            self.routing.solver().Add(self.routing.ActiveVar(index) == 0)
            return
        start.SetRange(windows[0][0], windows[-1][1])
        for (_, closes), (opens, _) in pairwise(windows):
            start.RemoveInterval(closes + 1, opens - 1)
        if len(allowed) < shapes.num_shifts:
            # SetAllowedVehiclesForIndex takes no list from Python in 9.15; -1 stands for left out.
            self.routing.VehicleVar(index).SetValues([-1, *allowed])
        if self.plain.missable[ticket]:
            slope = int(shapes.late_slope[ticket]) // self.plain.unit
            self.time.SetCumulVarSoftUpperBound(index, int(shapes.due[ticket]) - self.plain.zero, slope)

    def add_shift(self, shift: int) -> None:
        """When it may drive, and its breaks."""
        shapes, zero = self.plain.shapes, self.plain.zero
        ready, end = int(shapes.ready[shift]) - zero, int(shapes.latest_end[shift]) - zero
        self.time.CumulVar(self.routing.Start(shift)).SetRange(ready, end)
        self.time.CumulVar(self.routing.End(shift)).SetRange(ready, end)
        if shapes.breaks[shift]:
            solver = self.routing.solver()
            intervals = [
                solver.FixedDurationIntervalVar(earliest, latest, seconds, False, "break")
                for earliest, latest, seconds in self.plain.breaks(shift)
            ]
            self.time.SetBreakIntervalsOfVehicle(intervals, shift, self.visits())

    def visits(self) -> list[int]:
        """Seconds of service by index, in which no break may lie."""
        tickets = self.plain.shapes.num_tickets
        nodes = [self.manager.IndexToNode(index) for index in range(self.routing.Size())]
        return [int(self.plain.shapes.service[node]) if node < tickets else 0 for node in nodes]

    def tell(self, start: float, note: Note) -> None:
        """Note the cost of every solution on the way."""
        unit = self.plain.unit

        def found() -> None:
            note(perf_counter() - start, 0.0, self.routing.CostVar().Max() * unit / UNITS)

        self.routing.AddAtSolutionCallback(found)

    def solve(self, seconds: float) -> dict[int, list[int]]:
        """The best routes within so many seconds; none at all where the library finds no plan."""
        enums = import_module("ortools.constraint_solver.routing_enums_pb2")
        parameters = _pywrapcp().DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = enums.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        parameters.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromMilliseconds(int(1000 * seconds))
        found = self.routing.SolveWithParameters(parameters)
        if found is None:
            raise BenchmarkError(f"ortools found no plan: status {self.routing.status()}")
        return {shift: self.route(found, shift) for shift in range(self.plain.shapes.num_shifts)}

    def route(self, found: Any, shift: int) -> list[int]:
        """The tickets of a shift in order."""
        index, tickets = self.routing.Start(shift), []
        while not self.routing.IsEnd(index):
            node = self.manager.IndexToNode(index)
            if node < self.plain.shapes.num_tickets:
                tickets.append(node)
            index = found.Value(self.routing.NextVar(index))
        return tickets
