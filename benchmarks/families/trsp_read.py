"""Technician routing (Pillac, Praxedo) as a family: read by the product's own importer, judged here."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.families.evaluation import Evaluation
from benchmarks.families.family import Family, solomon_class
from benchmarks.families.trsp_evaluate import RESTOCK, TrspInstance, evaluate_trsp, parse_trsp
from benchmarks.instances import read_text, rows
from dispatch_engine.model.plan import Plan
from dispatch_engine.sources.trsp import read_trsp


class TrspPillac(Family):
    """Skills, tools, parts, one restock at the depot."""

    name = "trsp_pillac"
    folder = "trsp_pillac"
    objective = (
        "serve as many requests as possible, then least total working time (latest departure to return)"
    )
    scale = "1 unit = 1 min, halved until a shift fits into 48 h; legs rounded up to the second"
    first = "unserved"
    origin = "github.com/vpillac/vroom, Instances/trsp/pillac/crew25"

    def class_of(self, name: str) -> str:
        return solomon_class(name)

    def stored(self, folder: Path, name: str) -> Evaluation | None:
        routes = stored_routes(folder).get(name)
        return None if routes is None else evaluate_trsp(self.parsed(folder, name), routes)

    def problem(self, folder: Path, name: str) -> dict[str, Any]:
        problem = read_trsp(self.path(folder, name), depots=True).problem
        parts = sorted({part for ticket in problem["tickets"] for part in ticket.get("required_parts", ())})
        for depot in problem.get("depots", ()):
            depot["stock"] = dict.fromkeys(parts)
        return problem

    def judge(self, folder: Path, name: str, plan: Plan) -> Evaluation:
        return evaluate_trsp(self.parsed(folder, name), routes_of(plan))

    def parsed(self, folder: Path, name: str) -> TrspInstance:
        """The instance as the evaluator reads it."""
        return parse_trsp(read_text(self.path(folder, name)))


class TrspPraxedo(TrspPillac):
    """Real field-service days with travel times by road; neither skills nor parts."""

    name = "trsp_praxedo"
    folder = "trsp_praxedo"
    scale = "the file's whole seconds; evaluated in its printed minutes"
    origin = "github.com/vpillac/vroom, Instances/trsp/pillac2"

    def class_of(self, name: str) -> str:
        return "rural" if name.startswith("R") else "urban"


def routes_of(plan: Plan) -> dict[int, list[int]]:
    """Technician's node to visits in order; a depot stop is a restock."""
    return {
        int(route.technician[1:]): [
            int(stop.ticket[1:]) if stop.kind == "ticket" else RESTOCK
            for stop in route.stops
            if stop.kind != "break"
        ]
        for route in plan.routes
    }


@lru_cache(maxsize=4)
def stored_routes(folder: Path) -> dict[str, dict[int, list[int]]]:
    """The best known routes of all instances, by instance and technician."""
    found: dict[str, dict[int, list[int]]] = {}
    for row in rows(folder / "bks_routes.csv"):
        visits = row.get("visits_0_is_depot_restock", row.get("visits", ""))
        found.setdefault(row["instance"], {})[int(row["technician"])] = [int(v) for v in visits.split()]
    return found
