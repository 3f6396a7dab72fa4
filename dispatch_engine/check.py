"""The independent verdict on a plan: broken rules, objective and KPIs, from problem and plan alone.

It knows no engine. Everything that a plan states is recomputed and compared; what it does not state is not
missed, so that a plan made by hand may give only the order of tickets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.money import RuleCost
from dispatch_engine.model.plan import Bound, Kpis, ObjectiveValue, Plan, Route, TicketStop
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.facts import RouteFacts, VisitFacts, route_facts
from dispatch_engine.rules.filling import filled_routes, filled_unassigned
from dispatch_engine.rules.reading import PlanReading, read_plan
from dispatch_engine.rules.register import broken_rules
from dispatch_engine.rules.rule import NOTHING, Price, Violation
from dispatch_engine.rules.shapes import UNITS
from dispatch_engine.rules.visits import TOLERANCE, PlanTimes
from dispatch_engine.rules.worth import kpis, objective_value, plan_price, price_by_rule, rule_costs

CODES = (
    "wrong_travel_minutes",
    "wrong_distance_km",
    "wrong_wait_minutes",
    "wrong_late_minutes",
    "wrong_overtime_minutes",
    "wrong_due_at",
    "wrong_confirm_call_at",
    "wrong_objective",
    "wrong_kpi",
    "wrong_status",
    "wrong_bound",
    "wrong_problem",
    "wrong_travel_source",
)
"""Codes of statements that differ from what was recomputed; the rules have codes of their own."""

MINUTES = TOLERANCE / 60 + 0.006
"""Stated minutes may be off by the time tolerance and by their rounding to 2 decimals."""

KILOMETRES = 0.006
"""Stated kilometres may be rounded to 2 decimals."""

PERCENT = 0.051
"""Stated percentages may be rounded to 1 decimal."""


@dataclass(frozen=True)
class Verdict:
    """What the checker says.

    Attributes
    ----------
    ok : whether there is no violation.
    violations : everything that is wrong, unreadable parts first, then rule by rule, then wrong statements.
    objective, kpis : recomputed; of a plan with violations as far as it could be read.
    price : the same objective, exact: unserved mandatory tickets, milli-points and cost units.
    rule_costs : what each rule charges, in public units; rules that charge nothing are left out.
    """

    ok: bool
    violations: tuple[Violation, ...]
    objective: ObjectiveValue
    kpis: Kpis
    price: Price
    rule_costs: tuple[RuleCost, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The verdict as the public JSON has it."""
        return {
            "ok": self.ok,
            "violations": [asdict(violation) for violation in self.violations],
            "objective": self.objective.model_dump(mode="json"),
            "kpis": self.kpis.model_dump(mode="json"),
            "price_by_rule": [entry.model_dump(mode="json") for entry in self.rule_costs],
        }


def check(problem: Problem, plan: Plan) -> Verdict:
    """Judge ``plan``; times count as right within ``TOLERANCE`` (1 s).

    Raises
    ------
    InputError : the travel times of the problem cannot be built.
    """
    return check_case(Case.of(problem), plan)


def check_case(case: Case, plan: Plan) -> Verdict:
    """The same for a problem that was made ready before."""
    reading = read_plan(case, plan)
    objective, figures = objective_value(case, reading.times), kpis(case, reading.times)
    by_rule = price_by_rule(case, reading.times)
    price = sum(by_rule.values(), NOTHING)
    violations = (
        *reading.violations,
        *broken_rules(case, reading.times),
        *_wrong_route_statements(case, reading),
        *_wrong_plan_statements(case, plan, objective, figures, price),
    )
    return Verdict(not violations, violations, objective, figures, price, rule_costs(case, by_rule))


def evaluate(case: Case, plan: Plan | PlanTimes) -> tuple[ObjectiveValue, Kpis, Price]:
    """Objective, KPIs and exact price of a plan or of the times an engine decoded; no rule is judged."""
    times = plan if isinstance(plan, PlanTimes) else read_plan(case, plan).times
    return objective_value(case, times), kpis(case, times), plan_price(case, times)


def complete_plan(problem: Problem, plan: Plan) -> Plan:
    """A plan with every field that follows from it: times of bare orders, sums, objective, KPIs.

    Stated times are kept, stated sums replaced. ``status`` becomes ``infeasible`` where a mandatory ticket is
    unserved; otherwise a stated ``optimal`` is kept. Reasons of unassigned tickets are kept where given.

    Raises
    ------
    InputError : the plan names what is not in the problem, or an order has no feasible times.
    """
    case = Case.of(problem)
    reading = read_plan(case, plan)
    if reading.violations:
        raise InputError([Finding("/routes", v.code, v.message) for v in reading.violations])
    times = reading.times
    objective, figures, price = evaluate(case, times)
    reasons = {case.ticket_index[entry.ticket]: entry.reasons for entry in plan.unassigned}
    return plan.replace(
        problem=problem.name,
        status=_status(plan, price),
        travel_source=case.travel.source,
        routes=filled_routes(case, times),
        unassigned=filled_unassigned(case, times, reasons),
        objective=objective,
        kpis=figures,
    )


