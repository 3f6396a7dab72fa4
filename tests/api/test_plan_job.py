"""The job ``plan``, done in this process: options, progress, limits, cancel."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from worlds import problem, ticket

from dispatch_engine.api.jobs import Document
from dispatch_engine.api.plan_job import plan_job
from dispatch_engine.api.rehearsal import DAY, rehearse
from dispatch_engine.api.task import Result, Task
from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem


@dataclass
class Heard:
    """A link that keeps what was sent."""

    messages: list[Document] = field(default_factory=list)

    def send(self, message: Document) -> None:
        self.messages.append(message)


@dataclass
class Outcome:
    plan: Plan
    result: Result
    heard: Heard

    @property
    def incumbents(self) -> list[Document]:
        return [message for message in self.heard.messages if "plan" in message]

    @property
    def progress(self) -> list[Document]:
        return [message["progress"] for message in self.heard.messages if "progress" in message]


def do(
    document: Document,
    options: Document | None = None,
    *,
    limit: float = 60.0,
    spent: float = 0.0,
    cancelled: bool = False,
) -> Outcome:
    """Do the job for one problem."""
    heard = Heard()
    request = json.dumps({"problem": document, "options": options or {}, "webhook": None}).encode()
    result = plan_job(Task(request, limit, spent, heard, lambda: cancelled))
    return Outcome(Plan.from_json(result.plan), result, heard)


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """As in a child: whatever the first run loads is loaded."""
    rehearse()


def test_a_day_is_solved_and_priced():
    """Two tickets for one technician: a checked plan, its price, its counts, and progress on the way."""
    done = do(DAY, {"iterations": 50, "seed": 3})
    assert check(Problem.from_dict(DAY), done.plan).ok
    assert (done.result.tickets, done.result.unassigned) == (2, 0)
    assert set(done.result.prices) == {"travel"}
    assert done.plan.solver is not None
    assert (done.plan.solver.seed, done.plan.solver.workers) == (3, 1)
    phases = [fields["phase"] for fields in done.progress]
    assert [phases[0], phases[-1]] == ["prepare", "check"]
    assert set(done.progress[0]) == {"phase", "seconds", "sla_penalty", "cost_minutes", "bound"}
    assert done.progress[-1]["cost_minutes"] == pytest.approx(
        done.result.prices["travel"]["cost_minutes"], abs=0.01
    )


def test_better_plans_are_handed_over_on_the_way():
    """The first at once; each passes the checker, has its price, and names the limit that was asked for."""
    where = problem([ticket() for _ in range(14)])
    done = do(json.loads(where.to_json()), limit=1.0, spent=0.1)
    assert done.incumbents
    for message in done.incumbents:
        plan = Plan.from_json(message["plan"])
        assert check(where, plan).ok
        assert plan.solver is not None
        assert plan.solver.time_limit_seconds == 1.0
        assert set(message["prices"]) <= {"travel", "unassigned"}


def test_all_options_may_be_left_out():
    """A request with a problem only; the limit comes from the job."""
    heard = Heard()
    result = plan_job(Task(json.dumps({"problem": DAY}).encode(), 60.0, 0.0, heard, lambda: False))
    assert Plan.from_json(result.plan).status == "optimal"


def test_the_plan_names_the_limit_that_was_asked_for():
    """Two of the ten seconds were gone when the child got the job: the search has eight, the plan says ten."""
    done = do(DAY, limit=10.0, spent=2.0)
    assert done.plan.solver is not None
    assert done.plan.solver.time_limit_seconds == 10.0
    assert done.progress[0]["seconds"] >= 2.0


def test_a_cancelled_job_returns_its_plan():
    """At the first question whether to stop."""
    done = do(DAY, {"iterations": 10**9}, cancelled=True)
    assert done.plan.solver is not None
    assert done.plan.solver.stopped_by == "interrupted"


def test_iterations_do_not_outlast_the_limit():
    """A billion steps in no time at all: the search ends as if it were cancelled."""
    done = do(DAY, {"iterations": 10**9}, limit=0.0)
    assert done.plan.solver is not None
    assert done.plan.solver.stopped_by == "interrupted"
    assert done.plan.solver.time_limit_seconds is None


@pytest.mark.parametrize(("mode", "name"), [("cost", "cost_cents"), ("working_time", "working_minutes")])
def test_other_modes_report_in_their_own_units(mode: str, name: str):
    """``cost_minutes`` stays in its place, and is null."""
    where = problem([ticket()], objective={"mode": mode})
    last = do(json.loads(where.to_json()), {"iterations": 20}).progress[-1]
    # Twenty minutes on the road at 100 cents; fifty minutes out of the house.
    assert last[name] == {"cost_cents": 2000.0, "working_minutes": 50.0}[name]
    assert last["cost_minutes"] is None


def test_progress_is_not_told_more_often_than_it_can_be_read():
    """The search reports twenty times a second; half of that is passed on within a phase."""
    done = do(json.loads(problem([ticket() for _ in range(14)]).to_json()), limit=1.0)
    seconds = [fields["seconds"] for fields in done.progress if fields["phase"] == "search"]
    assert len(seconds) > 2
    assert all(later - earlier >= 0.099 for earlier, later in pairwise(seconds))
