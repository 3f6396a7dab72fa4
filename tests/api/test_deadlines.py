"""Answers of the real engine, through the service, come within limit and grace; `make deadlines` has all sizes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from deadlines import ENGINE, answer
from workers import Service, plan_of, service

from dispatch_engine.api.jobs import JobState
from dispatch_engine.check import check
from dispatch_engine.model.plan import Plan
from dispatch_engine.model.problem import Problem


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("deadlines"), ENGINE) as running:
        yield running


@pytest.mark.parametrize(("tickets", "limit"), [(10, 1.0), (100, 0.5), (500, 2.0)])
def test_an_answer_comes_in_time(made: Service, tickets: int, limit: float):
    """With a plan; a loaded machine has the two seconds that the promise allows."""
    found = answer(made, tickets, limit, seed=tickets)
    assert found.job.state is JobState.SUCCEEDED
    assert found.is_in_time, str(found)
    assert plan_of(found.job)["solver"]["time_limit_seconds"] == limit


def test_what_the_service_stores_passes_the_checker(made: Service):
    """The plan in the store, as a caller gets it, for the problem in the store."""
    found = answer(made, 30, 0.5, seed=3)
    request = made.store.request_text("ann", found.job.id)
    assert request is not None
    problem = Problem.from_dict(json.loads(request)["problem"])
    assert found.job.plan is not None
    assert check(problem, Plan.from_json(found.job.plan)).ok
