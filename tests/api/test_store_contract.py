"""What every store promises, tested on each of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stores import STORES, Clock, MakeStore

from dispatch_engine.api.jobs import Claim, DeliveryTry, Job, JobState
from dispatch_engine.api.store import KeyReused, Lease, QueueFull, Store

LEASE = 10.0
WEBHOOK = {"url": "https://example.org/hook", "secret": "s"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=STORES)
def make(request: pytest.FixtureRequest) -> MakeStore:
    return STORES[request.param]


@pytest.fixture
def store(make: MakeStore, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    made = make(tmp_path, clock)
    yield made
    made.close()


def submit(store: Store, owner: str = "ann", request: bytes = b"{}", **options: object) -> Job:
    """A job for ten seconds."""
    wanted = {"time_limit_seconds": 10.0, "request_hash": "h", **options}
    return store.submit(owner, "plan", request, **wanted)[0]  # type: ignore[arg-type]


def claim(store: Store, worker: str = "w1") -> Claim:
    """The next job, which must be there."""
    claimed = store.claim(worker, LEASE)
    assert claimed is not None
    return claimed


def get(store: Store, job: Job) -> Job:
    """The job as it is now."""
    found = store.get(job.owner, job.id)
    assert found is not None
    return found


def told(store: Store, job: Job, name: str | None = None, after: int = 0) -> list[str]:
    """What the events say, in short."""
    return [
        event.data.get("state") or event.data.get("message") or str(event.data.get("seconds"))
        for event in store.events(job.owner, job.id, after, 1000)
        if name in (None, event.name)
    ]


def moment(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.now, UTC)


class TestSubmit:
    """Accepting jobs."""

    def test_a_job_is_kept_as_given(self, store: Store, clock: Clock):
        """All fields come back; the id is unguessable and names the kind."""
        job = submit(store, request=b'{"problem": 1}', webhook=WEBHOOK)
        assert re.fullmatch(r"plan_[\w-]{22}", job.id)
        assert job == Job(
            id=job.id,
            owner="ann",
            kind="plan",
            state=JobState.QUEUED,
            created_at=moment(clock),
            time_limit_seconds=10.0,
            webhook=WEBHOOK,
        )
        assert get(store, job) == job
        assert store.request_text("ann", job.id) == b'{"problem": 1}'

    def test_jobs_outlive_the_store(self, make: MakeStore, tmp_path: Path, clock: Clock):
        """A store that is opened again has them."""
        first = make(tmp_path, clock)
        job = submit(first)
        first.close()
        second = make(tmp_path, clock)
        assert second.get("ann", job.id) == job
        second.close()

    def test_the_same_key_gives_the_same_job(self, store: Store):
        """For the same owner and the same request, also when the job has ended."""
        job = submit(store, idempotency_key="k")
        claim(store)
        store.finish(job.id, "w1", JobState.SUCCEEDED, plan="p")
        again, is_new = store.submit(
            "ann", "plan", b"{}", time_limit_seconds=10, request_hash="h", idempotency_key="k"
        )
        assert (again.id, is_new) == (job.id, False)
        assert again.plan == "p"
        assert submit(store, owner="bob", idempotency_key="k").id != job.id

    def test_a_key_with_another_request_is_refused(self, store: Store):
        """The message says what to do, and nothing is stored."""
        submit(store, idempotency_key="k")
        with pytest.raises(KeyReused, match="use a new key for a new request"):
            submit(store, idempotency_key="k", request_hash="other")
        assert store.queue_depth() == 1

    def test_a_key_is_forgotten_after_a_day(self, store: Store, clock: Clock):
        """24 hours later it makes a new job, whatever the request."""
        job = submit(store, idempotency_key="k")
        clock.pass_by(24 * 3600 - 1)
        assert submit(store, idempotency_key="k").id == job.id
        clock.pass_by(1)
        assert submit(store, idempotency_key="k", request_hash="other").id != job.id

    def test_a_full_queue_refuses(self, make: MakeStore, tmp_path: Path, clock: Clock):
        """Two may wait; the third is refused, but a known key is not; a claim makes room."""
        store = make(tmp_path, clock, max_queued=2)
        job = submit(store, idempotency_key="k")
        submit(store)
        with pytest.raises(QueueFull, match="2 jobs wait already"):
            submit(store)
        assert submit(store, idempotency_key="k").id == job.id
        claim(store)
        submit(store)
        store.close()

    def test_two_threads_with_one_key_make_one_job(self, store: Store):
        """Eight submissions at once, one id."""
        start, ids = threading.Barrier(8), []

        def one() -> None:
            start.wait()
            ids.append(submit(store, idempotency_key="k").id)

        threads = [threading.Thread(target=one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 8
        assert len(set(ids)) == 1
        assert store.queue_depth() == 1


class TestIsolation:
    """Owners never see each other's jobs."""

    def test_a_stranger_sees_and_changes_nothing(self, store: Store):
        """To Bob, Ann's job is not there; it stays as it was."""
        job = submit(store, webhook=WEBHOOK)
        assert store.get("bob", job.id) is None
        assert store.request_text("bob", job.id) is None
        assert store.events("bob", job.id, 0, 10) == []
        assert store.request_cancel("bob", job.id) is None
        assert store.delete("bob", job.id) is False
        assert store.deliveries("bob", job.id) == []
        assert get(store, job) == job

    def test_open_jobs_are_counted_by_owner(self, store: Store):
        """Queued and running count, ended ones do not."""
        for owner in ("ann", "ann", "ann", "bob"):
            submit(store, owner=owner)
        first = claim(store)
        claim(store, "w2")
        store.finish(first.job.id, "w1", JobState.SUCCEEDED)
        assert (store.open_jobs("ann"), store.open_jobs("bob"), store.open_jobs("eve")) == (2, 1, 0)


