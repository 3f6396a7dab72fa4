"""The job ``plan``: read the problem of the request, solve it, and hand over better plans as they are found."""

from __future__ import annotations

import json

from dispatch_engine.api.jobs import Document
from dispatch_engine.api.prices import COST_NAMES, prices_of
from dispatch_engine.api.task import Result, Task
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem
from dispatch_engine.rules.case import Case
from dispatch_engine.solver.solve import Progress, solve

PROGRESS_SECONDS = 0.1
"""Between two messages of the same phase."""


def plan_job(task: Task) -> Result:
    """Solve the problem in what is left of the time.

    Under an iteration limit the time limit still holds, so that nobody can keep a child for ever: the search
    then ends as if it had been cancelled.
    """
    document = json.loads(task.request)
    options = document.get("options") or {}
    iterations = options.get("iterations")
    solving = _Solving(task, Problem.from_dict(document["problem"]), is_limited=iterations is not None)
    plan = solve(
        solving.problem,
        time_limit=task.seconds_left(),
        seed=options.get("seed") or 0,
        workers=options.get("workers") or 1,
        iterations=iterations,
        on_progress=solving.report,
        on_plan=solving.hand_over,
        should_stop=solving.should_stop,
    )
    return Result(
        plan=solving.text(plan),
        prices=solving.prices(plan),
        tickets=len(solving.problem.tickets),
        unassigned=len(plan.unassigned),
    )


class _Solving:
    """One run: its problem, what was reported last, and the case that prices its plans."""

    def __init__(self, task: Task, problem: Problem, *, is_limited: bool) -> None:
        self.problem = problem
        self._task = task
        self._is_limited = is_limited
        self._case: Case | None = None
        self._phase = ""
        self._reported = 0.0

    def report(self, progress: Progress) -> None:
        """Pass progress on, not more often than anybody can read."""
        now = self._task.seconds()
        if progress.phase == self._phase and now - self._reported < PROGRESS_SECONDS:
            return
        self._phase, self._reported = progress.phase, now
        self._task.progress(_in_words(progress, self.problem.objective.mode))

    def hand_over(self, plan: Plan) -> None:
        """Pass a better plan on."""
        self._task.incumbent(self.text(plan), self.prices(plan))

    def should_stop(self) -> bool:
        """Whether the job was cancelled, or runs by iterations and is out of time."""
        return self._task.is_cancelled() or (self._is_limited and self._task.seconds_left() <= 0)

    def prices(self, plan: Plan) -> Document:
        """The price of ``plan`` by rule."""
        if self._case is None:
            self._case = Case.of(self.problem)
        return prices_of(self._case, plan)

    def text(self, plan: Plan) -> str:
        """``plan`` as JSON, with the limit that was asked for, not what was left of it when the search began."""
        if plan.solver is None or plan.solver.time_limit_seconds is None:
            return plan.to_json()
        solver = plan.solver.model_copy(update={"time_limit_seconds": self._task.time_limit_seconds})
        return plan.replace(solver=solver).to_json()


def _in_words(progress: Progress, mode: str) -> Document:
    """The fields of ``Job.progress``; modes without cost minutes have a field of their own beside it."""
    return {
        "phase": progress.phase,
        "sla_penalty": progress.sla_penalty,
        "cost_minutes": None,
        COST_NAMES[mode]: None if progress.cost is None else round(progress.cost, 2),
        "bound": progress.bound,
    }
