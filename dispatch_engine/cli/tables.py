"""What people read about plans, verdicts and problems in the terminal; all texts are data, never markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dispatch_engine.check import Verdict
    from dispatch_engine.model.money import Cost, RuleCost
    from dispatch_engine.model.plan import Bound, Kpis, ObjectiveValue, Plan, SolverInfo, Unassigned
    from dispatch_engine.model.problem import Problem
    from dispatch_engine.rules.rule import Violation

MAX_UNASSIGNED = 10
MAX_VIOLATIONS = 50

STATUS = {
    "optimal": ("Optimal", "proved, no plan is better", "bold green"),
    "feasible": ("Feasible", "every hard rule is kept; not proved to be the best", "bold"),
    "infeasible": ("Infeasible", "mandatory tickets stay unserved; this is the best plan found", "bold red"),
}
STOPPED_BY = {
    "time_limit": "stopped by the time limit",
    "iterations": "stopped by the iteration limit",
    "optimal": "proved before the limit",
    "interrupted": "interrupted",
    "finished": "nothing left to improve",
}


def plan_report(problem: Problem, plan: Plan) -> list[RenderableType]:
    """The result of a run: status, objective, figures against targets, unassigned tickets."""
    parts: list[RenderableType] = [Text(title(problem), "bold"), _status(plan)]
    if plan.objective is not None and plan.kpis is not None:
        parts += ["", objective_table(problem, plan.objective, plan.kpis, plan.bound)]
    parts += ["", figures_table(figures(problem, plan))]
    if plan.unassigned:
        parts += ["", Text(f"Unassigned tickets ({len(plan.unassigned)})", "bold"), unassigned_table(plan)]
    return parts


def title(problem: Problem) -> str:
    """The problem's name and size in a line."""
    sizes = f"{counted(len(problem.tickets), 'ticket')}, {counted(len(problem.technicians), 'technician')}"
    return f"{problem.name or 'Unnamed problem'}: {sizes}"


def counted(count: int, noun: str) -> str:
    """``1 ticket``, ``2 tickets``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _status(plan: Plan) -> Text:
    words, meaning, style = STATUS.get(str(plan.status), ("Not evaluated", "", ""))
    return Text.assemble((words, style), f": {meaning}" if meaning else "")


# ---------------------------------------------------------------- objective


def objective_table(
    problem: Problem, objective: ObjectiveValue, kpis: Kpis, bound: Bound | None = None
) -> RenderableType:
    """The tiers of the objective in the mode's unit, then what they are made of."""
    table = _grid("left", "right", "left")
    for label, value, detail in _tiers(problem.objective.mode, objective, bound):
        table.add_row(Text(label, "bold"), Text(value, "bold"), Text(detail, "dim"))
    for label, value, detail in _ingredients(objective, kpis):
        table.add_row(Text(label), Text(value), Text(detail, "dim"))
    return indented(table)


def _tiers(mode: str, objective: ObjectiveValue, bound: Bound | None) -> Iterator[tuple[str, str, str]]:
    least: Any = bound
    gap = "" if bound is None or bound.gap_percent is None else f"gap {bound.gap_percent:g} %"
    if mode == "cost":
        value = objective.cost_cents or 0
        detail = _bound_words(value, least and least.cost_cents)
        yield "Cost", f"{value:,} cents", _joined(detail, gap)
        return
    if mode == "working_time":
        minutes = objective.working_minutes or 0.0
        detail = _bound_words(minutes, least and least.working_minutes)
        yield "Working time", f"{minutes:,.2f} min", _joined(detail, gap)
        return
    points = objective.sla_penalty
    yield "SLA penalty", f"{points:,.10g}", _bound_words(points, least and least.sla_penalty)
    detail = _bound_words(objective.cost_minutes, least and least.cost_minutes)
    yield "Cost", f"{objective.cost_minutes:,.2f} min", _joined(detail, gap)


def _bound_words(value: float, bound: float | None) -> str:
    if bound is None:
        return ""
    return "proved least" if bound >= value - 0.01 else f"bound: at least {bound:,.10g}"


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))


def _ingredients(objective: ObjectiveValue, kpis: Kpis) -> Iterator[tuple[str, str, str]]:
    distance = "" if kpis.travel_km is None else f"{kpis.travel_km:,.1f} km"
    yield "Travel", f"{objective.travel_minutes:,.1f} min", distance
    yield "Overtime", f"{objective.overtime_minutes:,.1f} min", ""
    late = f"{objective.late_minutes:,.1f} min in all" if kpis.late else ""
    yield "Late", counted(kpis.late, "ticket"), late
    yield "Unassigned", counted(kpis.unassigned, "ticket"), f"of {kpis.tickets:,}"
    if objective.expected_second_visits:
        yield "Second visits", f"{objective.expected_second_visits:.2f}", "expected"
    if objective.preference:
        yield "Not preferred", counted(round(objective.preference), "visit"), "by another technician"
    if objective.stability:
        yield "Stability", f"{objective.stability:,.2f} min", "for changes against the base plan"


# ---------------------------------------------------------------- figures


def figures(problem: Problem, plan: Plan) -> list[dict[str, Any]]:
    """The figures of the HTML report that are shares: the same numbers, judged by the same targets."""
    from dispatch_engine.report.data import report_data

    document = problem.model_dump(mode="json", exclude={"travel", "policy", "base_plan"})
    policy = problem.policy.model_dump(mode="json", exclude={"areas"})
    cards: list[dict[str, Any]] = report_data(document, plan.model_dump(mode="json"), policy)["kpis"]
    return [card for card in cards if card["unit"] == "%"]


