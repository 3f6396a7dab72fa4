"""Marginal values: every candidate tried for a short while, the best of them planned in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatch_engine.model.problem import Problem
from dispatch_engine.model.study import BASE
from dispatch_engine.model.study_result import Difference, Ranking, Worth
from dispatch_engine.whatif.candidates import Candidate, candidates
from dispatch_engine.whatif.compare import differences, jobs_of, spreads
from dispatch_engine.whatif.runs import Limit, Outcome, run_jobs
from dispatch_engine.whatif.variants import BuiltVariant

SCREEN_SHARE = 0.1
"""A candidate is tried for this share of the time, or of the iterations, of a full plan."""
SCREEN_SEEDS = 2
DEFAULT_CONFIRM = 10

COST_FIGURES: dict[str, str] = {
    "sla_first": "cost_minutes",
    "cost": "cost_cents",
    "working_time": "working_minutes",
}
"""The figure that is minimised last, by mode."""

BySeed = dict[int, Outcome]


@dataclass(frozen=True)
class RankPlan:
    """How thoroughly to rank.

    Attributes
    ----------
    seeds : of the full plans; candidates are tried with other seeds, so that those picked by luck fall back.
    limit : of each full plan.
    confirm : so many candidates are planned in full.
    """

    seeds: tuple[int, ...]
    limit: Limit
    confirm: int = DEFAULT_CONFIRM

    @property
    def screen_seeds(self) -> tuple[int, ...]:
        """The first whole numbers that are no seeds of full plans."""
        free = (seed for seed in range(len(self.seeds) + SCREEN_SEEDS) if seed not in self.seeds)
        return tuple(seed for seed, _ in zip(free, range(SCREEN_SEEDS), strict=False))

    @property
    def screen_limit(self) -> Limit:
        """What each trial may use."""
        steps = None if self.limit.iterations is None else max(1, round(self.limit.iterations * SCREEN_SHARE))
        return Limit(self.limit.seconds * SCREEN_SHARE, steps)


def rank(
    problem: Problem,
    plan: RankPlan,
    *,
    processes: int = 1,
    on_outcome: Callable[[Outcome, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Ranking:
    """What one more of everything is worth for ``problem``, the best first.

    Parameters
    ----------
    processes : how many plans are made side by side.
    on_outcome : called with each plan and the number of plans of its round.
    should_stop : asked often; once true, the result holds what is finished.

    Raises
    ------
    InputError : the travel times of the problem cannot be built.
    EngineError : a process died.
    """
    tried = candidates(problem)
    built = {one.id: one.built(problem) for one in tried}
    tried = tuple(one for one in tried if built[one.id].problem is not None)
    round_ = _Round(problem, built, processes, on_outcome, should_stop)
    screened = round_.outcomes(tried, plan.screen_seeds, plan.screen_limit)
    best = picked(tried, values(screened, problem), plan.confirm)
    confirmed = round_.outcomes(best, plan.seeds, plan.limit)
    return Ranking(
        problem=problem.name,
        mode=problem.objective.mode,
        cost_unit=COST_FIGURES[problem.objective.mode],  # type: ignore[arg-type]
        screening=plan.screen_limit.effort(plan.screen_seeds),
        confirmation=plan.limit.effort(plan.seeds),
        candidates=dict(Counter(one.unit for one in tried)),
        base=spreads(list(confirmed.get(BASE, {}).values())),
        entries=entries(tried, values(screened, problem), values(confirmed, problem)),
        complete=all(len(found) == len(plan.seeds) for found in confirmed.values())
        and len(confirmed) == len(best) + 1,
    )


@dataclass(frozen=True)
class _Round:
    """What both rounds share."""

    problem: Problem
    built: dict[str, BuiltVariant]
    processes: int
    on_outcome: Callable[[Outcome, int], None] | None
    should_stop: Callable[[], bool] | None

    def outcomes(self, tried: Sequence[Candidate], seeds: Sequence[int], limit: Limit) -> dict[str, BySeed]:
        """Plans of the base and of ``tried`` that succeeded, by candidate and seed."""
        jobs = jobs_of([BuiltVariant(BASE, None, self.problem), *(self.built[o.id] for o in tried)], seeds)

        def tell(outcome: Outcome) -> None:
            if self.on_outcome is not None:
                self.on_outcome(outcome, len(jobs))

        found: dict[str, BySeed] = {}
        for outcome in run_jobs(jobs, limit, self.processes, tell, self.should_stop):
            if outcome.failure is None:
                found.setdefault(outcome.variant, {})[outcome.seed] = outcome
        return found


Value = tuple[Difference, Difference]
"""Change of the SLA penalty and of the cost."""


def values(found: dict[str, BySeed], problem: Problem) -> dict[str, Value]:
    """What each candidate changed, by its id."""
    cost = COST_FIGURES[problem.objective.mode]
    base = found.get(BASE, {})
    told = {name: differences(base, by_seed) for name, by_seed in found.items() if name != BASE}
    return {name: (d["sla_penalty"], d[cost]) for name, d in told.items() if d}


def picked(tried: Sequence[Candidate], screened: dict[str, Value], count: int) -> tuple[Candidate, ...]:
    """The best candidate of each unit, then the best of all, ``count`` together."""
    order = sorted((one for one in tried if one.id in screened), key=lambda one: _means(screened[one.id]))
    firsts = {one.unit: one for one in reversed(order)}
    leaders = [one for one in order if firsts[one.unit] is one]
    others = [one for one in order if firsts[one.unit] is not one]
    return tuple((leaders + others)[:count])


def entries(
    tried: Sequence[Candidate], screened: dict[str, Value], confirmed: dict[str, Value]
) -> tuple[Worth, ...]:
    """All candidates: those planned in full first; what is significant counts before what is not."""
    known = {**screened, **confirmed}

    def key(one: Candidate) -> tuple[object, ...]:
        value = known[one.id]
        return one.id not in confirmed, *(d.mean if d.significant else 0.0 for d in value), *_means(value)

    order = sorted((one for one in tried if one.id in known), key=key)
    return tuple(
        Worth(
            rank=number,
            unit=one.unit,
            technician=one.technician,
            item=one.item,
            description=one.text,
            confirmed=one.id in confirmed,
            sla_penalty=known[one.id][0],
            cost=known[one.id][1],
        )
        for number, one in enumerate(order, 1)
    )


def _means(value: Value) -> tuple[float, float]:
    return value[0].mean, value[1].mean
