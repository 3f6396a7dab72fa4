"""Best known solutions of the suite: one JSON file an instance, with routes, value and bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.suite.catalogue import FOLDER, Instance, catalogue
from dispatch_engine.check import check, complete_plan
from dispatch_engine.errors import InputError
from dispatch_engine.model.files import write_atomically
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem

STORED = FOLDER / "best_known"
TOLERANCE = 0.005
"""Half of the last digit of cost minutes."""


@dataclass(frozen=True)
class BestKnownPlan:
    """A solution as it is stored.

    Attributes
    ----------
    instance, sha256 : what it solves.
    sla_penalty, cost_minutes : its value, as the checker has it.
    sla_bound, cost_bound : proved by ``bound_by``, None where nothing is; the cost bound holds for plans with at
        most ``sla_penalty`` points.
    routes : technician, shift and tickets in order; times follow from the order.
    made_by, bound_by : program and version, limit and seed.
    """

    instance: str
    sha256: str
    sla_penalty: float
    cost_minutes: float
    sla_bound: float | None
    cost_bound: float | None
    made_by: str
    bound_by: str
    routes: list[dict[str, object]]

    def plan(self) -> Plan:
        """The routes as a plan without times."""
        routes = [
            {
                "technician": route["technician"],
                "shift": route["shift"],
                "stops": [{"kind": "ticket", "ticket": name} for name in route["tickets"]],  # type: ignore[attr-defined]
            }
            for route in self.routes
        ]
        return Plan.from_dict({"routes": routes})

    def is_better_than(self, other: BestKnownPlan) -> bool:
        """Whether its value is better by more than rounding."""
        if self.sla_penalty != other.sla_penalty:
            return self.sla_penalty < other.sla_penalty
        return self.cost_minutes < other.cost_minutes - TOLERANCE

    def to_text(self) -> str:
        """The file's text; a route stands on a line."""
        head = {name: value for name, value in asdict(self).items() if name != "routes"}
        routes = ",\n".join("  " + json.dumps(route, ensure_ascii=False) for route in self.routes)
        text = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
        return f'{text},\n "routes": [\n{routes}\n ]\n}}\n'


def stored_plan(name: str, folder: Path = STORED) -> BestKnownPlan | None:
    """The stored solution of an instance; None where there is none."""
    path = folder / f"{name}.json"
    return BestKnownPlan(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def judged_plan(instance: Instance, plan: Plan, made_by: str) -> BestKnownPlan:
    """The plan as it would be stored, with the value that our checker gives it and the bounds that it states.

    Raises
    ------
    BenchmarkError : the checker rejects the plan.
    """
    problem = Problem.from_dict(instance.document())
    try:
        full = complete_plan(problem, plan)
    except InputError as error:
        raise BenchmarkError(f"{instance.name}: {error}") from None
    verdict = check(problem, full)
    if not verdict.ok:
        raise BenchmarkError(f"{instance.name}: the plan is rejected: {verdict.violations[0].message}")
    points = plan.bound.sla_penalty if plan.bound is not None else None
    cost = plan.bound.cost_minutes if plan.bound is not None else None
    return BestKnownPlan(
        instance=instance.name,
        sha256=instance.sha256,
        sla_penalty=verdict.objective.sla_penalty,
        cost_minutes=round(verdict.objective.cost_minutes, 2),
        sla_bound=points,
        cost_bound=cost,
        made_by=made_by,
        bound_by=made_by if points is not None else "",
        routes=[
            {
                "technician": route.technician,
                "shift": route.shift,
                "tickets": [stop.ticket for stop in route.stops if stop.kind == "ticket"],
            }
            for route in plan.routes
        ],
    )


def improved(found: BestKnownPlan, stored: BestKnownPlan | None) -> BestKnownPlan | None:
    """What to store now: the better plan with the better bounds; None where nothing got better."""
    if stored is None:
        return found
    best = found if found.is_better_than(stored) else stored
    both = (found, stored)
    points = [(one.sla_bound, one.bound_by) for one in both if one.sla_bound is not None]
    # A cost bound speaks of plans with at most that plan's points: it holds for a best plan with no more.
    costs = [
        (one.cost_bound, one.bound_by)
        for one in both
        if one.cost_bound is not None and best.sla_penalty <= one.sla_penalty
    ]
    chosen = [max(bounds) for bounds in (points, costs) if bounds]
    result = replace(
        best,
        sla_bound=max(points)[0] if points else None,
        cost_bound=max(costs)[0] if costs else None,
        bound_by="; ".join(dict.fromkeys(name for _, name in chosen)),
    )
    return None if result == stored else result


def store(found: BestKnownPlan, folder: Path = STORED) -> None:
    """Write the file of the instance."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{found.instance}.json", found.to_text())


def faults(names: list[str], folder: Path = STORED) -> Iterator[str]:
    """What is wrong with the instances' checksums and their stored solutions, a sentence each."""
    for name in names:
        instance = catalogue()[name]
        if instance.checksum() != instance.sha256:
            yield f"{name}: this checkout makes another instance than the published one"
        stored = stored_plan(name, folder)
        if stored is None:
            continue
        try:
            found = judged_plan(instance, stored.plan(), stored.made_by)
        except BenchmarkError as error:
            yield str(error)
            continue
        said, true = (stored.sla_penalty, stored.cost_minutes), (found.sla_penalty, found.cost_minutes)
        if said != true or stored.sha256 != instance.sha256:
            yield f"{name}: states {said[0]:g} points, {said[1]} minutes; it has {true[0]:g}, {true[1]}"
        if stored.sla_bound is not None and stored.sla_bound > stored.sla_penalty:
            yield f"{name}: its bound {stored.sla_bound:g} lies above its value {stored.sla_penalty:g}"
