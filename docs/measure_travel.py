"""Print the error and the speed of the distances, as stated in ``docs/travel.md``."""

from __future__ import annotations

import time

import numpy as np
from geopy.distance import geodesic

from dispatch_engine.model.problem import Problem
from dispatch_engine.travel.geodesic import distance_matrix
from dispatch_engine.travel.provider import build_travel

LATITUDES = (0.0, 31.2, 48.1, 65.0)
RANGES_KM = (30, 100, 300, 5000)
PAIRS = 400


def largest_error(latitude: float, km: float, rng: np.random.Generator) -> tuple[float, float]:
    """Largest relative error, and largest in metres, over pairs between half and all of ``km`` apart."""
    relative, absolute = 0.0, 0.0
    for _ in range(PAIRS):
        start = (latitude, rng.uniform(-180, 180))
        end = geodesic(kilometers=km * rng.uniform(0.5, 1)).destination(start, rng.uniform(0, 360))
        truth = geodesic(start, end).m
        error = abs(distance_matrix([start[0], end[0]], [start[1], end[1]])[0, 1] - truth)
        relative, absolute = max(relative, error / truth), max(absolute, error)
    return relative, absolute


def city(size: int, rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Places spread over 60 x 80 km."""
    return (31 + 0.6 * rng.random(size)).round(5).tolist(), (121 + 0.8 * rng.random(size)).round(5).tolist()


def problem(size: int, rng: np.random.Generator) -> Problem:
    """Tickets only, one a place."""
    tickets = [
        {"id": f"K{k}", "location": {"lat": lat, "lon": lon}, "duration_minutes": 30}
        for k, (lat, lon) in enumerate(zip(*city(size, rng), strict=True))
    ]
    return Problem.from_dict({"technicians": [], "tickets": tickets})


def best_of_five(run: object, *arguments: object) -> float:
    """Shortest wall time of five runs, seconds."""
    assert callable(run)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        run(*arguments)
        times.append(time.perf_counter() - begin)
    return min(times)


def main() -> None:
    """Print both tables."""
    rng = np.random.default_rng(0)
    for latitude in LATITUDES:
        errors = (largest_error(latitude, km, rng) for km in RANGES_KM)
        cells = (f"{100 * relative:.4f} % ({absolute:.2f} m)" for relative, absolute in errors)
        print(f"| {latitude:g}° | " + " | ".join(cells) + " |")
    print(f"1,000 x 1,000 distances: {best_of_five(distance_matrix, *city(1000, rng)):.3f} s")
    for size in (1000, 5800):
        print(f"travel table of {size} places: {best_of_five(build_travel, problem(size, rng)):.3f} s")


if __name__ == "__main__":
    main()
