"""Events of jobs in SQLite: appended with growing numbers, thinned where there are too many, read back."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

from dispatch_engine.api.jobs import Document, JobEvent

MOST = {"progress": 200, "incumbent": 200, "log": 400}
"""Events of a name that a job keeps; one more, and every second is dropped. States are all kept."""


def append_event(connection: sqlite3.Connection, job_id: str, name: str, data: Document, at: float) -> None:
    """Give the job its next version and note under that number what happened."""
    (seq,) = connection.execute(
        "UPDATE jobs SET version = version + 1 WHERE id = ? RETURNING version", (job_id,)
    ).fetchone()
    connection.execute(
        "INSERT INTO events (job_id, seq, name, data, at) VALUES (?, ?, ?, ?, ?)",
        (job_id, seq, name, json.dumps(data, ensure_ascii=False), at),
    )
    if name in MOST:
        _thin(connection, job_id, name)


def _thin(connection: sqlite3.Connection, job_id: str, name: str) -> None:
    """Drop every second event of ``name`` where there are too many; the newest stays."""
    (count,) = connection.execute(
        "SELECT count(*) FROM events WHERE job_id = ? AND name = ?", (job_id, name)
    ).fetchone()
    if count <= MOST[name]:
        return
    connection.execute(
        """
        DELETE FROM events WHERE job_id = :job AND seq IN (
            SELECT seq FROM (
                SELECT seq, row_number() OVER (ORDER BY seq DESC) AS age FROM events
                WHERE job_id = :job AND name = :name
            ) WHERE age % 2 = 0
        )
        """,
        {"job": job_id, "name": name},
    )


def read_events(
    connection: sqlite3.Connection, owner: str, job_id: str, after: int, limit: int
) -> list[JobEvent]:
    """The first ``limit`` events of the owner's job with a number above ``after``."""
    rows = connection.execute(
        """
        SELECT seq, name, data, at FROM events
        WHERE job_id = :job AND seq > :after AND EXISTS (SELECT 1 FROM jobs WHERE id = :job AND owner = :owner)
        ORDER BY seq LIMIT :limit
        """,
        {"job": job_id, "owner": owner, "after": after, "limit": limit},
    )
    return [
        JobEvent(row["seq"], row["name"], json.loads(row["data"]), datetime.fromtimestamp(row["at"], UTC))
        for row in rows
    ]
