"""The plan that leaves the engine: routes decoded, explained, priced by the rules, and accepted by the checker."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from dispatch_engine.check import Verdict, check_case
from dispatch_engine.errors import EngineError
from dispatch_engine.model.plan import Plan, SolverInfo
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.filling import filled_routes, filled_unassigned
from dispatch_engine.rules.rule import Price
from dispatch_engine.rules.shapes import Shapes
from dispatch_engine.rules.worth import kpis, objective_value, plan_price
from dispatch_engine.solver.decode import decode
from dispatch_engine.solver.kernels.data import Data
from dispatch_engine.solver.kernels.state import State
from dispatch_engine.solver.proof import Proof, bound_in_words
from dispatch_engine.solver.reasons import reasons_for


@dataclass(frozen=True)
class Desk:
    """Where plans of one day are finished."""

    case: Case
    shapes: Shapes
    data: Data

    def finish(
        self, state: State, claimed: tuple[int, int, int], proof: Proof | None, info: SolverInfo
    ) -> Plan:
        """The plan in ``state.route``, which the engine priced at ``claimed``, as a checked :class:`Plan`.

        Raises
        ------
        EngineError
            The rules price the plan differently, or the checker rejects it; problem and plan are in a file then.
        """
        case = self.case
        times = decode(case, self.data, state)
        reasons = {v: reasons_for(case, self.shapes, self.data, state, v) for v in times.unassigned}
        price = plan_price(case, times)
        objective = objective_value(case, times)
        limits = self._limits(proof, price)
        plan = Plan(
            problem=case.problem.name,
            created_at=datetime.now(UTC).replace(microsecond=0).astimezone(case.clock.time_zone),
            status=self._status(limits, price),
            travel_source=case.travel.source,
            routes=filled_routes(case, times),
            unassigned=filled_unassigned(case, times, reasons),
            objective=objective,
            bound=bound_in_words(case.mode, *limits, price, objective),
            kpis=kpis(case, times),
            solver=info,
        )
        if claimed != (price.mandatory, price.points, price.cost):
            raise self._failure(plan, f"the engine priced its plan at {claimed}, the rules say {price}", None)
        verdict = check_case(case, plan)
        if not verdict.ok:
            raise self._failure(plan, "the engine's plan was rejected by the checker", verdict)
        return plan

    def _limits(self, proof: Proof | None, price: Price) -> tuple[int | None, int | None]:
        if self.shapes.narrowed:  # what a rule could not say exactly in the arrays cannot be proved from them
            return None, None
        if not self.case.tickets or not self.case.shifts:
            return price.points, price.cost
        return (None, None) if proof is None else proof.limits(price)

    def _status(
        self, limits: tuple[int | None, int | None], price: Price
    ) -> Literal["optimal", "feasible", "infeasible"]:
        if price.mandatory:
            return "infeasible"
        return "optimal" if limits == (price.points, price.cost) else "feasible"

    def _failure(self, plan: Plan, what: str, verdict: Verdict | None) -> EngineError:
        """The error for a plan that must not leave the house, with problem and plan written to a file."""
        broken = [] if verdict is None else [v.message for v in verdict.violations]
        content = {
            "problem": self.case.problem.model_dump(mode="json"),
            "plan": json.loads(plan.to_json()),
            "broken": broken,
        }
        with tempfile.NamedTemporaryFile(
            "w", prefix="dispatch-engine-failure-", suffix=".json", delete=False, encoding="utf-8"
        ) as dump:
            json.dump(content, dump, ensure_ascii=False, indent=1)
        first = "".join(f"\n  {message}" for message in broken[:5])
        return EngineError(
            f"{what}; this is a defect of dispatch-engine, please report it. "
            f"Problem and plan were written to {Path(dump.name)}{first}"
        )
