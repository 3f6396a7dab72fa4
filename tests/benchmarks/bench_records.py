"""Result lines made up for the tests."""

from __future__ import annotations

from typing import Any


def record(instance: str, gap: float | None = 1.0, **changes: Any) -> dict[str, Any]:
    """A good run of ours on ``instance``, with some fields changed."""
    best = 100.0
    value = best if gap is None else best * (1 + gap / 100)
    return {
        "family": "vrptw_solomon",
        "instance": instance,
        "solver": "ours",
        "time_limit": 10.0,
        "seed": 0,
        "workers": 2,
        "status": "done",
        "detail": "",
        "class": instance[:2],
        "value": value,
        "first": 0,
        "broken": [],
        "best_known": {"value": best, "first": 0, "source": ""},
        "gap_percent": gap,
        "net_gap_percent": None,
        "primal_integral": 2.0,
        "trajectory": [[1.0, 105.0], [5.0, value]],
        "checker_ok": True,
        "violations": [],
        "peak_memory_mb": 100.0,
        **changes,
    }
