"""Plan a problem and its variants side by side, and say what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dispatch_engine.errors import Finding
from dispatch_engine.model.study import BASE, Study
from dispatch_engine.model.study_result import Difference, Run, Spread, StudyResult, Trouble, VariantResult
from dispatch_engine.whatif.paired import difference, spread
from dispatch_engine.whatif.runs import Job, Limit, Outcome, run_jobs
from dispatch_engine.whatif.variants import BuiltVariant, build_variants

MAX_FINDINGS = 50


def what_if(
    study: Study,
    *,
    folder: Path | None = None,
    processes: int = 1,
    on_outcome: Callable[[Outcome], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> StudyResult:
    """Plan the base of ``study`` and every variant with every seed, and compare.

    Parameters
    ----------
    folder : where relative paths of the study start; None refuses all paths.
    processes : how many plans are made side by side; 1: one after the other, in this process.
    on_outcome : called whenever a plan is there.
    should_stop : asked often; once true, the result holds what is finished.

    Raises
    ------
    InputError : the base is bad; a bad variant is told in the result instead.
    EngineError : a process died.
    """
    base = study.base_problem(folder)
    built = (BuiltVariant(BASE, None, base), *build_variants(study, base, folder))
    limit = Limit(study.time_limit_seconds, study.iterations)
    outcomes = run_jobs(jobs_of(built, study.seeds), limit, processes, on_outcome, should_stop)
    return StudyResult(
        problem=base.name,
        mode=base.objective.mode,
        effort=limit.effort(study.seeds),
        compared_with=study.compare_with,
        variants=compared(built, outcomes, study.compare_with, len(study.seeds)),
    )


def jobs_of(built: Sequence[BuiltVariant], seeds: Sequence[int]) -> list[Job]:
    """Seed after seed, so that a slow hour of the machine meets all variants alike."""
    return [Job(one.id, seed, one.problem) for seed in seeds for one in built if one.problem is not None]


def compared(
    built: Sequence[BuiltVariant], outcomes: Sequence[Outcome], compare_with: str, num_seeds: int
) -> tuple[VariantResult, ...]:
    """What every variant came to, with its differences to the one called ``compare_with``."""
    found: dict[str, dict[int, Outcome]] = {one.id: {} for one in built}
    for outcome in outcomes:
        found[outcome.variant][outcome.seed] = outcome
    base = found[compare_with]
    return tuple(_result(one, found[one.id], base, num_seeds) for one in built)


def _result(
    one: BuiltVariant, outcomes: dict[int, Outcome], base: dict[int, Outcome], num_seeds: int
) -> VariantResult:
    if one.problem is None:
        return VariantResult(id=one.id, name=one.name, state="bad", findings=_troubles(one))
    failure = next((outcome.failure for outcome in outcomes.values() if outcome.failure), None)
    good = {seed: outcome for seed, outcome in outcomes.items() if outcome.failure is None}
    is_whole = len(good) == num_seeds
    return VariantResult(
        id=one.id,
        name=one.name,
        state="failed" if failure else "done" if is_whole else "partial",
        message=failure,
        technicians=len(one.problem.technicians),
        tickets=len(one.problem.tickets),
        figures=spreads(list(good.values())),
        differences={} if outcomes is base else differences(base, good),
        runs=tuple(Run(seed=o.seed, status=o.status, figures=o.figures) for o in good.values()),
    )


def _troubles(one: BuiltVariant) -> tuple[Trouble, ...]:
    """Findings of one kind at one change are told by the first of them and a count."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in one.findings:
        alike.setdefault((finding.pointer, finding.code), []).append(finding)
    return tuple(
        Trouble(pointer=place, code=code, message=found[0].message + _and_more(len(found) - 1))
        for (place, code), found in list(alike.items())[:MAX_FINDINGS]
    )


def _and_more(count: int) -> str:
    return f"; and {count:,} more like it" if count else ""


def spreads(outcomes: Sequence[Outcome]) -> dict[str, Spread]:
    """Mean and spread of every figure that all outcomes have."""
    return {name: spread([o.figures[name] for o in outcomes]) for name in _common(outcomes)}


def differences(base: dict[int, Outcome], variant: dict[int, Outcome]) -> dict[str, Difference]:
    """Paired differences of every figure that all outcomes have, over the seeds that both have."""
    seeds = [seed for seed in variant if seed in base and base[seed].failure is None]
    old, new = [base[seed] for seed in seeds], [variant[seed] for seed in seeds]
    return {
        name: difference([o.figures[name] for o in old], [o.figures[name] for o in new])
        for name in _common([*old, *new])
    }


def _common(outcomes: Sequence[Outcome]) -> list[str]:
    if not outcomes:
        return []
    return [name for name in outcomes[0].figures if all(name in o.figures for o in outcomes)]