class TestClaim:
    """Who works on what."""

    def test_the_oldest_is_taken_first(self, store: Store, clock: Clock):
        """In the order of submission; then there is nothing left."""
        jobs = [submit(store, request=str(n).encode()) for n in range(3)]
        clock.pass_by(5)
        taken = [claim(store, f"w{n}") for n in range(3)]
        assert [one.job.id for one in taken] == [job.id for job in jobs]
        assert [one.request for one in taken] == [b"0", b"1", b"2"]
        assert taken[0].job.state is JobState.RUNNING
        assert (taken[0].job.attempt, taken[0].job.started_at) == (1, moment(clock))
        assert store.claim("w9", LEASE) is None

    def test_only_kinds_that_are_asked_for(self, store: Store):
        """A worker for live questions leaves plans alone."""
        submit(store)
        live, _ = store.submit("ann", "replan", b"", time_limit_seconds=5, request_hash="h")
        assert store.claim("w1", LEASE, {"slots"}) is None
        claimed = store.claim("w1", LEASE, {"replan", "slots"})
        assert claimed is not None
        assert claimed.job.id == live.id
        assert store.claim("w1", LEASE, {"replan", "slots"}) is None
        assert claim(store, "w2").job.kind == "plan"

    def test_a_job_is_taken_once(self, store: Store):
        """Eight threads, twenty jobs: each job has one taker."""
        jobs = {submit(store).id for _ in range(20)}
        taken: list[str] = []

        def take(worker: str) -> None:
            while (claimed := store.claim(worker, LEASE)) is not None:
                taken.append(claimed.job.id)

        threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == sorted(jobs)

    def test_an_expired_lease_is_taken_over(self, store: Store, clock: Clock):
        """After ten seconds without a word, not before; the former worker is told, and its end is refused."""
        job = submit(store)
        claim(store)
        clock.pass_by(LEASE)
        assert store.claim("w2", LEASE) is None
        clock.pass_by(0.1)
        assert claim(store, "w2").job.attempt == 2
        assert store.heartbeat(job.id, "w1", LEASE) is Lease.LOST
        assert store.publish(job.id, "w1", LEASE, plan="stale") is Lease.LOST
        assert store.finish(job.id, "w1", JobState.SUCCEEDED, plan="stale") is False
        assert store.give_back(job.id, "w1", is_blamed=True) is False
        assert get(store, job).plan is None
        assert store.finish(job.id, "w2", JobState.SUCCEEDED, plan="fresh") is True
        assert get(store, job).plan == "fresh"

    def test_a_heartbeat_keeps_the_lease(self, store: Store, clock: Clock):
        """Also a late one, as long as nobody took the job over."""
        job = submit(store)
        claim(store)
        clock.pass_by(LEASE + 5)
        assert store.heartbeat(job.id, "w1", LEASE) is Lease.HELD
        clock.pass_by(LEASE - 1)
        assert store.claim("w2", LEASE) is None

    def test_the_third_lost_worker_is_the_last(self, store: Store, clock: Clock):
        """Three attempts expire; nobody may claim a fourth, and the job fails with its best plan kept."""
        job = submit(store)
        for number in (1, 2, 3):
            assert claim(store, f"w{number}").job.attempt == number
            store.publish(job.id, f"w{number}", LEASE, plan=f"plan {number}")
            assert store.reap() == 0
            clock.pass_by(LEASE + 1)
        assert store.claim("w4", LEASE) is None
        assert store.reap() == 1
        assert store.reap() == 0
        failed = get(store, job)
        assert (failed.state, failed.plan) == (JobState.FAILED, "plan 3")
        assert failed.error is not None
        assert failed.error["code"] == "worker_lost"
        assert "died 3 times" in failed.error["detail"]


