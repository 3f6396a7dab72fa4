"""Jobs from submission to end, done by fake children: results, progress, cancel, watchdog, memory, deaths, drain."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from workers import FAST, Service, plan_of, service, until

from dispatch_engine.api.jobs import JobState
from dispatch_engine.api.sqlite_store import SqliteStore
from dispatch_engine.api.worker import Supervisor
from dispatch_engine.api.worker_settings import WorkerSettings, grace_seconds

STATES = {
    "done": ["queued", "running", "succeeded"],
    "cancelled": ["queued", "running", "cancelled"],
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests that leave it as it was."""
    with service(tmp_path_factory.mktemp("service")) as made:
        yield made


def states(where: Service, job: object) -> list[str]:
    return [event["state"] for event in where.names(job)]  # type: ignore[arg-type]


class TestDone:
    """Jobs that end well."""

    def test_the_result_is_stored(self, shared: Service):
        """Plan, prices, one final state, and the limit the child was given."""
        job = shared.ended(shared.submit("echo", "monday", limit=7))
        assert (job.state, job.attempt, job.error) == (JobState.SUCCEEDED, 1, None)
        assert plan_of(job)["problem"] == "monday"
        assert job.prices == {"travel": {"cost_minutes": 1.0}}
        assert states(shared, job) == STATES["done"]
        assert shared.names(job, "log") == [{"message": "limit 7"}]

    def test_progress_and_plans_are_seen_while_it_runs(self, shared: Service):
        """A caller that polls sees the best plan so far; a follower sees every report that was stored."""
        job = shared.submit("steady", {"seconds": 1.0})
        running = shared.running(job)
        assert running.state is JobState.RUNNING
        assert plan_of(running)["problem"].startswith("incumbent ")
        assert running.progress is not None
        assert running.progress["phase"] == "search"
        assert plan_of(shared.ended(job))["problem"] == "steady"
        incumbents = shared.names(job, "incumbent")
        assert len(incumbents) >= 2
        assert incumbents[0]["cost_minutes"] > incumbents[-1]["cost_minutes"]

    def test_two_jobs_run_at_a_time(self, shared: Service):
        """Each in a process of its own."""
        first, second = (shared.submit("steady", {"seconds": 1.0}) for _ in range(2))
        for job in (first, second):
            shared.running(job)
        stats = shared.supervisor.stats()
        assert (stats.jobs_running, stats.children_idle) == (2, 0)
        assert shared.ended(first).state is shared.ended(second).state is JobState.SUCCEEDED

    def test_what_a_library_prints_does_no_harm(self, shared: Service):
        """Standard output is the protocol's no more."""
        assert shared.ended(shared.submit("chatty")).state is JobState.SUCCEEDED

    def test_a_child_is_used_again(self, shared: Service):
        """Three jobs, no more than two processes, both nice."""
        names = {plan_of(shared.ended(shared.submit("whoami")))["problem"] for _ in range(3)}
        assert len(names) <= 2
        assert {name.split()[1] for name in names} == {str(os.nice(0) + FAST.nice)}

    def test_the_totals_count(self, tmp_path: Path):
        """Two jobs of ten tickets with one left out each, and one failure."""
        with service(tmp_path) as made:
            for kind in ("echo", "echo", "broken"):
                made.ended(made.submit(kind, "x"))
            until(lambda: sum(made.supervisor.stats().totals.ended.values()) == 3)
            totals = made.supervisor.stats().totals
        assert totals.ended == {"succeeded": 2, "failed": 1}
        assert (totals.tickets, totals.unassigned) == (20, 2)
        assert (totals.kills, totals.overruns, totals.deaths) == (0, 0, 0)
        assert sum(totals.seconds_by_bucket) == 3
        assert totals.seconds > 0


