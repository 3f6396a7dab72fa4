"""Two plans of one problem side by side: what moved, whom to call, and the price of every rule."""

from __future__ import annotations

from dispatch_engine.check import check_case
from dispatch_engine.live.changes import calls_for, moves_between
from dispatch_engine.model.comparison import Comparison, RuleDifference, Side
from dispatch_engine.model.plan import Kpis, Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.model.wording import DEFAULT_LANGUAGE, Language
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.reading import read_plan
from dispatch_engine.rules.rule import NOTHING, Price
from dispatch_engine.rules.visits import PlanTimes
from dispatch_engine.rules.worth import cost_in_words, plan_price, price_by_rule

MAX_VIOLATIONS = 50


def compare(problem: Problem, before: Plan, after: Plan, language: Language = DEFAULT_LANGUAGE) -> Comparison:
    """What it means to work by ``after`` instead of ``before``.

    Either plan may be made by hand, and either may break rules: the result says so. What could not be read of
    a plan counts as unassigned.

    Raises
    ------
    InputError : the travel times of the problem cannot be built.
    """
    return compare_case(Case.of(problem), before, after, language)


def compare_case(case: Case, before: Plan, after: Plan, language: Language = DEFAULT_LANGUAGE) -> Comparison:
    """The same for a problem that was made ready before."""
    old, new = read_plan(case, before).times, read_plan(case, after).times
    moves = tuple(moves_between(case, old, new))
    sides = _side(case, before), _side(case, after)
    return Comparison(
        problem=case.problem.name,
        before=sides[0],
        after=sides[1],
        moves=moves,
        unchanged=len(case.tickets) - len(moves),
        calls=tuple(calls_for(case, old, new, language)),
        cost_difference=cost_in_words(case, plan_price(case, new) - plan_price(case, old)),
        price_by_rule=rule_differences(case, old, new),
        kpi_differences=_differences(sides[0].kpis, sides[1].kpis),
    )


def rule_differences(case: Case, before: PlanTimes, after: PlanTimes) -> tuple[RuleDifference, ...]:
    """What each rule charges either plan, for every rule that charges one of them."""
    return tuple(
        RuleDifference(
            rule=name,
            before=cost_in_words(case, old),
            after=cost_in_words(case, new),
            difference=cost_in_words(case, new - old),
        )
        for name, old, new in _both(price_by_rule(case, before), price_by_rule(case, after))
    )


def _both(old: dict[str, Price], new: dict[str, Price]) -> list[tuple[str, Price, Price]]:
    names = [*old, *(name for name in new if name not in old)]
    return [(name, old.get(name, NOTHING), new.get(name, NOTHING)) for name in names]


def _side(case: Case, plan: Plan) -> Side:
    verdict = check_case(case, plan)
    return Side(
        ok=verdict.ok,
        violations=tuple(v.message[:1000] for v in verdict.violations[:MAX_VIOLATIONS]),
        objective=verdict.objective,
        kpis=verdict.kpis,
    )


def _differences(before: Kpis, after: Kpis) -> dict[str, float]:
    """Second − first of every figure that both have, 3 decimals."""
    values = {name: (getattr(before, name), getattr(after, name)) for name in Kpis.model_fields}
    return {
        name: round(new - old, 3)
        for name, (old, new) in values.items()
        if old is not None and new is not None
    }
