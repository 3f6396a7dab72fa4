"""Times the kernels in a process of its own: ``python -m benchmarks.kernel_process`` reads an order, prints JSON.

Whether kernels count references is decided before they are imported, so each choice needs a process, and a cache
folder of its own (``DISPATCH_ENGINE_CACHE_DIR``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dispatch_engine.solver.search import Search

STOPS = (5, 20, 60)
SAMPLES = 7
SAMPLE_SECONDS = 0.1
SEARCH_TICKETS, SEARCH_ITERATIONS = 120, 2000


@dataclass(frozen=True)
class Figure:
    """Samples of one benchmark, in ``unit``."""

    name: str
    unit: str
    samples: list[float]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "name": self.name,
            "unit": self.unit,
            "best": min(self.samples),
            "median": median(self.samples),
            "samples": self.samples,
        }


def main() -> int:
    """Do what the order on stdin says: ``{"reference_counts": bool, "micro": bool}``."""
    order = json.load(sys.stdin)
    if order["reference_counts"]:
        from dispatch_engine.solver import compiled

        compiled.OPTIONS["_nrt"] = True
    figures = starting()
    if order["micro"]:
        figures += [*micro_benchmarks(), searching()]
    print(json.dumps([figure.to_dict() for figure in figures]))
    return 0


def starting() -> list[Figure]:
    """What it takes to have all kernels ready: compiled where the cache is empty, else loaded from it."""
    wall, processor = perf_counter(), process_time()
    from dispatch_engine.solver.warm import warm_kernels

    warm_kernels()
    wall, processor = perf_counter() - wall, process_time() - processor
    from dispatch_engine.solver.compiled import cache_folder

    machine_code = len(list(cache_folder().rglob("*.nbc")))
    assert machine_code > 0, "no machine code was kept on disk"
    return [
        Figure("all kernels ready", "s", [wall]),
        Figure("all kernels ready, processor time", "s", [processor]),
        Figure("compiled functions on disk", "", [float(machine_code)]),
    ]


def micro_benchmarks() -> list[Figure]:
    """Insertion into and evaluation of routes of some lengths; each is held against its slow twin first."""
    figures = []
    for stops in STOPS:
        figures.append(insertion(stops))
        figures.append(evaluation(stops))
    return figures


def insertion(stops: int) -> Figure:
    """The best place for a ticket in a route of so many stops, not remembered from before."""
    from benchmarks.kernel_days import WEIGHT, route_day, slow_insertion, slow_price
    from benchmarks.kernel_loops import price_often
    from dispatch_engine.solver.kernels.state import PRICED_COST, PRICED_POINTS

    day, order = route_day(stops), list(range(stops))
    search = loaded(stops)
    state = search.states[0]
    assert price_often(search.data, state, stops, 0, WEIGHT, 1) >= 0
    found = int(state.priced[stops, 0, PRICED_POINTS]), int(state.priced[stops, 0, PRICED_COST])
    before, after = slow_price(day, order), slow_insertion(day, order, stops)
    expected = after[0] - before[0], after[1] - before[1]
    assert found == expected, f"insertion into {stops} stops costs {expected}, the kernel says {found}"
    return timed(
        f"best insertion into a route of {stops} stops",
        lambda times: price_often(search.data, state, stops, 0, WEIGHT, times),
    )


def evaluation(stops: int) -> Figure:
    """The price of a route of so many stops, from scratch."""
    from benchmarks.kernel_days import route_day, slow_price
    from benchmarks.kernel_loops import reprice_often

    search = loaded(stops)
    state = search.states[0]
    assert reprice_often(search.data, state, 0, 1)
    found, expected = (
        (int(state.points[0]), int(state.cost[0])),
        slow_price(route_day(stops), list(range(stops))),
    )
    assert found == expected, f"a route of {stops} stops costs {expected}, the kernel says {found}"
    return timed(
        f"evaluation of a route of {stops} stops",
        lambda times: reprice_often(search.data, state, 0, times),
    )


def loaded(stops: int) -> Search:
    """A search whose only route serves all tickets of :func:`route_day` but the last."""
    from benchmarks.kernel_days import route_day
    from dispatch_engine.solver.search import Search

    search = Search(route_day(stops), seed=0, workers=1)
    assert search.offer([list(range(stops))]) is not None
    return search


def searching() -> Figure:
    """Iterations of the whole search, one thread, on a generated day."""
    from benchmarks.bound_days import city_day
    from dispatch_engine.solver.budget import IterationBudget, Stop
    from dispatch_engine.solver.search import Search

    def sample() -> float:
        search = Search(day, seed=0, workers=1)
        search.construct()
        first, start = search.best_total, perf_counter()
        search.anneal(IterationBudget(SEARCH_ITERATIONS), Stop())
        seconds = perf_counter() - start
        search.settle()
        assert search.iterations == SEARCH_ITERATIONS
        assert search.best_total is not None
        assert first is not None
        assert search.best_total <= first
        return 1e6 * seconds / SEARCH_ITERATIONS

    day = city_day(SEARCH_TICKETS, 1)
    return Figure(f"an iteration of the search, {SEARCH_TICKETS} tickets", "µs", [sample() for _ in range(3)])


def timed(name: str, repeat: Callable[[int], object]) -> Figure:
    """Microseconds a call, of samples of about ``SAMPLE_SECONDS`` each."""
    times = 1
    while (seconds := _seconds(repeat, times)) < SAMPLE_SECONDS:
        times = 2 * times if seconds < 1e-3 else int(1.2 * times * SAMPLE_SECONDS / seconds) + 1
    return Figure(name, "µs", [1e6 * _seconds(repeat, times) / times for _ in range(SAMPLES)])


def _seconds(repeat: Callable[[int], object], times: int) -> float:
    start = perf_counter()
    repeat(times)
    return perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