class TestFailures:
    """Jobs that end badly, and the service that goes on."""

    def test_a_defect_fails_the_job(self, shared: Service):
        """The message names the type of the error, nothing of its text; the best plan is kept."""
        job = shared.ended(shared.submit("broken"))
        assert job.state is JobState.FAILED
        assert job.error is not None
        assert (job.error["code"], job.error["status"]) == ("engine_failed", 500)
        assert "RuntimeError" in job.error["detail"]
        assert "secret" not in str(job.error)
        assert plan_of(job)["problem"] == "first"

    def test_an_unknown_kind_fails_the_job(self, shared: Service):
        """As after an upgrade that went half-way."""
        job = shared.ended(shared.submit("dance"))
        assert job.error is not None
        assert (job.error["code"], "KeyError" in job.error["detail"]) == ("engine_failed", True)

    def test_bad_input_found_late_is_told_with_its_place(self, shared: Service):
        """Pointers lead into the request, where the problem has a name of its own."""
        job = shared.ended(shared.submit("unreadable"))
        assert job.error is not None
        assert (job.error["code"], job.error["status"]) == ("invalid_problem", 422)
        assert job.error["errors"] == [
            {
                "pointer": "/problem/travel/url",
                "code": "unreachable",
                "detail": "no answer; check the address",
            }
        ]

    @pytest.mark.parametrize("kind", ["hungry", "hungry_in_c"])
    def test_too_much_memory_fails_the_job_alone(self, shared: Service, kind: str):
        """At the first attempt, with its plan kept; others go on, and this process does not grow."""
        other = shared.submit("steady", {"seconds": 0.5})
        job = shared.ended(shared.submit(kind))
        assert job.state is JobState.FAILED
        assert job.error is not None
        assert (job.error["code"], job.attempt) == ("out_of_memory", 1)
        assert plan_of(job)["problem"] == "first"
        assert shared.ended(other).state is JobState.SUCCEEDED
        assert shared.ended(shared.submit("echo", "x")).state is JobState.SUCCEEDED

    def test_a_child_that_dies_is_replaced_and_the_job_begun_again(self, shared: Service, tmp_path: Path):
        """Two deaths, one result."""
        job = shared.ended(shared.submit("crash_twice", str(tmp_path / "notes")))
        assert (job.state, job.attempt) == (JobState.SUCCEEDED, 3)
        assert states(shared, job) == ["queued", *["running", "queued"] * 2, "running", "succeeded"]

    def test_the_third_death_fails_the_job(self, shared: Service):
        """It would kill every child it meets."""
        job = shared.ended(shared.submit("crash"))
        assert (job.state, job.attempt) == (JobState.FAILED, 3)
        assert job.error is not None
        assert job.error["code"] == "worker_lost"
        assert shared.ended(shared.submit("echo", "x")).state is JobState.SUCCEEDED

    def test_a_killed_child_costs_an_attempt_and_nothing_else(self, shared: Service):
        """kill -9 in the middle of the work, by somebody else."""
        job = shared.submit("steady", {"seconds": 1.0})
        shared.running(job)
        until(lambda: shared.supervisor.stats().jobs_running == 1)
        (child,) = shared.supervisor._running
        os.kill(child.pid, signal.SIGKILL)
        ended = shared.ended(job)
        assert (ended.state, ended.attempt) == (JobState.SUCCEEDED, 2)
        assert plan_of(ended)["problem"] == "steady"

    def test_a_killed_idle_child_is_never_given_a_job(self, shared: Service):
        """The dead are noticed when a child is taken."""
        until(lambda: shared.supervisor.stats().children_idle == 2)
        for child in list(shared.supervisor._children._idle):
            os.kill(child.pid, signal.SIGKILL)
        job = shared.ended(shared.submit("echo", "x"))
        assert job.state is JobState.SUCCEEDED


class TestWatchdog:
    """No job goes on past its limit and grace."""

    def test_the_grace(self):
        """1.5 s, or 8 % where that is more: 0.08 × 60 = 4.8."""
        assert [grace_seconds(limit) for limit in (0.1, 10, 60)] == [1.5, 1.5, 4.8]

    @pytest.mark.parametrize("kind", ["stubborn", "frozen"])
    def test_the_last_plan_survives_the_kill(self, shared: Service, kind: str):
        """Limit 0.2 s: killed after 1.7 s; the best plan is the result, and says who ended the search."""
        before = shared.supervisor.stats().totals
        job = shared.ended(shared.submit(kind, limit=0.2))
        assert (job.state, job.error) == (JobState.SUCCEEDED, None)
        plan = plan_of(job)
        assert plan["problem"] == {"stubborn": "second", "frozen": "first"}[kind]
        assert plan["solver"]["stopped_by"] == "watchdog"
        assert job.prices == {"travel": {"cost_minutes": 1.0}}
        assert job.started_at is not None
        assert job.finished_at is not None
        assert timedelta(seconds=1.6) < job.finished_at - job.started_at
        until(lambda: shared.supervisor.stats().totals.overruns == before.overruns + 1)
        assert shared.supervisor.stats().totals.kills == before.kills + 1

    def test_without_any_plan_the_job_fails(self, shared: Service):
        """And says what to do."""
        job = shared.ended(shared.submit("silent", limit=0.2))
        assert (job.state, job.plan) == (JobState.FAILED, None)
        assert job.error is not None
        assert job.error["code"] == "no_plan_in_time"
        assert "longer time limit" in job.error["detail"]


