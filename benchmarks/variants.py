"""The register of what the ablation switches off or turns: one line a variant."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.errors import BenchmarkError
from dispatch_engine.solver.tuning import DEFAULTS, Tuning


@dataclass(frozen=True)
class Variant:
    """One way to run the search.

    Attributes
    ----------
    name : word on the command line and in the table.
    change : what differs from ``solve``, for people.
    tuning : the numbers of the search.
    master_share : share of the budget for the master problem at the end; 0: without it.
    """

    name: str
    change: str
    tuning: Tuning = DEFAULTS
    master_share: float = 0.1


BASE = Variant("base", "as `solve` runs")


def tuned(name: str, change: str, **numbers: float) -> Variant:
    """The base with some numbers of the search replaced."""
    return replace(BASE, name=name, change=change, tuning=replace(BASE.tuning, **numbers))


VARIANTS: tuple[Variant, ...] = (
    BASE,
    replace(BASE, name="no-master", change="no master problem at the end", master_share=0.0),
    tuned("full-weight", "an SLA point has its full weight from the start", taper_share=0.0),
    tuned("high-weight", "the full weight is twice as high", height=16.0),
    tuned("warm", "first temperature × 0.3", heat=0.3),
    tuned("cool", "first temperature × 0.1", heat=0.1),
    tuned("cold-end", "last temperature × 0.3", final_temperature=0.015),
    tuned("no-room", "no ruin makes room for an unassigned ticket", room_share=0.0),
    tuned("no-routes", "no ruin empties two routes", routes_share=0.0),
    tuned("no-random", "no ruin takes random tickets", random_share=0.0),
    tuned("strings", "only strings are removed", room_share=0.0, routes_share=0.0, random_share=0.0),
    tuned("no-blinks", "recreation overlooks no shift", blink=0.0),
)


def variants_named(names: str) -> list[Variant]:
    """The base and the variants of a comma-separated list; all of them if it is empty.

    Raises
    ------
    BenchmarkError : a name is unknown; the message lists all.
    """
    known = {variant.name: variant for variant in VARIANTS}
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(known)
    for name in wanted:
        if name not in known:
            raise BenchmarkError(f"'{name}' is no variant; there are: {', '.join(known)}")
    return [known[name] for name in dict.fromkeys([BASE.name, *wanted])]
