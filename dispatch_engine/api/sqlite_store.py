"""Jobs in one SQLite file: who takes the next one is decided by a lease, and everything is on disk at return."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path

from dispatch_engine.api.jobs import (
    Claim,
    Delivery,
    DeliveryTry,
    Document,
    Job,
    JobEvent,
    JobState,
    new_job_id,
)
from dispatch_engine.api.sqlite_deliveries import lend_deliveries, log_try, owe_delivery, read_tries
from dispatch_engine.api.sqlite_events import append_event, read_events
from dispatch_engine.api.sqlite_file import BUSY_SECONDS, SqliteFile
from dispatch_engine.api.sqlite_rows import pack, read_job, to_json, unpack
from dispatch_engine.api.store import (
    KEY_HOURS,
    MAX_ATTEMPTS,
    MAX_QUEUED,
    WORKER_LOST,
    KeyReused,
    Lease,
    QueueFull,
)

PURGED_AT_ONCE = 100
"""Jobs that one transaction removes."""

_FREE = """
    (state = 'queued' OR (state = 'running' AND lease_until < :now AND attempt < :most AND NOT cancel_requested))
"""
_SPENT = "state = 'running' AND lease_until < :now AND (attempt >= :most OR cancel_requested)"


class SqliteStore:
    """The store of one machine; see :class:`dispatch_engine.api.store.Store` for what the methods promise.

    Parameters
    ----------
    path : of the file; made if it is not there.
    max_queued : jobs that may wait.
    busy_seconds : how long to wait for a lock of another process.
    clock : seconds since 1970; leases, keys and all moments of jobs go by it.

    Raises
    ------
    StoreUnavailable : the file cannot be used, or a newer version wrote it.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        max_queued: int = MAX_QUEUED,
        busy_seconds: float = BUSY_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file = SqliteFile(path, busy_seconds)
        self._max_queued = max_queued
        self._clock = clock

    # --- for callers -------------------------------------------------------------------------------------

    def submit(
        self,
        owner: str,
        kind: str,
        request: bytes,
        *,
        time_limit_seconds: float,
        request_hash: str,
        idempotency_key: str | None = None,
        webhook: Document | None = None,
    ) -> tuple[Job, bool]:
        """Accept a job, or return the one that its key already has."""
        packed, now, job_id = pack(request), self._clock(), new_job_id(kind)
        with self._file.write() as connection:
            if idempotency_key is not None:
                earlier = _job_of_key(connection, owner, idempotency_key, request_hash, now)
                if earlier is not None:
                    return earlier, False
            self._refuse_when_full(connection)
            connection.execute(
                """
                INSERT INTO jobs (id, owner, kind, state, created_at, time_limit_seconds, webhook)
                VALUES (?, ?, ?, 'queued', ?, ?, ?)
                """,
                (job_id, owner, kind, now, time_limit_seconds, to_json(webhook)),
            )
            connection.execute("INSERT INTO requests (job_id, content) VALUES (?, ?)", (job_id, packed))
            if idempotency_key is not None:
                _remember_key(connection, owner, idempotency_key, request_hash, job_id, now)
            append_event(connection, job_id, "state", {"state": "queued", "attempt": 0}, now)
            return _existing(connection, job_id), True

    def _refuse_when_full(self, connection: sqlite3.Connection) -> None:
        (waiting,) = connection.execute("SELECT count(*) FROM jobs WHERE state = 'queued'").fetchone()
        if waiting >= self._max_queued:
            raise QueueFull(f"{waiting} jobs wait already, as many as may; submit again later")

    def get(self, owner: str, job_id: str, *, with_plan: bool = True) -> Job | None:
        """The owner's job with this id."""
        with self._file.read() as connection:
            job = read_job(connection, job_id, with_plan=with_plan)
        return job if job is not None and job.owner == owner else None

    def request_text(self, owner: str, job_id: str) -> bytes | None:
        """The request of the owner's job."""
        with self._file.read() as connection:
            row = connection.execute(
                "SELECT content FROM requests JOIN jobs ON id = job_id WHERE job_id = ? AND owner = ?",
                (job_id, owner),
            ).fetchone()
        return None if row is None else unpack(row["content"])

    def events(self, owner: str, job_id: str, after: int, limit: int) -> list[JobEvent]:
        """What happened to the owner's job after the event with number ``after``."""
        with self._file.read() as connection:
            return read_events(connection, owner, job_id, after, limit)

    def request_cancel(self, owner: str, job_id: str) -> Job | None:
        """Cancel the owner's job: at once where it waits, by a flag where it runs."""
        with self._file.write() as connection:
            job = read_job(connection, job_id, with_plan=False)
            if job is None or job.owner != owner:
                return None
            if job.state is JobState.QUEUED:
                self._end(connection, job_id, JobState.CANCELLED)
            elif job.state is JobState.RUNNING and not job.cancel_requested:
                connection.execute(
                    "UPDATE jobs SET cancel_requested = 1, version = version + 1 WHERE id = ?", (job_id,)
                )
            return _existing(connection, job_id)

    def delete(self, owner: str, job_id: str) -> bool:
        """Remove the owner's job; everything about it goes with its row."""
        with self._file.write() as connection:
            return bool(
                connection.execute("DELETE FROM jobs WHERE id = ? AND owner = ?", (job_id, owner)).rowcount
            )

    def open_jobs(self, owner: str) -> int:
        """Jobs of ``owner`` that have not ended."""
        return self._count("state IN ('queued', 'running') AND owner = ?", owner)

    # --- for workers -------------------------------------------------------------------------------------

    def claim(
        self, worker_id: str, lease_seconds: float, kinds: Collection[str] | None = None
    ) -> Claim | None:
        """Take the oldest job that nobody works on."""
        now = self._clock()
        values = {"now": now, "most": MAX_ATTEMPTS, "worker": worker_id, "until": now + lease_seconds}
        names = {f"kind{number}": kind for number, kind in enumerate(kinds or ())}
        wanted = (
            _FREE if kinds is None else f"{_FREE} AND kind IN ({', '.join(f':{name}' for name in names)})"
        )
        next_job = f"SELECT id FROM jobs WHERE {wanted} ORDER BY number LIMIT 1"
        # Idle workers ask twice a second: looking first spares a write, and the lock that it takes.
        with self._file.read() as connection:
            if connection.execute(next_job, {**values, **names}).fetchone() is None:
                return None
        with self._file.write() as connection:
            row = connection.execute(
                f"""
                UPDATE jobs SET state = 'running', worker = :worker, lease_until = :until, started_at = :now,
                    attempt = attempt + 1, progress = NULL
                WHERE id = ({next_job}) RETURNING id, attempt
                """,
                {**values, **names},
            ).fetchone()
            if row is None:
                return None
            append_event(connection, row["id"], "state", {"state": "running", "attempt": row["attempt"]}, now)
            packed = connection.execute(
                "SELECT content FROM requests WHERE job_id = ?", (row["id"],)
            ).fetchone()
            job = _existing(connection, row["id"])
        return Claim(job, unpack(packed["content"]))

    def heartbeat(self, job_id: str, worker_id: str, lease_seconds: float) -> Lease:
        """Extend the lease."""
        with self._file.write() as connection:
            return self._extend(connection, job_id, worker_id, lease_seconds)

    def publish(
        self,
        job_id: str,
        worker_id: str,
        lease_seconds: float,
        *,
        progress: Document | None = None,
        plan: str | None = None,
        prices: Document | None = None,
        log: Collection[str] = (),
    ) -> Lease:
        """Store what is new about a running job, and extend its lease."""
        packed = None if plan is None else pack(plan.encode())
        now = self._clock()
        with self._file.write() as connection:
            lease = self._extend(connection, job_id, worker_id, lease_seconds)
            if lease is Lease.LOST:
                return lease
            for line in log:
                append_event(connection, job_id, "log", {"message": line}, now)
            if progress is not None:
                connection.execute("UPDATE jobs SET progress = ? WHERE id = ?", (to_json(progress), job_id))
            if packed is not None:
                _put_plan(connection, job_id, packed, prices)
                append_event(connection, job_id, "incumbent", progress or {}, now)
            elif progress is not None:
                append_event(connection, job_id, "progress", progress, now)
            return lease

    def _extend(
        self, connection: sqlite3.Connection, job_id: str, worker_id: str, lease_seconds: float
    ) -> Lease:
        row = connection.execute(
            """
            UPDATE jobs SET lease_until = ? WHERE id = ? AND worker = ? AND state = 'running'
            RETURNING cancel_requested
            """,
            (self._clock() + lease_seconds, job_id, worker_id),
        ).fetchone()
        if row is None:
            return Lease.LOST
        return Lease.CANCEL if row["cancel_requested"] else Lease.HELD

    def finish(
        self,
        job_id: str,
        worker_id: str,
        state: JobState,
        *,
        plan: str | None = None,
        prices: Document | None = None,
        error: Document | None = None,
    ) -> bool:
        """End a running job that the worker still holds."""
        assert state.is_final, f"{state} is not the end of a job"
        packed = None if plan is None else pack(plan.encode())
        with self._file.write() as connection:
            if not _is_held(connection, job_id, worker_id):
                return False
            if packed is not None:
                _put_plan(connection, job_id, packed, prices)
            self._end(connection, job_id, state, error)
            return True

    def give_back(self, job_id: str, worker_id: str, *, is_blamed: bool) -> bool:
        """Return a running job to the queue, or end it where it was asked to end or has died too often."""
        with self._file.write() as connection:
            if not _is_held(connection, job_id, worker_id):
                return False
            job = _existing(connection, job_id)
            if job.cancel_requested:
                self._end(connection, job_id, JobState.CANCELLED)
            elif is_blamed and job.attempt >= MAX_ATTEMPTS:
                self._end(connection, job_id, JobState.FAILED, WORKER_LOST)
            else:
                self._queue_again(connection, job_id, job.attempt if is_blamed else job.attempt - 1)
            return True

    def _queue_again(self, connection: sqlite3.Connection, job_id: str, attempt: int) -> None:
        connection.execute(
            "UPDATE jobs SET state = 'queued', worker = NULL, lease_until = NULL, attempt = ? WHERE id = ?",
            (attempt, job_id),
        )
        append_event(connection, job_id, "state", {"state": "queued", "attempt": attempt}, self._clock())

    def reap(self) -> int:
        """End the jobs whose worker is gone and that nobody will take again."""
        values = {"now": self._clock(), "most": MAX_ATTEMPTS}
        query = f"SELECT id, cancel_requested FROM jobs WHERE {_SPENT}"
        with self._file.read() as connection:
            if connection.execute(query, values).fetchone() is None:
                return 0
        with self._file.write() as connection:
            spent = connection.execute(query, values).fetchall()
            for row in spent:
                if row["cancel_requested"]:
                    self._end(connection, row["id"], JobState.CANCELLED)
                else:
                    self._end(connection, row["id"], JobState.FAILED, WORKER_LOST)
            return len(spent)

    def _end(
        self, connection: sqlite3.Connection, job_id: str, state: JobState, error: Document | None = None
    ) -> None:
        """Give the job its final state; from here on it belongs to no worker."""
        now = self._clock()
        attempt = connection.execute(
            """
            UPDATE jobs SET state = ?, finished_at = ?, error = ?, worker = NULL, lease_until = NULL
            WHERE id = ? RETURNING attempt
            """,
            (state.value, now, to_json(error), job_id),
        ).fetchone()["attempt"]
        data: Document = {"state": state.value, "attempt": attempt}
        append_event(connection, job_id, "state", data if error is None else {**data, "error": error}, now)
        owe_delivery(connection, job_id, now)

    # --- for webhooks ------------------------------------------------------------------------------------

    def due_deliveries(self, now: datetime, *, hold: timedelta, limit: int = 20) -> list[Delivery]:
        """Webhook calls to make now, held for the caller."""
        with self._file.read() as connection:
            due = connection.execute(
                "SELECT 1 FROM deliveries WHERE due_at <= ?", (now.timestamp(),)
            ).fetchone()
        if due is None:
            return []
        with self._file.write() as connection:
            return lend_deliveries(connection, now.timestamp(), hold.total_seconds(), limit)

    def record_delivery(
        self, delivery_id: int, outcome: DeliveryTry, *, is_delivered: bool, next_try: datetime | None
    ) -> None:
        """Log a try and when the next one is."""
        due_at = None if is_delivered or next_try is None else next_try.timestamp()
        with self._file.write() as connection:
            log_try(connection, delivery_id, outcome, due_at)

    def deliveries(self, owner: str, job_id: str) -> list[DeliveryTry]:
        """The tries to tell about the owner's job."""
        with self._file.read() as connection:
            return read_tries(connection, owner, job_id)

    # --- for operators -----------------------------------------------------------------------------------

    def queue_depth(self) -> int:
        """Jobs that wait."""
        return self._count("state = 'queued'")

    def _count(self, condition: str, *values: str) -> int:
        with self._file.read() as connection:
            return int(
                connection.execute(f"SELECT count(*) FROM jobs WHERE {condition}", values).fetchone()[0]
            )

    def oldest_queued_seconds(self) -> float:
        """The longest wait of now."""
        with self._file.read() as connection:
            (oldest,) = connection.execute(
                "SELECT min(created_at) FROM jobs WHERE state = 'queued'"
            ).fetchone()
        return 0.0 if oldest is None else max(0.0, self._clock() - oldest)

    def ping(self) -> None:
        """Write the time into the file."""
        with self._file.write() as connection:
            connection.execute("REPLACE INTO pulse (id, at) VALUES (1, ?)", (self._clock(),))

    def purge(self, older_than: datetime) -> int:
        """Remove what ended long ago, a few jobs at a time, so that nobody waits long for the lock."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM keys WHERE expires_at <= ?", (self._clock(),))
        some = "SELECT number FROM jobs WHERE finished_at < ? LIMIT ?"
        count, removed = 0, PURGED_AT_ONCE
        while removed == PURGED_AT_ONCE:
            with self._file.write() as connection:
                removed = connection.execute(
                    f"DELETE FROM jobs WHERE number IN ({some})", (older_than.timestamp(), PURGED_AT_ONCE)
                ).rowcount
            count += removed
        return count

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _existing(connection: sqlite3.Connection, job_id: str) -> Job:
    """The job, where it is sure to be there."""
    job = read_job(connection, job_id)
    assert job is not None
    return job


def _is_held(connection: sqlite3.Connection, job_id: str, worker_id: str) -> bool:
    query = "SELECT 1 FROM jobs WHERE id = ? AND worker = ? AND state = 'running'"
    return connection.execute(query, (job_id, worker_id)).fetchone() is not None


def _put_plan(connection: sqlite3.Connection, job_id: str, packed: bytes, prices: Document | None) -> None:
    connection.execute(
        "REPLACE INTO plans (job_id, content, prices) VALUES (?, ?, ?)", (job_id, packed, to_json(prices))
    )


def _job_of_key(
    connection: sqlite3.Connection, owner: str, key: str, request_hash: str, now: float
) -> Job | None:
    """The job that was submitted with this key, if that is not too long ago."""
    row = connection.execute(
        "SELECT request_hash, job_id FROM keys WHERE owner = ? AND key = ? AND expires_at > ?",
        (owner, key, now),
    ).fetchone()
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise KeyReused(
            f"the idempotency key was used with another request less than {KEY_HOURS} hours ago; use a new key "
            "for a new request"
        )
    return _existing(connection, row["job_id"])


def _remember_key(
    connection: sqlite3.Connection, owner: str, key: str, request_hash: str, job_id: str, now: float
) -> None:
    connection.execute(
        "REPLACE INTO keys (owner, key, request_hash, job_id, expires_at) VALUES (?, ?, ?, ?, ?)",
        (owner, key, request_hash, job_id, now + KEY_HOURS * 3600),
    )