def _status(plan: Plan, price: Price) -> str:
    if price.mandatory:
        return "infeasible"
    return "optimal" if plan.status == "optimal" else "feasible"


# ---------------------------------------------------------------- statements of routes


def _wrong_route_statements(case: Case, reading: PlanReading) -> Iterator[Violation]:
    for times, route in zip(reading.times.routes, reading.routes, strict=True):
        facts = route_facts(case, times)
        compare = _Comparison(case, route, None)
        yield from compare.minutes("travel_minutes", route.travel_minutes, facts.travel)
        yield from compare.kilometres(route.distance_km, facts.metres)
        yield from compare.minutes("overtime_minutes", route.overtime_minutes, facts.overtime)
        yield from _wrong_stop_statements(case, route, facts)


def _wrong_stop_statements(case: Case, route: Route, facts: RouteFacts) -> Iterator[Violation]:
    stated = [s for s in route.stops if isinstance(s, TicketStop) and s.ticket in case.ticket_index]
    # A bare order may leave out the visits that have begun, which come first.
    for stop, fact in zip(stated, facts.visits[len(facts.visits) - len(stated) :], strict=True):
        yield from _wrong_stop(_Comparison(case, route, stop.ticket), stop, fact)


def _wrong_stop(compare: _Comparison, stop: TicketStop, fact: VisitFacts) -> Iterator[Violation]:
    yield from compare.minutes("travel_minutes", stop.travel_minutes, fact.travel)
    yield from compare.kilometres(stop.distance_km, fact.metres)
    yield from compare.minutes("wait_minutes", stop.wait_minutes, fact.wait)
    yield from compare.minutes("late_minutes", stop.late_minutes, fact.late)
    yield from compare.moment("due_at", stop.due_at, fact.due)
    yield from compare.moment("confirm_call_at", stop.confirm_call_at, fact.confirm_call)


@dataclass(frozen=True)
class _Comparison:
    """Compares what a route, or its stop at ``ticket``, states with what was recomputed."""

    case: Case
    route: Route
    ticket: str | None

    def minutes(self, name: str, stated: float | None, seconds: int) -> Iterator[Violation]:
        """``stated`` minutes against exact seconds."""
        if stated is not None and abs(stated - seconds / 60) > MINUTES:
            right = f"{seconds / 60:.2f}"
            yield self._wrong(name, f"{stated:g}", right, abs(stated * 60 - seconds), "seconds")

    def kilometres(self, stated: float | None, metres: int | None) -> Iterator[Violation]:
        """``stated`` kilometres against exact metres; none may be stated where none are known."""
        if stated is None:
            return
        if metres is None:
            yield self._wrong(
                "distance_km", f"{stated:g}", "null: the travel data hold no distances", None, None
            )
        elif abs(stated - metres / 1000) > KILOMETRES:
            off = abs(stated * 1000 - metres)
            yield self._wrong("distance_km", f"{stated:g}", f"{metres / 1000:.3f}", off, "metres")

    def moment(self, name: str, stated: datetime | None, seconds: int | None) -> Iterator[Violation]:
        """A ``stated`` moment against exact seconds; none may be stated where there is none."""
        if stated is None:
            return
        if seconds is None:
            yield self._wrong(name, stated.isoformat(), "null", None, None)
        elif abs(off := self.case.clock.seconds(stated) - seconds) > TOLERANCE:
            right = self.case.clock.datetime(seconds).isoformat()
            yield self._wrong(name, stated.isoformat(), right, abs(off), "seconds")

    def _wrong(self, name: str, stated: str, right: str, amount: float | None, unit: str | None) -> Violation:
        technician, shift = self.route.technician, self.route.shift
        where = f"{technician}, shift {shift}" + ("" if self.ticket is None else f", ticket {self.ticket}")
        message = f"{where}: {name} is {right}, the plan states {stated}"
        return Violation(f"wrong_{name}", message, technician, shift, self.ticket, amount, unit)


# ---------------------------------------------------------------- statements of the whole plan


def _wrong_plan_statements(
    case: Case, plan: Plan, objective: ObjectiveValue, figures: Kpis, price: Price
) -> Iterator[Violation]:
    if plan.objective is not None:
        yield from _wrong_objective(plan.objective, objective, price)
    if plan.kpis is not None:
        yield from _wrong_kpis(plan.kpis, figures)
    yield from _wrong_status(plan, price)
    if plan.bound is not None:
        yield from _wrong_bound(plan, plan.bound, objective)
    yield from _wrong_names(case, plan)