class TestGiveBack:
    """Work that cannot go on here."""

    def test_an_orderly_leave_does_not_count(self, store: Store):
        """However often a worker is drained, the job keeps its attempts and its place."""
        job = submit(store)
        submit(store)
        for _ in range(5):
            assert claim(store).job.id == job.id
            assert store.give_back(job.id, "w1", is_blamed=False) is True
        assert (get(store, job).state, get(store, job).attempt) == (JobState.QUEUED, 0)

    def test_a_death_counts(self, store: Store):
        """The third one ends the job."""
        job = submit(store)
        for _ in range(2):
            claim(store)
            store.give_back(job.id, "w1", is_blamed=True)
            assert get(store, job).state is JobState.QUEUED
        claim(store)
        store.give_back(job.id, "w1", is_blamed=True)
        assert get(store, job).state is JobState.FAILED
        assert told(store, job) == ["queued", *["running", "queued"] * 2, "running", "failed"]

    def test_a_cancelled_job_is_not_begun_again(self, store: Store):
        """It was asked to end, and its worker is gone: it ends."""
        job = submit(store)
        claim(store)
        store.request_cancel("ann", job.id)
        store.give_back(job.id, "w1", is_blamed=True)
        assert get(store, job).state is JobState.CANCELLED


class TestPublish:
    """What callers see while a job runs."""

    def test_progress_plan_and_log(self, store: Store):
        """The job shows the latest of each; each makes an event."""
        job = submit(store)
        claim(store)
        progress = {"phase": "search", "seconds": 1.0, "sla_penalty": 2.0, "cost_minutes": 3.5, "bound": None}
        prices = {"travel": {"cost_minutes": 3.5}}
        assert store.publish(job.id, "w1", LEASE, progress=progress) is Lease.HELD
        store.publish(job.id, "w1", LEASE, progress={**progress, "seconds": 2.0}, plan="π", prices=prices)
        store.publish(job.id, "w1", LEASE, log=["one", "two"])
        seen = get(store, job)
        assert (seen.progress, seen.plan, seen.prices) == ({**progress, "seconds": 2.0}, "π", prices)
        assert [event.name for event in store.events("ann", job.id, 0, 10)] == [
            *["state", "state"],
            *["progress", "incumbent"],
            *["log", "log"],
        ]
        assert told(store, job) == ["queued", "running", "1.0", "2.0", "one", "two"]

    def test_a_job_may_be_read_without_its_plan(self, store: Store):
        """All else is the same."""
        job = submit(store)
        claim(store)
        store.publish(job.id, "w1", LEASE, plan="p", prices={})
        assert store.get("ann", job.id, with_plan=False) == get(store, job).replace(plan=None)

    def test_the_version_grows_with_every_change(self, store: Store):
        """And is the number of the latest event, where the change made one."""
        job = submit(store)
        versions = [job.version]
        claim(store)
        versions.append(get(store, job).version)
        store.publish(job.id, "w1", LEASE, progress={"seconds": 1})
        versions.append(get(store, job).version)
        store.request_cancel("ann", job.id)
        versions.append(get(store, job).version)
        store.finish(job.id, "w1", JobState.CANCELLED)
        versions.append(get(store, job).version)
        assert versions == [1, 2, 3, 4, 5]
        assert store.events("ann", job.id, 0, 10)[-1].seq == 5
        store.heartbeat(job.id, "w1", LEASE)
        assert get(store, job).version == 5

    def test_events_resume_after_a_number(self, store: Store):
        """A client that saw some gets the others, no more at once than it asks for."""
        job = submit(store)
        claim(store)
        for number in range(5):
            store.publish(job.id, "w1", LEASE, log=[str(number)])
        seen = store.events("ann", job.id, 0, 3)
        assert [event.seq for event in seen] == [1, 2, 3]
        assert told(store, job, after=seen[-1].seq) == ["1", "2", "3", "4"]
        assert store.events("ann", job.id, 7, 10) == []

    def test_events_are_bounded(self, store: Store):
        """Of 450 reports of each name 100 to 400 stay, the newest among them; states all stay."""
        job = submit(store)
        claim(store)
        for number in range(450):
            store.publish(job.id, "w1", LEASE, progress={"seconds": number}, log=[str(number)])
            store.publish(job.id, "w1", LEASE, progress={"seconds": number}, plan="p")
        store.finish(job.id, "w1", JobState.SUCCEEDED, plan="p")
        for name, most in {"progress": 200, "incumbent": 200, "log": 400}.items():
            kept = told(store, job, name)
            assert most / 2 <= len(kept) <= most
            assert kept[-1] == "449"
        assert told(store, job, "state") == ["queued", "running", "succeeded"]


