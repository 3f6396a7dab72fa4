"""Pictures of results: performance profile, gap over time, instance by instance."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.errors import BenchmarkError
from benchmarks.results import Record
from benchmarks.summary import instance_means, is_good, published
from benchmarks.trajectory import BASE, value_at

WORST_GAP = 100 * (BASE - 1)
"""Shown before the first incumbent, as the primal integral counts it."""
FORMATS = ("png", "svg")


def draw_all(records: list[Record], folder: Path) -> list[Path]:
    """Draw every picture that the records allow as PNG and SVG into ``folder``; returns the files.

    Raises
    ------
    BenchmarkError : matplotlib is not installed, or no run gave a plan.
    """
    records = published(records)
    good = [record for record in records if is_good(record)]
    if not good:
        raise BenchmarkError("no run of a published set gave a plan, there is nothing to draw")
    folder.mkdir(parents=True, exist_ok=True)
    tried = [record for record in records if record["status"] != "unsupported"]
    files = _save(performance_profile(tried), folder / "performance-profile")
    files += _save(gap_over_time(good), folder / "gap-over-time")
    if len({record["solver"] for record in good}) == 2:
        files += _save(scatter(good), folder / "instance-by-instance")
    return files


def performance_profile(records: list[Record]) -> Any:
    """Share of all runs within a gap, by solver and limit (Dolan and Moré 2002, with gaps for times)."""
    figure, axes = _axes("gap to the best known value in %", "share of runs within it")
    for label, group in _series(records).items():
        found = [record["gap_percent"] for record in group if is_good(record)]
        gaps = np.sort([gap for gap in found if gap is not None])
        shares = np.arange(1, len(gaps) + 1) / len(group)
        axes.step(np.maximum(gaps, 0), shares, where="post", label=f"{label} ({len(group)} runs)")
    axes.set_ylim(0, 1.02)
    axes.legend(frameon=False)
    return figure


def gap_over_time(records: list[Record]) -> Any:
    """Mean gap of the best plan so far over the share of the time limit; ``WORST_GAP`` before the first."""
    figure, axes = _axes("share of the time limit", "mean gap in %")
    shares = np.linspace(0, 1, 101)
    for label, group in _series(records).items():
        timed = [record for record in group if record["primal_integral"] is not None]
        if timed:
            axes.plot(
                shares, [_mean_gap(timed, share) for share in shares], label=f"{label} ({len(timed)} runs)"
            )
    axes.legend(frameon=False)
    return figure


def scatter(records: list[Record]) -> Any:
    """Each instance as a point: one solver's mean gap against the other's."""
    first, second = sorted({record["solver"] for record in records})
    figure, axes = _axes(f"gap of {first} in %", f"gap of {second} in %")
    sides = [
        instance_means([r for r in records if r["solver"] == name], lambda r: r["gap_percent"])
        for name in (first, second)
    ]
    shared = sorted(set(sides[0]) & set(sides[1]))
    points = np.array([[side[key] for side in sides] for key in shared]).reshape(-1, 2)
    axes.scatter(points[:, 0], points[:, 1], s=14)
    end = float(points.max(initial=1.0))
    axes.plot([0, end], [0, end], color="0.7", linewidth=1)
    return figure


def _mean_gap(records: list[Record], share: float) -> float:
    gaps = []
    for record in records:
        found = value_at([(s, v) for s, v in record["trajectory"]], share * record["time_limit"])
        best = record["best_known"]["value"]
        gaps.append(WORST_GAP if found is None else min(WORST_GAP, 100 * (found - best) / best))
    return float(np.mean(gaps))


def _series(records: list[Record]) -> dict[str, list[Record]]:
    """Records by what one line of a picture shows."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[f"{record['solver']}, {record['time_limit']:g} s"].append(record)
    return dict(groups)


def _axes(x: str, y: str) -> tuple[Any, Any]:
    try:
        figures = import_module("matplotlib.figure")
    except ImportError:
        raise BenchmarkError("matplotlib is not installed; pip install 'dispatch-engine[bench]'") from None
    figure = figures.Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Any, path: Path) -> list[Path]:
    files = [path.with_suffix(f".{suffix}") for suffix in FORMATS]
    for file in files:
        figure.savefig(file, dpi=150)
    return files
