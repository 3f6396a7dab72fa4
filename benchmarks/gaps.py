"""Gaps to the best known value: of the whole value, and net of what no solver can change."""

from __future__ import annotations

from benchmarks.families.evaluation import Evaluation
from benchmarks.instances import BestKnown


def gap_percent(value: float, best: float) -> float | None:
    """100 (value - best) / best; 0 where both are 0, None where only ``best`` is."""
    if best == 0:
        return 0.0 if value == 0 else None
    return 100 * (value - best) / best


def comparable_gap(found: Evaluation, best: BestKnown) -> float | None:
    """The gap of a feasible solution with the same count before its value, else None."""
    if not found.is_feasible or found.first != best.first:
        return None
    return gap_percent(found.value, best.value)


def net_gap(found: Evaluation, best: BestKnown, stored: Evaluation | None) -> float | None:
    """The same gap after taking the constant (service time) off both values.

    Raw percentages of working times hide differences: most of a day is service that every plan has. The
    constant of the best known value is that of its stored solution; sets without a constant have no net gap.
    """
    if stored is None or stored.constant == 0 or comparable_gap(found, best) is None:
        return None
    return gap_percent(found.value - found.constant, best.value - stored.constant)


def percent(gap: float | None) -> str:
    """A gap for people."""
    return "–" if gap is None else f"{round(gap, 2) + 0.0:.2f} %"  # no minus before a zero
