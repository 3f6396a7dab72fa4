"""The tables of the SQLite store, and how a file of an older version becomes one of this version."""

from __future__ import annotations

import sqlite3

from dispatch_engine.api.store import StoreUnavailable

Migration = tuple[str, ...]
"""The statements that lead from one schema version to the next."""

# What is large stands apart from the row that changes twice a second: SQLite writes a changed row anew.
_FIRST: Migration = (
    """
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at REAL NOT NULL,
        started_at REAL,
        finished_at REAL,
        attempt INTEGER NOT NULL DEFAULT 0,
        progress TEXT,
        error TEXT,
        time_limit_seconds REAL NOT NULL,
        cancel_requested INTEGER NOT NULL DEFAULT 0,
        webhook TEXT,
        version INTEGER NOT NULL DEFAULT 0,
        worker TEXT,
        lease_until REAL
    )
    """,
    "CREATE INDEX open_jobs ON jobs (state, number) WHERE state IN ('queued', 'running')",
    "CREATE INDEX ended_jobs ON jobs (finished_at) WHERE finished_at IS NOT NULL",
    """
    CREATE TABLE requests (
        job_id TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
        content BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE plans (
        job_id TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
        content BLOB NOT NULL,
        prices TEXT
    )
    """,
    """
    CREATE TABLE events (
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        name TEXT NOT NULL,
        data TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (job_id, seq)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE keys (
        owner TEXT NOT NULL,
        key TEXT NOT NULL,
        request_hash TEXT NOT NULL,
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        expires_at REAL NOT NULL,
        PRIMARY KEY (owner, key)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX keys_of_jobs ON keys (job_id)",
    """
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY,
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        created_at REAL NOT NULL,
        due_at REAL,
        tries TEXT NOT NULL DEFAULT '[]'
    )
    """,
    "CREATE INDEX due_deliveries ON deliveries (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX deliveries_of_jobs ON deliveries (job_id)",
    "CREATE TABLE pulse (id INTEGER PRIMARY KEY CHECK (id = 1), at REAL NOT NULL)",
)

MIGRATIONS: tuple[Migration, ...] = (_FIRST,)
"""Entry n leads from schema version n to n + 1. An entry that was released is never changed again."""


def migrate(connection: sqlite3.Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Bring the file to the newest schema, in one transaction.

    Raises
    ------
    StoreUnavailable : the file was written by a newer version of this program.
    """
    if _version(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = _version(connection)  # another process may have been faster
        if found > len(migrations):
            raise StoreUnavailable(
                f"the job store has schema version {found}, this program knows versions up to "
                f"{len(migrations)}; run the newer dispatch-engine that wrote it"
            )
        for statement in (statement for step in migrations[found:] for statement in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