_OBJECTIVE_TOLERANCE = {
    "sla_penalty": 0.0006,
    "cost_minutes": 0.02,
    "expected_second_visits": 0.006,
    "preference": 0.006,
    "stability": 0.006,
    "cost_cents": 0.5,
}


def _wrong_objective(stated: ObjectiveValue, right: ObjectiveValue, price: Price) -> Iterator[Violation]:
    for name in sorted(stated.model_fields_set):
        value, expected = getattr(stated, name), getattr(right, name)
        if name == "cost_cents" and expected is not None:
            expected = price.cost / UNITS
        yield from _wrong_number(
            "wrong_objective", f"objective.{name}", value, expected, _OBJECTIVE_TOLERANCE
        )


def _wrong_kpis(stated: Kpis, right: Kpis) -> Iterator[Violation]:
    for name in sorted(stated.model_fields_set):
        value, expected = getattr(stated, name), getattr(right, name)
        yield from _wrong_number("wrong_kpi", f"kpis.{name}", value, expected, _KPI_TOLERANCE)


_KPI_TOLERANCE = {
    **dict.fromkeys(("tickets", "assigned", "on_time", "late", "unassigned"), 0.0),
    **dict.fromkeys(("on_time_percent", "first_visit_fix_percent", "utilisation_percent"), PERCENT),
    "travel_km": KILOMETRES,
}


def _wrong_number(
    code: str, name: str, stated: float | None, right: float | None, tolerances: dict[str, float]
) -> Iterator[Violation]:
    if stated is None:
        return
    if right is None:
        yield Violation(code, f"{name} is null, the plan states {stated:g}")
    elif abs(stated - right) > tolerances.get(name.split(".")[1], MINUTES):
        message = f"{name} is {right:.10g}, the plan states {stated:.10g}"
        yield Violation(code, message, amount=abs(stated - right), unit="units")


def _wrong_status(plan: Plan, price: Price) -> Iterator[Violation]:
    if plan.status is not None and (plan.status == "infeasible") != (price.mandatory > 0):
        message = (
            f"{price.mandatory} mandatory tickets are unserved, the plan states the status {plan.status}"
        )
        yield Violation("wrong_status", message, amount=price.mandatory, unit="tickets")


def _wrong_bound(plan: Plan, bound: Bound, objective: ObjectiveValue) -> Iterator[Violation]:
    """A bound is at most the plan's own value, and the gap follows from both."""
    tiers = ("sla_penalty", "cost_minutes", "working_minutes", "cost_cents")
    for name in tiers:
        limit, value = getattr(bound, name), getattr(objective, name)
        if limit is not None and (value is None or limit > value + 0.02):
            yield Violation("wrong_bound", f"bound.{name} {limit:g} lies above the plan's own value {value}")
        elif limit is not None and plan.status == "optimal" and limit < value - MINUTES:
            message = f"status is optimal, but bound.{name} {limit:g} is less than the plan's value {value:g}"
            yield Violation("wrong_status", message, amount=value - limit, unit="units")
    if bound.gap_percent is not None:
        yield from _wrong_gap(bound, objective)


def _wrong_gap(bound: Bound, objective: ObjectiveValue) -> Iterator[Violation]:
    gap = _gap_percent(bound, objective)
    if gap is None or abs(gap - (bound.gap_percent or 0)) > PERCENT:
        right = "null" if gap is None else f"{gap:.2f}"
        yield Violation("wrong_bound", f"bound.gap_percent is {right}, the plan states {bound.gap_percent:g}")


def _gap_percent(bound: Bound, objective: ObjectiveValue) -> float | None:
    """100 (cost − bound) / cost where the first tier is proved least, else None."""
    if objective.cost_cents is not None:
        value, limit = float(objective.cost_cents), bound.cost_cents
    elif bound.sla_penalty is None or bound.sla_penalty < objective.sla_penalty - 0.0006:
        return None
    elif objective.working_minutes is not None:
        value, limit = objective.working_minutes, bound.working_minutes
    else:
        value, limit = objective.cost_minutes, bound.cost_minutes
    if limit is None:
        return None
    return 100 * (value - limit) / value if value > 0 else 0.0


def _wrong_names(case: Case, plan: Plan) -> Iterator[Violation]:
    if plan.problem is not None and plan.problem != case.problem.name:
        message = f"the plan is for the problem {plan.problem}, this one is {case.problem.name}"
        yield Violation("wrong_problem", message)
    if plan.travel_source is not None and plan.travel_source != case.travel.source:
        message = f"travel_source is {case.travel.source}, the plan states {plan.travel_source}"
        yield Violation("wrong_travel_source", message)