class TestEnd:
    """Exactly one final state."""

    @pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED])
    def test_a_job_ends_once(self, store: Store, clock: Clock, state: JobState):
        """A second end, of whatever state, is refused; so is everything else that would change the job."""
        job = submit(store)
        claim(store)
        clock.pass_by(3)
        error = {"code": "x"} if state is JobState.FAILED else None
        assert store.finish(job.id, "w1", state, plan="p", prices={"a": {}}, error=error) is True
        ended = get(store, job)
        assert (ended.state, ended.plan, ended.error) == (state, "p", error)
        assert ended.finished_at == moment(clock)
        for other in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED):
            assert store.finish(job.id, "w1", other, plan="q") is False
        assert store.publish(job.id, "w1", LEASE, plan="q") is Lease.LOST
        assert store.request_cancel("ann", job.id) == ended
        clock.pass_by(1000)
        assert store.claim("w2", LEASE) is None
        assert store.reap() == 0
        assert get(store, job) == ended
        assert told(store, job, "state") == ["queued", "running", state.value]

    def test_without_a_plan_the_best_so_far_stays(self, store: Store):
        """A failed job shows what it had."""
        job = submit(store)
        claim(store)
        store.publish(job.id, "w1", LEASE, plan="best", prices={"a": {}})
        store.finish(job.id, "w1", JobState.FAILED, error={"code": "x"})
        assert (get(store, job).plan, get(store, job).prices) == ("best", {"a": {}})

    def test_the_event_of_a_failure_tells_the_error(self, store: Store):
        """So that a follower need not ask again."""
        job = submit(store)
        claim(store)
        store.finish(job.id, "w1", JobState.FAILED, error={"code": "x"})
        last = store.events("ann", job.id, 0, 10)[-1]
        assert last.data == {"state": "failed", "attempt": 1, "error": {"code": "x"}}


class TestCancelAndDelete:
    """Ending and removing on request."""

    def test_a_queued_job_is_cancelled_at_once(self, store: Store):
        """No worker gets it afterwards."""
        job = submit(store)
        cancelled = store.request_cancel("ann", job.id)
        assert cancelled is not None
        assert cancelled.state is JobState.CANCELLED
        assert store.claim("w1", LEASE) is None

    def test_a_running_job_is_flagged(self, store: Store):
        """Its worker hears of it at the next report, and ends it with the plan it has."""
        job = submit(store)
        claim(store)
        flagged = store.request_cancel("ann", job.id)
        assert flagged is not None
        assert (flagged.state, flagged.cancel_requested) == (JobState.RUNNING, True)
        assert store.heartbeat(job.id, "w1", LEASE) is Lease.CANCEL
        assert store.publish(job.id, "w1", LEASE, plan="best") is Lease.CANCEL
        assert store.finish(job.id, "w1", JobState.CANCELLED) is True
        assert get(store, job).plan == "best"

    def test_a_cancelled_job_of_a_dead_worker_ends(self, store: Store, clock: Clock):
        """It is not begun again to be cancelled."""
        job = submit(store)
        claim(store)
        store.request_cancel("ann", job.id)
        clock.pass_by(LEASE + 1)
        assert store.claim("w2", LEASE) is None
        assert store.reap() == 1
        assert get(store, job).state is JobState.CANCELLED

    def test_deleting_removes_everything(self, store: Store):
        """Job, request, plan, events, webhook calls and key; a running worker is told."""
        job = submit(store, idempotency_key="k", webhook=WEBHOOK)
        claim(store)
        store.publish(job.id, "w1", LEASE, plan="p")
        assert store.delete("ann", job.id) is True
        assert store.get("ann", job.id) is None
        assert store.request_text("ann", job.id) is None
        assert store.events("ann", job.id, 0, 10) == []
        assert store.heartbeat(job.id, "w1", LEASE) is Lease.LOST
        assert store.finish(job.id, "w1", JobState.SUCCEEDED) is False
        assert store.delete("ann", job.id) is False
        assert submit(store, idempotency_key="k", request_hash="other").id != job.id


