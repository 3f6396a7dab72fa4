"""Plans of many problems and seeds: the same in one process and in two, and an end when asked."""

from __future__ import annotations

from whatif_days import day

from dispatch_engine.whatif.runs import Job, Limit, Outcome, run_job, run_jobs

QUICK = Limit(10.0, iterations=20)


def jobs(*seeds: int) -> list[Job]:
    """The day with each seed, and with one technician fewer."""
    small = day().replace(technicians=day().technicians[1:])
    return [Job(name, seed, one) for seed in seeds for name, one in (("base", day()), ("small", small))]


def test_processes_change_nothing() -> None:
    """Two processes give what one gives, in the order of the jobs."""
    here, there = run_jobs(jobs(0), QUICK), run_jobs(jobs(0), QUICK, processes=2)
    assert here == there
    assert [(o.variant, o.status) for o in here] == [("base", "optimal"), ("small", "optimal")]


def test_figures_are_those_of_the_plan() -> None:
    """K0 wants gas, which only T0 knows: without T0 it is left out, high priority, 4 × 3 points."""
    base, small = run_jobs(jobs(0), QUICK)
    assert (base.figures["sla_penalty"], base.figures["unassigned"]) == (0.0, 0.0)
    assert (small.figures["unassigned"], small.figures["assigned"]) == (1.0, 2.0)
    assert "cost_minutes" in base.figures


def test_other_modes_have_no_cost_minutes() -> None:
    """In mode cost there are cents."""
    outcome = run_job(Job("base", 0, day(objective={"mode": "cost"})), QUICK)
    assert {"cost_cents", "cost_minutes"} & outcome.figures.keys() == {"cost_cents"}


def test_asked_to_stop_only_finished_plans_are_kept() -> None:
    """After the first outcome: one plan is kept of four; nothing is kept where it was asked before."""
    seen: list[Outcome] = []
    kept = run_jobs(jobs(0, 1), QUICK, on_outcome=seen.append, should_stop=lambda: len(seen) >= 1)
    assert list(kept) == seen
    assert len(kept) == 1
    assert run_jobs(jobs(0), QUICK, should_stop=lambda: True) == ()


def test_two_processes_stop_too() -> None:
    """Asked from the start they begin nothing."""
    assert run_jobs(jobs(0, 1), QUICK, processes=2, should_stop=lambda: True) == ()


def test_a_problem_that_cannot_be_planned_fails_alone() -> None:
    """The seed is out of range for the engine: told in the outcome, and the other job is done."""
    bad, good = run_jobs([Job("bad", -1, day()), Job("good", 0, day())], QUICK)
    assert bad.figures == {}
    assert bad.failure is not None
    assert "/seed: -1 is no integer" in bad.failure
    assert good.failure is None