class TestCancel:
    """Somebody asks for the end."""

    def test_a_heeded_cancel_keeps_the_plan(self, shared: Service):
        """The child ends by itself and lives on."""
        job = shared.submit("steady", {"seconds": 60.0}, limit=100)
        shared.running(job)
        kills = shared.supervisor.stats().totals.kills
        shared.store.request_cancel("ann", job.id)
        shared.supervisor.wake()
        ended = shared.ended(job)
        assert (ended.state, plan_of(ended)["problem"]) == (JobState.CANCELLED, "cancelled")
        assert states(shared, job) == STATES["cancelled"]
        assert shared.supervisor.stats().totals.kills == kills

    def test_a_cancel_from_another_process_is_heard(self, shared: Service):
        """Nobody wakes the worker; it hears of it with its next report."""
        job = shared.submit("steady", {"seconds": 60.0}, limit=100)
        shared.running(job)
        shared.store.request_cancel("ann", job.id)
        assert shared.ended(job).state is JobState.CANCELLED

    def test_an_unheeded_cancel_kills(self, shared: Service):
        """The last plan stays readable, and says that its search was interrupted."""
        job = shared.submit("stubborn", limit=100)
        shared.running(job)
        shared.store.request_cancel("ann", job.id)
        shared.supervisor.wake()
        ended = shared.ended(job)
        assert ended.state is JobState.CANCELLED
        assert plan_of(ended)["problem"] == "second"
        assert plan_of(ended)["solver"]["stopped_by"] == "interrupted"

    def test_a_cancel_hits_one_job_only(self, shared: Service):
        """The next job of the same child does not hear of it."""
        for _ in range(3):
            job = shared.submit("steady", {"seconds": 60.0}, limit=100)
            shared.running(job)
            shared.store.request_cancel("ann", job.id)
            shared.supervisor.wake()
            assert shared.ended(job).state is JobState.CANCELLED
            assert plan_of(shared.ended(shared.submit("steady", {"seconds": 0.1})))["problem"] == "steady"

    def test_a_deleted_job_frees_its_child(self, shared: Service):
        """The work is dropped, and nothing of the job comes back."""
        job = shared.submit("stubborn", limit=100)
        shared.running(job)
        shared.store.delete("ann", job.id)
        shared.supervisor.wake()
        until(lambda: shared.supervisor.stats().jobs_running == 0)
        assert shared.store.get("ann", job.id) is None
        assert shared.store.events("ann", job.id, 0, 10) == []


class TestLanes:
    """Live questions and long plans."""

    def test_a_live_question_does_not_wait_for_plans(self, tmp_path: Path):
        """All lanes for plans are taken, more plans wait; the question is answered meanwhile."""
        settings = replace(FAST, children=1, live_children=1, live_kinds=frozenset({"echo"}))
        with service(tmp_path, settings) as made:
            long = made.submit("steady", {"seconds": 60.0}, limit=100)
            waiting = made.submit("steady", {"seconds": 60.0}, limit=100)
            made.running(long)
            assert made.ended(made.submit("echo", "x")).state is JobState.SUCCEEDED
            assert made.get(long).state is JobState.RUNNING
            assert made.get(waiting).state is JobState.QUEUED


class TestStart:
    """Before the first child is ready."""

    def test_jobs_wait_unclaimed_until_a_child_is_ready(self, tmp_path: Path):
        """Their limit does not run; a worker whose children never come up is not warm."""
        settings = replace(FAST, child_command=("/bin/false",))
        with service(tmp_path, settings) as made:
            job = made.submit("echo", "x")
            until(lambda: made.store.oldest_queued_seconds() > 1.0)
            assert made.get(job).state is JobState.QUEUED
            assert made.get(job).attempt == 0
            assert not made.supervisor.warm

    def test_warm_means_ready(self, shared: Service):
        """As soon as one child is."""
        until(lambda: shared.supervisor.warm)

    def test_jobs_from_before_are_done(self, tmp_path: Path):
        """Submitted while no worker ran."""
        store = SqliteStore(tmp_path / "jobs.db")
        job, _ = store.submit("ann", "echo", b"x", time_limit_seconds=5, request_hash="h")
        store.close()
        with service(tmp_path) as made:
            assert made.ended(job).state is JobState.SUCCEEDED


