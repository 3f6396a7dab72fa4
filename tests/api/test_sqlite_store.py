"""The SQLite file: what stands in it, and what happens when it is locked, full, read-only, old or new."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dispatch_engine.api.jobs import JobState
from dispatch_engine.api.sqlite_schema import MIGRATIONS, migrate
from dispatch_engine.api.sqlite_store import SqliteStore
from dispatch_engine.api.store import StoreUnavailable

BUSY = 0.05
REQUEST = b'{"problem": {"tickets": []}}'


def submit(store: SqliteStore) -> str:
    job, _ = store.submit("ann", "plan", REQUEST, time_limit_seconds=1, request_hash="h")
    return job.id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
def store(path: Path) -> SqliteStore:
    return SqliteStore(path, busy_seconds=BUSY)


def test_only_the_owner_may_read_the_files(store: SqliteStore, path: Path):
    """Requests hold customers' addresses; the WAL and its index have the permissions of the file."""
    submit(store)
    for name in ("jobs.db", "jobs.db-wal", "jobs.db-shm"):
        assert (path.parent / name).stat().st_mode & 0o777 == 0o600, name


def test_a_commit_is_on_disk(store: SqliteStore):
    """WAL with an fsync at each commit, deleted content overwritten, references enforced."""
    with store._file.write() as connection:
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


def test_a_deleted_request_leaves_nothing_in_the_file(path: Path):
    """After the store is closed, no byte of it is found."""
    store = SqliteStore(path)
    secret = os.urandom(20).hex().encode()  # what does not compress stands in the file as it is
    job, _ = store.submit("ann", secret.decode(), b"{}", time_limit_seconds=1, request_hash="h")
    assert secret in path.read_bytes() + Path(f"{path}-wal").read_bytes()
    store.delete("ann", job.id)
    store.close()
    assert secret not in path.read_bytes()


def test_large_requests_are_kept_small(store: SqliteStore, path: Path):
    """A megabyte of repetitions takes less than a fifth of it, a page for each table included."""
    body = b'{"id": "K00001", "location": {"lat": 31.23, "lon": 121.47}}' * 17_000
    job, _ = store.submit("ann", "plan", body, time_limit_seconds=1, request_hash="h")
    assert store.request_text("ann", job.id) == body
    assert path.stat().st_size + Path(f"{path}-wal").stat().st_size < len(body) / 5


class TestLocked:
    """Another process holds the lock."""

    def test_writes_fail_and_reads_go_on(self, store: SqliteStore, path: Path):
        """503 for a submission, an answer for a poll, and all is well once the lock is gone."""
        job_id = submit(store)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"jobs\.db cannot be used now: database is locked"):
            submit(store)
        with pytest.raises(StoreUnavailable, match="locked"):
            store.ping()
        assert store.get("ann", job_id) is not None
        other.execute("ROLLBACK")
        submit(store)
        assert store.queue_depth() == 2

    def test_threads_do_not_queue_up_for_ever(self, store: SqliteStore, path: Path):
        """Eight writers behind one foreign lock all hear within moments that the store is not there."""
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        errors: list[str] = []

        def write() -> None:
            with pytest.raises(StoreUnavailable) as caught:
                store.ping()
            errors.append(str(caught.value))

        threads = [threading.Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert len(errors) == 8
        other.execute("ROLLBACK")
        store.ping()

    def test_a_lock_that_is_let_go_in_time_is_waited_for(self, path: Path):
        """Two processes may share the file."""
        store = SqliteStore(path, busy_seconds=30)
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        timer.start()
        store.ping()
        timer.join()


def test_a_read_only_file_is_unavailable_until_it_is_writable(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
):
    """SQLite's own switch does to writes what a read-only disk does."""
    job_id = submit(store)
    with store._file.write() as connection:
        pass
    connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match="attempt to write a readonly database"):
        submit(store)
    # The failed connection was dropped; the new one may write.
    submit(store)
    assert store.get("ann", job_id) is not None


def test_a_file_that_cannot_be_made_is_told_at_once(tmp_path: Path):
    """A folder that is not there is the operator's mistake, and the message has the reason."""
    with pytest.raises(StoreUnavailable, match=r"jobs\.db cannot be used now: .*No such file or directory"):
        SqliteStore(tmp_path / "missing" / "jobs.db")


def test_a_file_that_is_no_database_is_refused(path: Path):
    """And left as it is."""
    path.write_text("these are no jobs" * 100, encoding="ascii")
    with pytest.raises(StoreUnavailable, match="file is not a database"):
        SqliteStore(path)
    assert path.read_text(encoding="ascii").startswith("these are no jobs")


