"""Seconds to each tier's bound on generated city days, and the gap to the engine's own plan.

python -m benchmarks.bound_days [--tickets 25 40 60 100] [--seeds 1 2 3] [--search-seconds 20] [--limit 60]
"""

from __future__ import annotations

import argparse
from time import monotonic

from benchmarks.machine import CHECKOUT
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import lower_all
from dispatch_engine.rules.shapes import POINTS, UNITS, Shapes
from dispatch_engine.solver.arrays import compile_data
from dispatch_engine.solver.bound import LowerBounds, lower_bounds
from dispatch_engine.solver.budget import Stop, TimeBudget
from dispatch_engine.solver.master import Column
from dispatch_engine.solver.search import Search
from dispatch_engine.solver.warm import two_tickets, warm_kernels
from dispatch_engine.sources.generate import generate_problem

RECIPE = CHECKOUT / "scenarios" / "shanghai-weekday.yaml"


def main() -> None:
    """Print one row a day."""
    parser = argparse.ArgumentParser(description="bounds of generated city days")
    parser.add_argument("--tickets", type=int, nargs="+", default=[25, 40, 60, 100])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--search-seconds", type=float, default=20.0, help="search before the bound")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for the bound")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    warm_kernels()
    warm = two_tickets()
    lower_bounds(warm, compile_data(warm), best=(0, 1000, 0), deadline=monotonic() + 60)
    print(
        "| tickets | seed | plan: points, minutes | bound: points, minutes | gap | all routes | rounds "
        "| seconds | relaxed |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for tickets in options.tickets:
        for seed in options.seeds:
            day = city_day(tickets, seed)
            best, routes = plan_of(day, options.search_seconds, options.workers)
            found = lower_bounds(
                day,
                compile_data(day),
                best=best,
                columns=routes,
                deadline=monotonic() + options.limit,
                workers=options.workers,
            )
            print(row(tickets, seed, best, found), flush=True)


def city_day(tickets: int, seed: int) -> Shapes:
    """A generated weekday with a technician for every six tickets, as arrays."""
    problem = generate_problem(RECIPE, seed, tickets=tickets, technicians=round(tickets / 6))
    return lower_all(Case.of(Problem.from_dict(problem)))


def plan_of(day: Shapes, seconds: float, workers: int) -> tuple[tuple[int, int, int], list[Column]]:
    """The best plan of a search: its total and its routes."""
    search = Search(day, 0, workers)
    search.construct()
    began = monotonic()
    search.anneal(TimeBudget(began, began + seconds), Stop())
    state = search.settle()
    mandatory, points, cost = (int(x) for x in state.best_total)
    routes = [
        Column(s, tuple(state.best_route[s, : state.best_length[s]].tolist()), 0, 0)
        for s in range(day.num_shifts)
    ]
    return (mandatory, points, cost), routes


def row(tickets: int, seed: int, best: tuple[int, int, int], found: LowerBounds) -> str:
    """One line of the table."""
    _, points, cost = best
    proved = "–" if found.points is None else f"{found.points / POINTS:g}"
    minutes, gap = "–", "–"
    if found.cost is not None:
        minutes = f"{found.cost / UNITS:.1f}"
        gap = f"{100 * (cost - found.cost) / cost:.2f} %" if cost else "0 %"
    relaxed = ", ".join(found.relaxed) or "nothing"
    plan = f"{points / POINTS:g}, {cost / UNITS:.1f}"
    return (
        f"| {tickets} | {seed} | {plan} | {proved}, {minutes} | {gap} "
        f"| {'yes' if found.complete else 'no'} | {found.rounds} | {found.seconds:.2f} | {relaxed} |"
    )


if __name__ == "__main__":
    main()