class TestDrain:
    """The worker leaves."""

    def test_running_jobs_may_end(self, tmp_path: Path):
        """Within the time given; nothing new is begun."""
        store = SqliteStore(tmp_path / "jobs.db")
        made = Service(store, replace(FAST, children=1))
        made.supervisor.start()
        job, later = (made.submit("steady", {"seconds": 0.5}) for _ in range(2))
        made.running(job)
        assert made.supervisor.drain(30.0) is True
        assert made.get(job).state is JobState.SUCCEEDED
        assert made.get(later).state is JobState.QUEUED
        store.close()

    def test_the_rest_goes_back_to_the_queue(self, tmp_path: Path):
        """Without a mark against it, with its best plan; the next worker does it at once."""
        store = SqliteStore(tmp_path / "jobs.db")
        made = Service(store)
        made.supervisor.start()
        job = made.submit("steady", {"seconds": 1.0})
        made.running(job)
        pids = [child.pid for child in made.supervisor._running]
        assert made.supervisor.drain(0.1) is False
        returned = made.get(job)
        assert (returned.state, returned.attempt) == (JobState.QUEUED, 0)
        assert plan_of(returned)["problem"].startswith("incumbent ")
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        store.close()
        with service(tmp_path) as again:
            assert again.ended(job).attempt == 1

    def test_drain_before_anything_ran(self, tmp_path: Path):
        """A server that is stopped while it starts."""
        store = SqliteStore(tmp_path / "jobs.db")
        supervisor = Supervisor(store, FAST)
        supervisor.start()
        assert supervisor.drain(30.0) is True
        store.close()


class TestStoreTroubles:
    """The database fails while jobs run."""

    def test_a_result_waits_for_the_store(self, tmp_path: Path):
        """The file is locked while the job ends; once it is free the result is there, at the first attempt."""
        with service(tmp_path) as made:
            job = made.submit("steady", {"seconds": 0.5})
            made.running(job)
            other = sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            end = monotonic() + 1.5
            until(lambda: monotonic() > end)
            assert made.get(job).state is JobState.RUNNING
            other.execute("ROLLBACK")
            ended = made.ended(job)
            assert (ended.state, ended.attempt) == (JobState.SUCCEEDED, 1)
            assert plan_of(ended)["problem"] == "steady"
            other.close()

    def test_claims_begin_again_with_the_store(self, tmp_path: Path):
        """A job that waits behind a lock is begun when it opens."""
        with service(tmp_path) as made:
            job = made.submit("echo", "x")
            made.ended(job)
            other = sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            other.execute(
                "UPDATE jobs SET state = 'queued', attempt = 0, finished_at = NULL WHERE id = ?", (job.id,)
            )
            end = monotonic() + 1.0
            until(lambda: monotonic() > end)
            other.execute("COMMIT")
            assert made.ended(job).state is JobState.SUCCEEDED
            other.close()


class TestUpkeep:
    """What the worker does beside the jobs."""

    def test_jobs_past_their_retention_are_removed(self, tmp_path: Path):
        """A retention of nothing: what has ended is gone at the next look."""
        store = SqliteStore(tmp_path / "jobs.db")
        job, _ = store.submit("ann", "echo", b"x", time_limit_seconds=5, request_hash="h")
        store.request_cancel("ann", job.id)
        store.close()
        settings = replace(FAST, lease_seconds=0.5, retention=timedelta(0))
        with service(tmp_path, settings) as made:
            until(lambda: made.store.get("ann", job.id) is None)

    def test_a_job_whose_workers_all_died_is_ended(self, tmp_path: Path):
        """Three claims expired elsewhere; this worker writes down the end."""
        store = SqliteStore(tmp_path / "jobs.db")
        job, _ = store.submit("ann", "echo", b"x", time_limit_seconds=5, request_hash="h")
        for number in range(3):
            assert store.claim(f"w{number}", -1.0) is not None
        store.close()
        with service(tmp_path, replace(FAST, lease_seconds=0.5)) as made:
            ended = made.ended(job)
        assert ended.state is JobState.FAILED
        assert ended.error is not None
        assert ended.error["code"] == "worker_lost"
        assert ended.finished_at is not None
        assert ended.finished_at <= datetime.now(UTC)


def test_settings_add_up():
    """Two for plans, one for live questions."""
    assert WorkerSettings().processes == 3