def figures_table(cards: Sequence[dict[str, Any]]) -> RenderableType:
    """Each figure beside its target, and whether it is met."""
    table = _grid("left", "right", "left", "left", "left")
    for card in cards:
        value = "–" if card["value"] is None else f"{card['value']:.1f} %"
        met = card.get("met")
        verdict = Text("") if met is None else Text("met", "green") if met else Text("missed", "bold red")
        label = Text(card["label"], no_wrap=True)
        target = Text(_target(card), "dim", no_wrap=True)
        table.add_row(label, Text(value), target, verdict, Text(_detail(card), "dim"))
    return indented(table)


def _target(card: dict[str, Any]) -> str:
    return "" if card.get("target") is None else f"target {card['target']:g} %"


def _detail(card: dict[str, Any]) -> str:
    stretch = card.get("stretch")
    return _joined(card.get("detail", ""), "" if stretch is None else f"stretch target {stretch:g} %")


# ---------------------------------------------------------------- prices


def price_table(costs: Sequence[RuleCost]) -> RenderableType:
    """What each rule charges, in the tiers of the mode."""
    table = _grid("left", "right", "right")
    for entry in costs:
        table.add_row(Text(entry.rule), *(Text(words) for words in cost_words(entry.cost)))
    return indented(table)


def cost_words(cost: Cost, *, signed: bool = False) -> tuple[str, str]:
    """A cost as points and as minutes or cents; zeros are left empty. ``signed``: with a plus where positive."""
    sign = "+" if signed else ""
    points = []
    if cost.mandatory:
        points.append(f"{cost.mandatory:{sign}d} mandatory")
    if cost.sla_penalty:
        points.append(f"{cost.sla_penalty:{sign},.10g} {'points' if abs(cost.sla_penalty) != 1 else 'point'}")
    if cost.cost_cents is not None:
        return ", ".join(points), f"{cost.cost_cents:{sign},.0f} cents" if cost.cost_cents else ""
    minutes = cost.cost_minutes or cost.working_minutes
    return ", ".join(points), f"{minutes:{sign},.2f} min" if minutes else ""


# ---------------------------------------------------------------- lists


def unassigned_table(plan: Plan) -> RenderableType:
    """The first unassigned tickets, each with its first reason, and how many more there are."""
    table = _grid("left", "left")
    for entry in plan.unassigned[:MAX_UNASSIGNED]:
        table.add_row(Text(entry.ticket, "bold", no_wrap=True, overflow="ellipsis"), Text(_why(entry)))
    if len(plan.unassigned) > MAX_UNASSIGNED:
        table.add_row(Text("…"), Text(f"and {len(plan.unassigned) - MAX_UNASSIGNED:,} more", "dim"))
    return indented(table)


def _why(entry: Unassigned) -> str:
    if not entry.reasons:
        return "no reason given"
    first = entry.reasons[0]
    return first.message or first.code.replace("_", " ")


def violations_table(violations: Sequence[Violation]) -> list[RenderableType]:
    """The first violations as a table, and how many more there are."""
    table = columns("code", "technician", "ticket")
    table.add_column("amount", justify="right", overflow="fold")
    table.add_column("message", ratio=1, min_width=24)
    for violation in violations[:MAX_VIOLATIONS]:
        table.add_row(*map(Text, _cells(violation)))
    parts: list[RenderableType] = [indented(table)]
    if len(violations) > MAX_VIOLATIONS:
        parts.append(Text(f"  … and {len(violations) - MAX_VIOLATIONS:,} more", "dim"))
    return parts


def _cells(violation: Violation) -> tuple[str, ...]:
    amount = "" if violation.amount is None else f"{violation.amount:,.6g} {violation.unit or ''}".strip()
    return (violation.code, violation.technician or "", violation.ticket or "", amount, violation.message)


def verdict_report(problem: Problem, verdict: Verdict, completed: Plan | None) -> list[RenderableType]:
    """The checker's verdict: broken rules, objective, and the figures of a plan that could be completed."""
    count = len(verdict.violations)
    words = (
        Text.assemble(("OK", "bold green"), ": the plan keeps every rule")
        if verdict.ok
        else Text.assemble((f"Not OK: {counted(count, 'violation')}", "bold red"))
    )
    parts: list[RenderableType] = [Text(title(problem), "bold"), words]
    if not verdict.ok:
        parts += ["", *violations_table(verdict.violations)]
    parts += ["", objective_table(problem, verdict.objective, verdict.kpis)]
    if verdict.rule_costs:
        parts += ["", Text("Price by rule", "bold"), price_table(verdict.rule_costs)]
    if completed is not None:
        parts += ["", figures_table(figures(problem, completed))]
    return parts


def facts(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Labels and values, one a line; a long path is never broken, so that it can be copied."""
    rows = list(rows)
    width = max((len(label) for label, _ in rows), default=0)
    return [f"  {label:<{width}}  {value}" for label, value in rows]


def solver_words(info: SolverInfo) -> str:
    """How the plan came about, in a line."""
    words = [f"{info.wall_seconds or 0:.1f} s", counted(info.iterations or 0, "iteration")]
    words += [counted(info.workers or 0, "worker"), f"seed {info.seed}"]
    return ", ".join([*words, STOPPED_BY.get(info.stopped_by or "", info.stopped_by or "")])


def _grid(*justify: Any) -> Table:
    table = Table.grid(padding=(0, 2))
    for side in justify:
        table.add_column(justify=side)
    return table


def columns(*headings: str, right: Sequence[int] = ()) -> Table:
    """An empty table with headings; the columns numbered in ``right`` are set flush right."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", justify="right" if number in right else "left")
    return table


def indented(table: Table) -> RenderableType:
    """``table`` with two spaces before each line."""
    return Padding(table, (0, 0, 0, 2))
