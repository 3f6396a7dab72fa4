"""What an evaluator says about a solution: its value, what makes it up, and every broken constraint."""

from __future__ import annotations

from dataclasses import dataclass, field

TOLERANCE = 1e-6
"""In the instance's own unit: an arrival so little after a window's end still counts as in time."""


@dataclass(frozen=True)
class Evaluation:
    """A solution judged by the family's own rules in its own precision.

    Attributes
    ----------
    value : what the family minimises.
    broken : a sentence per violated constraint; empty: the solution is feasible.
    first : what the family counts before the value (unserved tickets, vehicles), else 0.
    constant : the share of ``value`` that every solution with the same tickets has (service time), so that
        ``value - constant`` is what a solver can change.
    parts : the terms that ``value`` is made of, by name.
    """

    value: float
    broken: tuple[str, ...]
    first: int = 0
    constant: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def is_feasible(self) -> bool:
        """Whether no constraint is broken."""
        return not self.broken


def visit_faults(expected: set[int], routes: list[list[int]], all_needed: bool = True) -> list[str]:
    """Customers that are unknown, visited twice or, where all must be visited, missing."""
    visits = [customer for route in routes for customer in route]
    faults = [f"customer {c} does not exist" for c in sorted(set(visits) - expected)]
    faults += [
        f"customer {c} is visited {visits.count(c)} times" for c in sorted(set(visits)) if visits.count(c) > 1
    ]
    if all_needed:
        faults += [f"customer {c} is not visited" for c in sorted(expected - set(visits))]
    return faults