class TestWebhooks:
    """Calls that are owed."""

    def ended(self, store: Store) -> Job:
        job = submit(store, webhook=WEBHOOK)
        claim(store)
        store.finish(job.id, "w1", JobState.SUCCEEDED)
        return job

    def test_an_end_owes_a_call(self, store: Store, clock: Clock):
        """Not before the end, and only where a webhook was given."""
        submit(store)
        job = submit(store, webhook=WEBHOOK)
        first, second = claim(store, "w1"), claim(store, "w2")
        store.finish(first.job.id, "w1", JobState.SUCCEEDED)
        assert store.due_deliveries(moment(clock), hold=timedelta(seconds=30)) == []
        store.finish(second.job.id, "w2", JobState.FAILED)
        (due,) = store.due_deliveries(moment(clock), hold=timedelta(seconds=30))
        assert (due.owner, due.job_id, due.url, due.secret) == ("ann", job.id, *WEBHOOK.values())
        assert (due.attempt, due.created_at) == (0, moment(clock))

    def test_cancelling_a_queued_job_owes_a_call_too(self, store: Store, clock: Clock):
        """It has ended like any other."""
        store.request_cancel("ann", submit(store, webhook=WEBHOOK).id)
        assert len(store.due_deliveries(moment(clock), hold=timedelta(seconds=30))) == 1

    def test_a_call_is_lent_to_one_at_a_time(self, store: Store, clock: Clock):
        """Who takes it has half a minute; then somebody else may."""
        self.ended(store)
        (first,) = store.due_deliveries(moment(clock), hold=timedelta(seconds=30))
        clock.pass_by(29)
        assert store.due_deliveries(moment(clock), hold=timedelta(seconds=30)) == []
        clock.pass_by(1)
        assert store.due_deliveries(moment(clock), hold=timedelta(seconds=30)) == [first]

    def test_tries_are_logged_until_one_succeeds(self, store: Store, clock: Clock):
        """A failed try is repeated when said, a successful one never."""
        job = self.ended(store)
        (due,) = store.due_deliveries(moment(clock), hold=timedelta(seconds=30))
        failed = DeliveryTry(moment(clock), None, "connection refused")
        store.record_delivery(
            due.id, failed, is_delivered=False, next_try=moment(clock) + timedelta(seconds=10)
        )
        clock.pass_by(9)
        assert store.due_deliveries(moment(clock), hold=timedelta(seconds=30)) == []
        clock.pass_by(1)
        (again,) = store.due_deliveries(moment(clock), hold=timedelta(seconds=30))
        assert (again.id, again.attempt) == (due.id, 1)
        delivered = DeliveryTry(moment(clock), 204, "")
        store.record_delivery(again.id, delivered, is_delivered=True, next_try=None)
        clock.pass_by(1e6)
        assert store.due_deliveries(moment(clock), hold=timedelta(seconds=30)) == []
        assert store.deliveries("ann", job.id) == [failed, delivered]

    def test_giving_up_ends_the_tries(self, store: Store, clock: Clock):
        """No next try, no more calls; the log stays."""
        job = self.ended(store)
        (due,) = store.due_deliveries(moment(clock), hold=timedelta(seconds=30))
        outcome = DeliveryTry(moment(clock), 500, "")
        store.record_delivery(due.id, outcome, is_delivered=False, next_try=None)
        clock.pass_by(1e6)
        assert store.due_deliveries(moment(clock), hold=timedelta(seconds=30)) == []
        assert store.deliveries("ann", job.id) == [outcome]


class TestOperators:
    """Figures and upkeep."""

    def test_depth_and_age_of_the_queue(self, store: Store, clock: Clock):
        """Only waiting jobs count; the age is that of the oldest."""
        assert (store.queue_depth(), store.oldest_queued_seconds()) == (0, 0.0)
        submit(store)
        clock.pass_by(5)
        submit(store)
        clock.pass_by(2)
        assert (store.queue_depth(), store.oldest_queued_seconds()) == (2, 7.0)
        claim(store)
        assert (store.queue_depth(), store.oldest_queued_seconds()) == (1, 2.0)

    def test_a_ping_writes(self, store: Store):
        """As often as one likes."""
        store.ping()
        store.ping()

    def test_old_jobs_are_purged(self, store: Store, clock: Clock):
        """By the moment they ended; open ones stay however old they are."""
        old = [submit(store) for _ in range(120)]
        for job in old:
            store.request_cancel("ann", job.id)
        waiting = submit(store)
        clock.pass_by(3600)
        recent = submit(store)
        store.request_cancel("ann", recent.id)
        assert store.purge(moment(clock)) == 120
        assert store.get("ann", old[0].id) is None
        assert get(store, waiting).state is JobState.QUEUED
        assert get(store, recent).state is JobState.CANCELLED