FULL_DISK = """
import resource, sys
from dispatch_engine.api.sqlite_store import SqliteStore
from dispatch_engine.api.store import StoreUnavailable

store = SqliteStore(sys.argv[1])
body = __import__("os").urandom(20_000)

def submit():
    return store.submit("ann", "plan", body, time_limit_seconds=1, request_hash="h")[0].id

_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
kept = [submit()]
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, most))
failed = 0
while failed < 3:
    try:
        kept.append(submit())
    except StoreUnavailable as error:
        failed += 1
        assert "cannot be used now" in str(error), error
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
kept.append(submit())
assert all(store.request_text("ann", job) == body for job in kept)
print(len(kept), store.queue_depth())
"""


def test_a_full_disk_loses_nothing_and_recovers(path: Path):
    """Files may not grow: submissions fail and leave no trace. They may again: submissions work."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    kept, queued = done.stdout.split()
    assert kept == queued
    assert int(kept) > 2
    assert integrity(path) == "ok"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
def test_a_full_file_system_loses_nothing_and_recovers(tmp_path: Path):
    """The same on a file system of one megabyte that somebody fills and empties."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system allows no mounts")
    try:
        store = SqliteStore(tmp_path / "jobs.db")
        job_id = submit(store)
        ballast = tmp_path / "ballast"
        with pytest.raises(OSError, match="No space left"):
            ballast.write_bytes(bytes(2 << 20))
        body = os.urandom(1 << 20)  # the bytes that are left would do for a small one
        with pytest.raises(StoreUnavailable, match=r"full|disk I/O"):
            store.submit("ann", "plan", body, time_limit_seconds=1, request_hash="h")
        assert store.get("ann", job_id) is not None
        ballast.unlink()
        submit(store)
        store.close()
        assert integrity(tmp_path / "jobs.db") == "ok"
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def integrity(path: Path) -> str:
    """What SQLite says about the file."""
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()


def test_a_copy_made_by_sqlite_while_jobs_are_written_is_whole(store: SqliteStore, tmp_path: Path):
    """The backup of `docs/operations.md`: it has all that was accepted before it began."""
    before = [submit(store) for _ in range(20)]
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            submit(store)

    writer = threading.Thread(target=write)
    writer.start()
    source = sqlite3.connect(store._file.path)
    target = sqlite3.connect(tmp_path / "copy.db")
    source.execute("VACUUM INTO ?", (str(tmp_path / "vacuumed.db"),))
    source.backup(target)
    target.close()
    source.close()
    is_over.set()
    writer.join()
    for name in ("copy.db", "vacuumed.db"):
        assert integrity(tmp_path / name) == "ok"
        copy = SqliteStore(tmp_path / name)
        assert all(copy.get("ann", job_id) is not None for job_id in before)
        claimed = copy.claim("w", 1)
        assert claimed is not None
        assert copy.finish(claimed.job.id, "w", JobState.SUCCEEDED)
        copy.close()


class TestSchema:
    """Files of other versions."""

    def test_a_newer_file_is_left_alone(self, path: Path):
        """Going back to an older program must not spoil it."""
        SqliteStore(path).close()
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        connection.close()
        with pytest.raises(
            StoreUnavailable, match="schema version 2, this program knows versions up to 1; run"
        ):
            SqliteStore(path)

    def test_an_older_file_is_brought_up(self, path: Path):
        """Step by step, with its jobs."""
        old = SqliteStore(path)
        job_id = submit(old)
        old.close()
        connection = sqlite3.connect(path, isolation_level=None)
        migrate(connection, (*MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN colour TEXT DEFAULT 'red'",)))
        assert connection.execute("SELECT id, colour FROM jobs").fetchall() == [(job_id, "red")]
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
        connection.close()

    def test_a_step_that_fails_changes_nothing(self, path: Path):
        """All steps are one transaction."""
        SqliteStore(path).close()
        connection = sqlite3.connect(path, isolation_level=None)
        steps = (*MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN colour TEXT", "ALTER TABLE missing ADD COLUMN x"))
        with pytest.raises(sqlite3.OperationalError, match="no such table: missing"):
            migrate(connection, steps)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(jobs)")]
        assert "colour" not in columns
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        connection.close()


def test_a_closed_store_says_so(store: SqliteStore):
    """Late requests of a server that is going down."""
    job_id = submit(store)
    store.close()
    for call in (store.ping, lambda: store.get("ann", job_id)):
        with pytest.raises(StoreUnavailable, match="the job store is closed"):
            call()
